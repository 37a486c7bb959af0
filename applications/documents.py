"""Which documents may be attached to an application: told by their content, not their name."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_BYTES = 10 * 1024 * 1024
MOST_PER_APPLICATION = 20
LONGEST_NAME = 150
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
ACCEPT = ",".join([*ENDINGS, *(ending for endings in ENDINGS.values() for ending in endings)])
ALLOWED = gettext_lazy("PDF, JPEG or PNG, at most 10 MB each, 20 per application.")
_HEAD = 2048  # bytes, enough to tell the types


def content_type(file: UploadedFile[Any]) -> str:
    """Return what a file is.

    Raises
    ------
    ValidationError
        If it may not be attached; its message names the file and says what may.
    """
    name = file.name or ""
    if not file.size:
        raise _refused(_("“%(name)s” is empty. Check the file and choose it again."), name)
    if file.size > MOST_BYTES:
        raise _refused(_("“%(name)s” is larger than 10 MB. Choose a smaller version."), name)
    found = _type_of(file)
    if found is None:
        raise _refused(_("“%(name)s” is neither a PDF nor a JPEG or PNG picture."), name)
    if PurePath(name).suffix.lower() not in ENDINGS[found]:
        raise _refused(
            _("“%(name)s” must be called what it is: rename it to end in %(ending)s."),
            name,
            ending=ENDINGS[found][0],
        )
    if len(name) > LONGEST_NAME:
        raise _refused(_("“%(name)s” has too long a name: shorten it to 150 characters."), name)
    return found


def too_many() -> ValidationError:
    """What to say when an application can take no more."""
    return ValidationError(
        _("An application holds at most 20 documents. Attach fewer, or put pages into one PDF."),
        code="too_many",
    )


def _type_of(file: UploadedFile[Any]) -> str | None:
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return None
    return found if found in ENDINGS else None


def _refused(sentence: str, name: str, **values: str) -> ValidationError:
    shown = name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"
    return ValidationError(sentence, params={"name": shown, **values}, code="document")
