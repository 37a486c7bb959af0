"""Typical values of repaid and of defaulted loans, worked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from ml import typical
from ml.bundle import BundleFeature
from ml.concepts import Concept
from ml.typical import Half, Typical

AMOUNT = BundleFeature("AMOUNT", "Amount of the loan", Concept.LOAN_TERMS)
PHONE = BundleFeature("PHONE", "Fixed telephone at work given", Concept.CONTACT)
JOB = BundleFeature("JOB", "Occupation", Concept.EMPLOYMENT, ("Cook", "Driver"))

REFERENCE = pl.DataFrame(
    {
        "TARGET": [0, 0, 0, 0, 0, 1, 1, 1],
        "AMOUNT": [10.0, 20.0, 30.0, 40.0, 50.0, 100.0, None, 200.0],
        "PHONE": [1.0, 0.0, 0.0, 0.0, None, 1.0, 1.0, 0.0],
        "JOB": ["Cook", "Cook", "Cook", "Driver", None, "Driver", "Driver", None],
    }
)


@pytest.fixture
def found() -> dict[str, Typical]:
    return typical.of(REFERENCE, [AMOUNT, PHONE, JOB])


def test_numbers_have_a_median_and_a_middle_half(found: dict[str, Typical]) -> None:
    assert found["AMOUNT"].repaid.half == Half(20.0, 30.0, 40.0)
    assert found["AMOUNT"].defaulted.half == Half(125.0, 150.0, 175.0)
    assert found["AMOUNT"].repaid.shares == {}


def test_what_is_not_known_counts_apart(found: dict[str, Typical]) -> None:
    assert found["AMOUNT"].repaid.unknown == 0
    assert found["AMOUNT"].defaulted.unknown == pytest.approx(1 / 3)


def test_levels_have_shares_of_the_loans_where_they_are_known(found: dict[str, Typical]) -> None:
    assert found["JOB"].repaid.shares == {"Cook": 0.75, "Driver": 0.25}
    assert found["JOB"].defaulted.shares == {"Driver": 1.0}
    assert found["JOB"].repaid.half is None


def test_yes_and_no_have_shares_too(found: dict[str, Typical]) -> None:
    assert found["PHONE"].repaid.shares == {1.0: 0.25, 0.0: 0.75}
    assert found["PHONE"].defaulted.shares[1.0] == pytest.approx(2 / 3)


def test_the_place_of_a_value_among_all_loans(found: dict[str, Typical]) -> None:
    amount = found["AMOUNT"]
    assert amount.place(5) == 0
    assert amount.place(1_000) == 1
    assert amount.place(20) < amount.place(30) < amount.place(150)
    assert amount.place(40) == pytest.approx(0.5, abs=0.01)


def test_a_value_that_most_loans_have_stands_in_its_middle() -> None:
    frame = pl.DataFrame({"TARGET": [0, 1] * 5, "AMOUNT": [0.0] * 8 + [1.0, 2.0]})
    assert typical.of(frame, [AMOUNT])["AMOUNT"].place(0.0) == pytest.approx(0.4, abs=0.05)


def test_a_feature_that_is_never_known_is_no_error() -> None:
    frame = pl.DataFrame({"TARGET": [0, 1], "AMOUNT": pl.Series([None, None], dtype=pl.Float32)})
    found = typical.of(frame, [AMOUNT])["AMOUNT"]
    assert found.repaid.half is None
    assert found.repaid.unknown == 1


def test_a_missing_column_is_named() -> None:
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match="JOB"):
        typical.of(REFERENCE.drop("JOB"), [JOB])
