"""Numbers as people type them: in their language's way, and never misread.

What has one reading is read, whatever the language: 12500.5, 12 500,50, 12,500.50, 12.500,50.
A lone separator before three digits means thousands or decimals depending on who types it. It
is read only where the language groups by it; otherwise the reader is asked.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils import formats

_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007'’", " "))
_LONGEST = 40
_BY_SPACES = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?P<rest>[.,][0-9]+)?")
_BY_COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_BY_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_ONE_SEPARATOR = re.compile(r"(?P<whole>[0-9]*)(?P<separator>[.,])(?P<rest>[0-9]+)")


class NotANumber(ValueError):
    """The text is no number in any reading."""


class Ambiguous(ValueError):
    """The text has two readings, `large` and `small`, both written without doubt."""

    def __init__(self, large: str, small: str) -> None:
        self.large, self.small = large, small
        super().__init__(f"{large} or {small}")


def read(text: str) -> Decimal:
    """Return the number a text stands for in the active language.

    Raises
    ------
    NotANumber
        If it is none.
    Ambiguous
        If the text can be read in two ways.

    Examples
    --------
    >>> read("12 500,50"), read("12,500.50")
    (Decimal('12500.50'), Decimal('12500.50'))
    """
    plain = text.translate(_SPACES).strip()
    sign = "-" if plain.startswith(("-", "−")) else ""
    plain = plain[len(sign) :].strip()
    if not plain or len(plain) > _LONGEST:
        raise NotANumber(text)
    return Decimal(sign + _plain(plain))


def write(value: float) -> str:
    """Return a number in the active language, grouped, with every digit it has and no more.

    `read` returns the very same number again.
    """
    sign, whole, rest = _digits(value)
    shown = formats.number_format(int(whole), force_grouping=True)
    separator = formats.get_format("DECIMAL_SEPARATOR")
    return sign + shown + (f"{separator}{rest}" if rest else "")


def plain(value: float) -> str:
    """Return a number as every language reads it, for addresses: no groups, a decimal point."""
    sign, whole, rest = _digits(value)
    return sign + whole + (f".{rest}" if rest else "")


def _digits(value: float) -> tuple[str, str, str]:
    """The sign of a number, and its digits before and after the decimal mark."""
    whole, _, rest = f"{abs(Decimal(repr(value))):f}".partition(".")
    return ("-" if value < 0 else ""), whole, _without_doubt(whole, rest.rstrip("0"))


def _plain(text: str) -> str:
    """The digits of a text without its sign, as Python writes numbers."""
    if text.isdecimal() and text.isascii():
        return text
    if match := _BY_SPACES.fullmatch(text):
        rest = match["rest"] or ""
        return text.removesuffix(rest).replace(" ", "") + rest.replace(",", ".")
    if "," in text and "." in text:
        return _by_two_separators(text)
    if match := _ONE_SEPARATOR.fullmatch(text):
        return _by_one_separator(**match.groupdict())
    if _BY_COMMAS.fullmatch(text) or _BY_POINTS.fullmatch(text):
        return re.sub(r"[.,]", "", text)
    raise NotANumber(text)


def _by_two_separators(text: str) -> str:
    """The last separator is the decimal one: 12,500.50 and 12.500,50 mean the same."""
    decimal, groups = (
        (".", _BY_COMMAS) if text.rindex(".") > text.rindex(",") else (",", _BY_POINTS)
    )
    whole, _, rest = text.rpartition(decimal)
    if not groups.fullmatch(whole) or not rest.isdecimal() or not rest.isascii():
        raise NotANumber(text)
    return f"{re.sub('[.,]', '', whole)}.{rest}"


def _by_one_separator(whole: str, separator: str, rest: str) -> str:
    groups = formats.get_format("THOUSAND_SEPARATOR") == separator
    looks_grouped = len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if groups and looks_grouped:
        return whole + rest
    starts_below_one = whole in ("", "0")
    if (looks_grouped or groups) and not starts_below_one:
        raise Ambiguous(large=whole + rest, small=_decimal(whole, rest))
    return f"{whole or '0'}.{rest}"


def _decimal(whole: str, rest: str) -> str:
    rest = _without_doubt(whole, rest.rstrip("0") or "0")
    return f"{whole}{formats.get_format('DECIMAL_SEPARATOR')}{rest}"


def _without_doubt(whole: str, rest: str) -> str:
    """Three decimals of a small number would look like thousands; a fourth tells them apart."""
    doubtful = len(rest) == 3 and len(whole) <= 3 and whole != "0"
    return f"{rest}0" if doubtful else rest
