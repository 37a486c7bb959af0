"""Calibration keeps the ranking and holds what it says."""

from __future__ import annotations

import numpy as np
import pytest

from ml import calibration
from ml.calibration import Calibration


def scores(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    raw = rng.normal(-2.5, 1, count)
    return raw, (rng.random(count) < 1 / (1 + np.exp(-raw))).astype(int)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [300, 5_000, 60_000])
def test_strictly_increasing_and_within_0_and_1(seed: int, count: int) -> None:
    raw, target = scores(seed, count)
    pd = calibration.fit(raw, target)(np.linspace(-12, 12, 5_001))
    assert (np.diff(pd) > 0).all()
    assert pd.min() > 0
    assert pd.max() < 1


@pytest.mark.parametrize("stretch", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("shift", [-2.0, 0.0, 2.0])
def test_distorted_scores_are_put_right(stretch: float, shift: float) -> None:
    raw, target = scores(1, 60_000)
    pd = calibration.fit(stretch * raw + shift, target)(stretch * raw + shift)
    assert pd.mean() == pytest.approx(target.mean(), rel=0.02)
    for group in np.array_split(np.argsort(pd), 10):
        assert pd[group].mean() == pytest.approx(target[group].mean(), abs=0.015)


def test_scores_of_one_value_are_survived() -> None:
    pd = calibration.fit(np.zeros(100), np.arange(100) % 10 == 0)(np.zeros(1))
    assert pd[0] == pytest.approx(0.1, abs=0.02)


def test_scores_that_rank_the_wrong_way_still_rise() -> None:
    raw, target = scores(2, 2_000)
    fitted = calibration.fit(-raw, target)
    assert (np.diff(fitted(np.linspace(-3, 3, 50))) > 0).all()


@pytest.mark.parametrize("target", [np.zeros(10), np.ones(10)])
def test_one_outcome_alone_is_refused(target: np.ndarray) -> None:
    with pytest.raises(ValueError, match="defaults and repaid"):
        calibration.fit(np.arange(10.0), target)


@pytest.mark.parametrize(
    ("raw", "log_odds"),
    [((0.0,), (0.0,)), ((0.0, 1.0), (0.0,)), ((0.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (1.0, 0.0))],
)
def test_knots_that_do_not_rise_are_refused(
    raw: tuple[float, ...], log_odds: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="calibration"):
        Calibration(raw, log_odds)
