"""Which documents may be attached to an application: told by their content, not their name.

Each is opened before it is kept: a picture is read to its end, a PDF to its last object. What runs
or hides something in a PDF is refused, since a banker opens it on a computer of the bank.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

MOST_BYTES = 10 * 1024 * 1024
MOST_PER_APPLICATION = 20
LONGEST_NAME = 150
MOST_PIXELS = 60_000_000  # an A3 page at 400 dots an inch has 31 million
MOST_OBJECTS = 200_000  # of a PDF, so that checking one takes seconds at most
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
}
ACCEPT = ",".join([*ENDINGS, *(ending for endings in ENDINGS.values() for ending in endings)])
ALLOWED = gettext_lazy("PDF, JPEG or PNG, at most 10 MB each, 20 per application.")
_HEAD = 2048  # bytes, enough to tell the types
# What a PDF runs, starts, fetches or carries along: entries of its dictionaries, and their values.
_ACTIVE = frozenset(
    {
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/FileAttachment",
        "/ImportData",
        "/JavaScript",
        "/JS",
        "/Launch",
        "/Rendition",
        "/RichMedia",
        "/SubmitForm",
        "/XFA",
    }
)

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every flaw that it gets over


def content_type(file: UploadedFile[Any]) -> str:
    """Return what a file is, after it was opened.

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
    if wrong := _opened(file, _CHECKS[found]):
        raise _refused(wrong, name)
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


_Check = Callable[[Any], str]


def _opened(file: UploadedFile[Any], check: _Check) -> str:
    """What is wrong with a file; empty if it is sound."""
    file.seek(0)
    try:
        return check(file)
    # A file made to harm ends in any error there is: from missing keys to endless recursion.
    except Exception:
        return _("“%(name)s” is damaged and cannot be opened. Save or scan it once more.")
    finally:
        file.seek(0)


def _check_picture(file: UploadedFile[Any]) -> str:
    # Only the head is read here, so that a small file of a huge picture is not unpacked.
    with Image.open(file, formats=["JPEG", "PNG"]) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            return _("“%(name)s” has too many pixels. Scan it again at a lower resolution.")
        if picture.format == "PNG":
            picture.verify()  # the checksum of every part
        else:
            # Read to its end, but at an eighth of its size.
            picture.draft("L", (width // 8 or 1, height // 8 or 1))
            picture.load()
    return ""


def _check_pdf(file: UploadedFile[Any]) -> str:
    reader = PdfReader(file)
    if reader.is_encrypted:
        return _(
            "“%(name)s” is protected by a password or against changes. Print it into a new PDF "
            "without protection and choose that."
        )
    if not reader.pages:
        return _("“%(name)s” has no pages. Check the file and choose it again.")
    for number, names in enumerate(_dictionaries(reader)):
        if number > MOST_OBJECTS:
            return _("“%(name)s” is too complicated. Print it into a new PDF and choose that.")
        if not names.isdisjoint(_ACTIVE):
            return _(
                "“%(name)s” carries programs, forms that send data, or other files along. Print "
                "it into a new PDF and choose that."
            )
    return ""


def _dictionaries(reader: PdfReader) -> Iterator[set[str]]:
    """The names in every dictionary that can be reached: of its entries, and of their values."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.trailer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            place = (item.idnum, item.generation)
            if place in seen:
                continue
            seen.add(place)
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            values = list(dict.values(item))  # as they stand: an indirect one is followed once
            yield {*map(str, item), *(str(v) for v in values if isinstance(v, NameObject))}
            waiting.extend(values)
        elif isinstance(item, ArrayObject):
            waiting.extend(list.__iter__(item))


_CHECKS: dict[str, _Check] = {
    "application/pdf": _check_pdf,
    "image/jpeg": _check_picture,
    "image/png": _check_picture,
}


def _refused(sentence: str, name: str, **values: str) -> ValidationError:
    shown = name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"
    return ValidationError(sentence, params={"name": shown, **values}, code="document")
