"""Numbers are read the way they are meant in the reader's language, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from applications import numbers

READ = [
    ("en", "12500", "12500"),
    ("en", "12,500", "12500"),
    ("en", "1,250,000", "1250000"),
    ("en", "12,500.50", "12500.50"),
    ("en", "12500.5", "12500.5"),
    ("en", "12 500,50", "12500.50"),
    ("en", "12.500,50", "12500.50"),
    ("en", "1.250.000", "1250000"),
    ("en", "0.083", "0.083"),
    ("en", "0,083", "0.083"),
    ("en", ".5", "0.5"),
    ("en", "12500.500", "12500.500"),
    ("en", "12.5000", "12.5000"),
    ("en", " -5 ", "-5"),
    ("en", "−5", "-5"),
    ("fr", "12\u202f500,50", "12500.50"),
    ("fr", "12\u00a0500", "12500"),
    ("fr", "12’500.50", "12500.50"),
    ("fr", "12500,5", "12500.5"),
    ("fr", "12500.5", "12500.5"),
    ("fr", "12,500.50", "12500.50"),
    ("fr", "12,50", "12.50"),
    ("fr", "0,500", "0.500"),
]
DOUBTFUL = [
    ("en", "12.500", "12500", "12.5"),
    ("en", "12,50", "1250", "12.50"),
    ("en", "1,2500", "12500", "1.25"),
    ("fr", "12.500", "12500", "12,5"),
    ("fr", "12,500", "12500", "12,5"),
    ("fr", "12.345", "12345", "12,3450"),
]
NONSENSE = [
    *("", "-", "much", "1e5", "nan", "12 50", "1 2", "1,2,3"),
    *("1.2.3", "12,50.00", "1.5.", "٣"),
]
NUMBERS = [
    *(0.0, 1.0, 12.5, 12.345, 123.456, 999.1, 1234.567, 24700.5, 450000.0, 1e12),
    *(0.08303696739132256, 1e-05, 0.123, -12.5),
]


@pytest.mark.parametrize(("language", "text", "number"), READ)
def test_one_reading_is_read(language: str, text: str, number: str) -> None:
    with translation.override(language):
        assert numbers.read(text) == Decimal(number)


@pytest.mark.parametrize(("language", "text", "large", "small"), DOUBTFUL)
def test_two_readings_are_asked_about(language: str, text: str, large: str, small: str) -> None:
    with translation.override(language):
        with pytest.raises(numbers.Ambiguous) as doubt:
            numbers.read(text)
        told = doubt.value.large, doubt.value.small

        assert told[0] == large
        assert numbers.read(told[0]) == Decimal(large)
        assert numbers.read(told[1]) == Decimal(small.replace(",", "."))


@pytest.mark.parametrize("text", [*NONSENSE, "9" * 41])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(numbers.NotANumber):
        numbers.read(text)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_written_reads_the_same(number: float, language: str) -> None:
    with translation.override(language):
        assert float(numbers.read(numbers.write(number))) == number


def test_numbers_are_grouped_in_the_language() -> None:
    assert numbers.write(450000.0) == "450,000"
    with translation.override("fr"):
        assert numbers.write(24700.5) == "24\u00a0700,5"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("value", [0.0, 3.5, 8.125, 0.125, 12500.0, 1234.5678, -7.25, 1e12, 20])
def test_plain_numbers_are_read_in_every_language(language: str, value: float) -> None:
    with translation.override(language):
        assert float(numbers.read(numbers.plain(value))) == value
