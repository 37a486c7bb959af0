"""How far a PD can be relied on, against textbook values."""

from __future__ import annotations

import numpy as np
import pytest

from ml import certainty


def outcomes(defaults: int, loans: int) -> np.ndarray:
    return np.arange(loans) < defaults


@pytest.mark.parametrize(
    ("defaults", "loans", "low", "high"),
    [
        (34, 200, 0.12428, 0.22816),
        # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(defaults: int, loans: int, low: float, high: float) -> None:
    found = certainty.observed(outcomes(defaults, loans))
    assert (found.defaults, found.loans) == (defaults, loans)
    assert found.rate == pytest.approx(defaults / loans)
    assert (found.low, found.high) == (
        pytest.approx(low, abs=5e-5),
        pytest.approx(high, abs=5e-5),
    )


def test_more_loans_leave_less_room() -> None:
    few, many = certainty.observed(outcomes(2, 20)), certainty.observed(outcomes(200, 2_000))
    assert few.low < many.low < 0.1 < many.high < few.high


def test_the_neighbourhood_is_the_loans_of_about_this_pd() -> None:
    pds = np.array([0.01, 0.02, 0.04, 0.08, 0.16, 0.32])
    target = np.array([0, 1, 1, 0, 0, 0])
    found = certainty.around(0.03, pds, target, 2)
    assert (found.defaults, found.loans) == (2, 2)


def test_nearness_goes_by_odds() -> None:
    # 0.04 is nearer to 0.02 in points; 0.01 is as far by half and double, 0.039 nearer still.
    found = certainty.around(0.02, np.array([0.0101, 0.0405]), np.array([1, 0]), 1)
    assert found.defaults == 1


def test_a_small_sample_is_taken_whole() -> None:
    assert certainty.around(0.5, np.array([0.1, 0.2]), np.array([0, 1]), 200).loans == 2


def test_nothing_is_observed_without_loans() -> None:
    with pytest.raises(ValueError, match="without loans"):
        certainty.observed(np.array([]))
