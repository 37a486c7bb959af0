"""What the API says of names it does not know."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _


def unknown(name: str, known: Iterable[str]) -> str:
    """Say that a name is unknown, with the nearest known one."""
    close = difflib.get_close_matches(name.lower(), list(known), n=1)
    if close:
        return _("This field is unknown. Did you mean %(name)s?") % {"name": close[0]}
    return _("This field is unknown.")


def unknown_in(data: Mapping[str, Any], known: Iterable[str]) -> dict[str, list[str]]:
    """Messages for every name in `data` that is not known."""
    names = list(known)
    return {name: [unknown(name, names)] for name in data if name not in names}
