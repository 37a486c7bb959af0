"""Four fifths and intervals of shares, by hand."""

from __future__ import annotations

import pytest

from ml.fairness import impact_ratios, interval


def test_the_best_large_group_is_the_measure() -> None:
    assert impact_ratios([0.5, 0.4, 0.9], [100, 2_000, 99]) == pytest.approx([1.0, 0.8, 1.8])


@pytest.mark.parametrize(
    ("shares", "sizes"), [([0.5, 0.4], [99, 99]), ([0.0, 0.0], [100, 100]), ([None], [100])]
)
def test_no_measure_no_ratio(shares: list[float | None], sizes: list[int]) -> None:
    assert impact_ratios(shares, sizes) == [None] * len(shares)


def test_a_share_that_is_not_known_has_no_ratio() -> None:
    assert impact_ratios([0.5, None], [100, 100]) == [1.0, None]


def test_wilson_by_hand() -> None:
    # Newcombe (1998), table I: 81 of 263.
    assert interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval(0, 0) is None


@pytest.mark.parametrize(("part", "whole"), [(0, 20), (20, 20)])
def test_bounds_stay_within_0_and_1(part: int, whole: int) -> None:
    low, high = interval(part, whole) or (-1, 2)
    assert 0 <= low < high <= 1
