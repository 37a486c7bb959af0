"""The site's message catalogues: where they lie, what they miss, how they are compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

import polib
from django.conf import settings


def catalogues() -> Iterator[Path]:
    """The `.po` file of every language."""
    for folder in settings.LOCALE_PATHS:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/django.po"))


def missing(catalogue: polib.POFile) -> list[str]:
    """The messages that have no translation, or one that nobody confirmed."""
    return [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()]


def compile_if_changed(catalogue: Path) -> bool:
    """Write the `.mo` file beside `catalogue`, whole at once; say whether that was needed."""
    compiled = catalogue.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
        return False
    with NamedTemporaryFile(dir=catalogue.parent, suffix=".mo", delete=False) as scratch:
        scratch.write(polib.pofile(str(catalogue)).to_binary())
    Path(scratch.name).chmod(0o644)
    Path(scratch.name).replace(compiled)
    return True
