"""A letter as PDF: one A4 page, fonts embedded, the address where an envelope's window is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anyascii import anyascii
from django.conf import settings
from fpdf import FPDF
from fpdf.fonts import TTFFont

from applications.letters.content import Content

_VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
_FONTS = {
    ("Inter", ""): "inter/Inter-Regular.ttf",
    ("Inter", "B"): "inter/Inter-SemiBold.ttf",
    ("DejaVu", ""): "dejavu/DejaVuSans-scripts.ttf",
}
_INK, _MUTED, _ACCENT, _LINE, _SOFT = (
    (28, 39, 51),
    (83, 98, 115),
    (23, 69, 107),
    (205, 213, 221),
    (244, 247, 250),
)
# Millimetres. French envelopes have their window on the right, most others on the left.
_LEFT, _TOP, _BOTTOM = 24.0, 18.0, 24.0
_WINDOW_TOP, _WINDOW_LEFT = 48.0, {"fr": 110.0}
_BODY_TOP = 88.0
_SIZES = (10.0, 9.6, 9.2, 8.8, 8.4, 8.0)  # the largest that keeps it on one page


def render(content: Content, *, at: datetime) -> bytes:
    """Return the PDF of a letter; the same letter made at the same time is the same file."""
    for size in _SIZES:
        page = _Page(size, content.language)
        page.draw(content)
        if page.pages_count == 1:
            page.describe(content, at)
            return bytes(page.output())
        page.discard()
    raise ValueError("The letter does not fit on one page.")


class _Page(FPDF):
    """A sheet on which a letter is drawn in one size of text."""

    def __init__(self, size: float, language: str) -> None:
        super().__init__(format="A4")
        self.size = size
        for (family, style), name in _FONTS.items():
            self.add_font(family, style, _VENDOR / name)
        self.set_fallback_fonts(["DejaVu"], exact_match=False)
        self.set_text_shaping(language=language)
        self.set_margins(_LEFT, _TOP, _LEFT)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=_BOTTOM)
        self.add_page()

    def draw(self, content: Content) -> None:
        self._letterhead(content)
        self._window(content)
        self._heading(content)
        self._paragraph(content.salutation)
        self._paragraph(content.opening)
        if content.facts:
            self._table(content.facts)
        if content.reasons:
            self._reasons(content)
        for section in content.sections:
            self._section_title(section.title)
            self._paragraph(section.text, size=self.size - 0.6)
        self._signature(content)

    def describe(self, content: Content, at: datetime) -> None:
        bank = settings.BANK["name"]
        self.set_title(f"{content.subject} – {content.reference}")
        self.set_author(bank)
        self.set_creator(bank)
        self.set_subject(content.subject)
        self.set_lang(content.language)
        self.set_creation_date(at)

    def discard(self) -> None:
        """Close the font files, which `output` does otherwise."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _letterhead(self, content: Content) -> None:
        bank = settings.BANK
        self._ink(15, "B", _ACCENT)
        self._line(bank["name"], 7)
        self._ink(8, "", _MUTED)
        for line in (
            bank["address"],
            f"{content.labels.phone} {bank['phone']}  ·  {content.labels.email} {bank['email']}",
        ):
            self._line(line, 4.2)
        self.set_draw_color(*_ACCENT)
        self.set_line_width(0.5)
        self.line(_LEFT, self.y + 2.5, self.w - _LEFT, self.y + 2.5)

    def _window(self, content: Content) -> None:
        """The applicant's name, with room for the address below it."""
        self.set_xy(_WINDOW_LEFT.get(content.language, _LEFT), _WINDOW_TOP)
        self._ink(11, "", _INK)
        self._line(content.applicant, 5.5)

    def _heading(self, content: Content) -> None:
        self.set_xy(_LEFT, _BODY_TOP)
        self._ink(8.5, "", _MUTED)
        self._line(f"{content.day}  ·  {content.labels.reference} {content.reference}", 5)
        self.ln(2)
        self._ink(14, "B", _INK)
        self._line(content.subject, 7)
        self.ln(3)

    def _paragraph(self, text: str, *, size: float | None = None) -> None:
        self._ink(size or self.size, "", _INK)
        self._text(text)
        self.ln(self.size * 0.24)

    def _section_title(self, title: str) -> None:
        self.ln(self.size * 0.08)
        self._ink(self.size - 0.4, "B", _ACCENT)
        self._text(title)
        self.ln(0.4)

    def _table(self, facts: list[tuple[str, str]]) -> None:
        height = self.size * 0.72
        self.set_fill_color(*_SOFT)
        self.set_draw_color(*_LINE)
        self.set_line_width(0.2)
        for label, value in facts:
            self.set_x(_LEFT)
            self._ink(self.size, "", _MUTED)
            self.cell(self.epw / 2, height, _printable(f"   {label}", self), "T", fill=True)
            self._ink(self.size + 1, "B", _INK)
            self.cell(self.epw / 2, height, f"{value}   ", "T", align="R", fill=True)
            self.ln(height)
        self.line(_LEFT, self.y, self.w - _LEFT, self.y)
        self.ln(self.size * 0.4)

    def _reasons(self, content: Content) -> None:
        self._paragraph(content.reasons_title)
        for number, reason in enumerate(content.reasons, start=1):
            self._ink(self.size, "B", _ACCENT)
            self.set_x(_LEFT + 2)
            self.cell(7, self._height(), str(number))
            self._ink(self.size, "B", _INK)
            self._text(reason)
            self.ln(0.8)
        self.ln(self.size * 0.14)

    def _signature(self, content: Content) -> None:
        self.ln(self.size * 0.2)
        self._paragraph(content.closing)
        self._ink(self.size, "B", _INK)
        self._text(settings.BANK["name"])
        self._ink(self.size - 0.6, "", _MUTED)
        self._text(content.adviser)

    def _text(self, text: str) -> None:
        """Lines up to the right margin, the cursor below them at the left."""
        self.multi_cell(
            0, self._height(), _printable(text, self), align="L", new_x="LMARGIN", new_y="NEXT"
        )

    def _line(self, text: str, height: float) -> None:
        self.cell(0, height, _printable(text, self), new_x="LEFT", new_y="NEXT")

    def _height(self) -> float:
        return self.font_size * 1.45

    def _ink(self, size: float, style: str, colour: tuple[int, int, int]) -> None:
        self.set_font("Inter", style, size)
        self.set_text_color(*colour)


def _printable(text: str, pdf: FPDF) -> str:
    """The text, with characters that no embedded font holds written in Latin letters."""
    fonts = [font for font in pdf.fonts.values() if isinstance(font, TTFFont)]
    known = set().union(*(font.cmap for font in fonts))
    return "".join(c if ord(c) in known else anyascii(c) for c in text)
