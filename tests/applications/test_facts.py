"""Values as a banker reads them."""

from __future__ import annotations

import pytest

from applications.facts import duration, fact, written
from ml.units import Unit


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.0, Unit.YES_NO, "Yes"),
        (0.0, Unit.YES_NO, "No"),
        (450_000.4, Unit.AMOUNT, "€450,000"),
        (99.5, Unit.AMOUNT, "€99.50"),
        (0.1234, Unit.SHARE, "12.3\u00a0%"),
        (0.0, Unit.SHARE, "0\u00a0%"),
        (1.0, Unit.SHARE, "100\u00a0%"),
        (0.08, Unit.TIMES, "8.0\u00a0%"),
        (0.55, Unit.TIMES, "55\u00a0%"),
        (1.2, Unit.TIMES, "120\u00a0%"),
        (3.21, Unit.TIMES, "3.2 times"),
        (-400.0, Unit.AGO, "13 months ago"),
        (-1.0, Unit.AGO, "1 day ago"),
        (400.0, Unit.AGO, "13 months ahead"),
        (0.0, Unit.AGO, "that day"),
        (-1.0, Unit.MONTH_AGO, "1 month ago"),
        (-30.0, Unit.MONTH_AGO, "2 years 6 months ago"),
        (-14_000.0, Unit.LENGTH, "38 years 4 months"),
        (-365.25, Unit.GAP, "12 months before"),
        (3.0 * 365.25, Unit.GAP, "3 years after"),
        (1.0, Unit.DAYS, "1 day"),
        (2.25, Unit.DAYS, "2.2 days"),
        (12.0, Unit.YEARS, "12 years"),
        (4.0, Unit.COUNT, "4"),
        (0.5603, Unit.POINTS, "0.56"),
        (0.0042, Unit.POINTS, "0.0042"),
        (3.0, Unit.POINTS, "3"),
        (3.001, Unit.POINTS, "3"),
        (0.0, Unit.POINTS, "0"),
        (1234.5, Unit.POINTS, "1,234"),
        (-0.001, Unit.TIMES, "-0.1\u00a0%"),
        ("Working", Unit.POINTS, "Employee"),
        ("Y", Unit.POINTS, "Yes"),
        ("MONDAY", Unit.POINTS, "Monday"),
        ("Unheard of", Unit.POINTS, "Unheard of"),
        (None, Unit.AMOUNT, "not known"),
        ("", Unit.AMOUNT, "not known"),
    ],
)
def test_each_unit_has_its_own_writing(
    value: float | str | None, unit: Unit, expected: str
) -> None:
    assert written(value, unit) == expected


def test_every_unit_can_be_written() -> None:
    for unit in Unit:
        assert written(1.5, unit)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (60, "60 days"),
        (61, "2 months"),
        (700, "23 months"),
        (731, "2 years"),
        (770, "2 years 1 month"),
    ],
)
def test_time_is_told_in_the_unit_that_fits(days: float, expected: str) -> None:
    assert duration(days) == expected


def test_a_fact_is_written_in_its_own_unit() -> None:
    assert fact({"value": -7_300.0, "unit": "length"}) == "20 years"
