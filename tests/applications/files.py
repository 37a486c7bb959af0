"""Files to attach in tests, as real ones are made."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject


def pdf(*changes: Callable[[PdfWriter], object], pages: int = 1) -> bytes:
    """Return a PDF of empty pages, changed before it is written."""
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    for change in changes:
        change(writer)
    content = BytesIO()
    writer.write(content)
    return content.getvalue()


def with_script(writer: PdfWriter) -> None:
    """Have the PDF run a program when it is opened."""
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    writer.root_object[NameObject("/OpenAction")] = action


def with_attachment(writer: PdfWriter) -> None:
    """Put another file into the PDF."""
    writer.add_attachment("run.exe", b"MZ")


def with_password(writer: PdfWriter) -> None:
    """Protect the PDF."""
    writer.encrypt("secret", algorithm="RC4-128")


def picture(kind: str, side: int = 4) -> bytes:
    """Return a picture of one colour."""
    content = BytesIO()
    Image.new("L", (side, side)).save(content, kind)
    return content.getvalue()
