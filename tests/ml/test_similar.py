"""The most similar loans, worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl

from ml.bundle import BundleFeature
from ml.concepts import Concept
from ml.features.groups import Group
from ml.similar import Loans

AMOUNT = BundleFeature("AMOUNT", "Amount", Concept.LOAN_TERMS)
JOB = BundleFeature("JOB", "Occupation", Concept.EMPLOYMENT, ("Cook", "Driver", "Guard"))
REFERENCE = pl.DataFrame(
    {
        "AMOUNT": [10.0, 20.0, 1_000.0, 40.0, None],
        "JOB": ["Cook", "Driver", "Cook", None, "Guard"],
    },
    schema={"AMOUNT": pl.Float32, "JOB": pl.String},
)


def loans(gain: tuple[float, float] = (3.0, 1.0)) -> Loans:
    return Loans.of(REFERENCE, (AMOUNT, JOB), np.array(gain))


def row(amount: float, job: float) -> np.ndarray:
    return np.array([amount, job], dtype=np.float32)


def test_numbers_differ_by_the_loans_between_them() -> None:
    # Places of the known amounts 10, 20, 40, 1000: 1/8, 3/8, 5/8, 7/8.
    apart = loans((1.0, 0.0)).distances(row(20, 0))
    np.testing.assert_allclose(apart, [0.25, 0, 0.5, 0.25, 1], atol=1e-6)


def test_levels_differ_wholly_or_not_at_all() -> None:
    apart = loans((0.0, 1.0)).distances(row(20, 0))
    np.testing.assert_allclose(apart, [0, 1, 0, 1, 1])


def test_features_count_by_what_the_model_gained() -> None:
    apart = loans((3.0, 1.0)).distances(row(20, 0))
    np.testing.assert_allclose(apart, [0.1875, 0.25, 0.375, 0.4375, 1], atol=1e-6)
    assert loans().nearest(row(20, 0), 3).tolist() == [0, 1, 2]


def test_unknown_is_like_unknown() -> None:
    apart = loans((1.0, 1.0)).distances(row(np.nan, np.nan))
    np.testing.assert_allclose(apart, [1, 1, 1, 0.5, 0.5])


def test_a_level_not_seen_in_training_counts_as_unknown() -> None:
    assert loans((0.0, 1.0)).distances(row(20, JOB.code("Pilot")))[3] == 0


def test_a_loan_of_the_sample_is_most_similar_to_itself() -> None:
    X = np.array([[10, 0], [20, 1], [1_000, 0], [40, np.nan], [np.nan, 2]], dtype=np.float32)
    for place, values in enumerate(X):
        assert loans().distances(values)[place] == 0
        assert loans().nearest(values, 1).tolist() == [place]


def test_group_statistics_are_taken_as_the_sample_holds_them() -> None:
    ratio = BundleFeature(
        "RATIO", "Ratio", Concept.INCOME, None, Group(("JOB",), "AMOUNT", True, {"Cook": 2.0})
    )
    reference = pl.DataFrame({"RATIO": [0.5, 2.0]}, schema={"RATIO": pl.Float32})
    found = Loans.of(reference, (ratio,), np.array([1.0]))
    assert found.nearest(np.array([2.0], dtype=np.float32), 1).tolist() == [1]


def test_a_model_that_gained_nothing_finds_all_alike() -> None:
    assert loans((0.0, 0.0)).distances(row(20, 0)).tolist() == [0] * 5


def test_no_more_loans_than_there_are() -> None:
    assert len(loans().nearest(row(20, 0), 50)) == 5
