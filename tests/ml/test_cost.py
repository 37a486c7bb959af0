"""What decisions cost, and where they cost least."""

from __future__ import annotations

import numpy as np
import pytest

from ml import cost, metrics
from ml.decision import CutOffs, Outcome


def calibrated(seed: int, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    pd = 1 / (1 + np.exp(-rng.normal(-2.8, 1, count)))
    return pd, (rng.random(count) < pd).astype(int)


def test_the_curve_is_the_cost_at_each_of_its_cut_offs() -> None:
    pd, target = calibrated(1, 300)
    pd = pd.round(2)  # with ties
    curve = cost.curve(pd, target)
    expected = [cost.per_applicant(pd, target, cut_off) for cut_off in curve.cut_offs]
    np.testing.assert_allclose(curve.costs, expected)


def test_refusing_all_and_none_are_on_the_curve() -> None:
    pd, target = calibrated(2, 300)
    costs = cost.curve(pd, target).costs
    assert costs[0] == pytest.approx((target == 0).mean())
    assert costs[-1] == pytest.approx(10 * target.mean())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ratio", [4.0, 10.0])
def test_the_best_cut_off_is_near_what_theory_says(seed: int, ratio: float) -> None:
    pd, target = calibrated(seed)
    cut_offs = cost.choose_cut_offs(pd, target, seed=1, ratio=ratio)
    assert cut_offs.cost_optimal == pytest.approx(1 / (1 + ratio), rel=0.35)
    assert cut_offs.refer_from <= 1 / (1 + ratio) * 1.25
    assert cut_offs.decline_from >= 1 / (1 + ratio) * 0.8


def test_more_data_makes_the_referral_band_narrower() -> None:
    few = cost.choose_cut_offs(*calibrated(1, 1_000), seed=1)
    many = cost.choose_cut_offs(*calibrated(1, 100_000), seed=1)
    assert many.decline_from - many.refer_from < few.decline_from - few.refer_from


def test_the_choice_is_reproducible() -> None:
    pd, target = calibrated(4, 2_000)
    assert cost.choose_cut_offs(pd, target, seed=1) == cost.choose_cut_offs(pd, target, seed=1)


@pytest.mark.parametrize(
    "values", [(0.2, 0.1, 0.15), (0.0, 0.2, 0.1), (0.1, 1.0, 0.2), (0.1, 0.3, 0.4)]
)
def test_cut_offs_out_of_order_are_refused(values: tuple[float, float, float]) -> None:
    refer, decline, best = values
    with pytest.raises(ValueError, match="Cut-offs"):
        CutOffs(refer_from=refer, decline_from=decline, cost_optimal=best)


def test_an_impossible_probability_gets_no_decision() -> None:
    cut_offs = CutOffs(refer_from=0.1, decline_from=0.2, cost_optimal=0.15)
    assert cut_offs.decide(0.0) is Outcome.APPROVE
    for pd in (float("nan"), -0.1, 1.1):
        with pytest.raises(ValueError, match="probability"):
            cut_offs.decide(pd)


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(3)
    score, target = rng.integers(0, 8, 200), rng.integers(0, 2, 200)
    bad, good = score[target == 1][:, None], score[target == 0][None]
    assert metrics.auc(score, target) == pytest.approx(np.mean((bad > good) + 0.5 * (bad == good)))


def test_figures_lie_in_their_intervals() -> None:
    figures = metrics.evaluate(*calibrated(5, 3_000), 0.09, seed=1)
    for name in ("auc", "cost_per_applicant", "brier"):
        low, high = figures[f"{name}_interval"]  # type: ignore[misc]
        assert low < figures[name] < high
