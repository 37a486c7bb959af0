"""The mathematics the generator is built on."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml.synthesis import normal, risk
from ml.synthesis.copula import joint_covariance, nearest_covariance, normals, pack, unpack
from ml.synthesis.marginals import EVERYONE, draw, level, measure, number

SEEDS = [0, 1, 2]


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_average_to_zero_and_never_spread_more_than_a_normal(seed: int) -> None:
    noise = np.random.default_rng(seed)
    for codes in (noise.normal(size=500), noise.integers(0, 3, 500), noise.random(500) < 0.02):
        scores = normal.scores(np.asarray(codes, dtype=np.float64))
        assert abs(scores.mean()) < 1e-6
        assert scores.var() <= 1.0 + 1e-9


def test_quantile_undoes_cdf() -> None:
    z = np.linspace(-4, 4, 81)
    assert normal.quantile(normal.cdf(z)) == pytest.approx(z, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_latent_correlation_is_found_behind_coarse_columns(seed: int) -> None:
    noise = np.random.default_rng(seed)
    truth = nearest_covariance(np.array([[1.0, 0.5], [0.5, 1.0]]), np.ones(2))
    z = normals(truth, 20_000, noise)
    clients = {
        "coarse": normal.scores((z[:, 0] > 1.0).astype(np.float64)),
        "fine": normal.scores(z[:, 1]),
    }
    joint, within = joint_covariance(clients, {})
    assert joint[0, 1] == pytest.approx(0.5, abs=0.04)
    assert within == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clients_effect_is_told_from_the_rows_own_part(seed: int) -> None:
    noise = np.random.default_rng(seed)
    owner = np.repeat(np.arange(4_000), 5)
    effect = np.sqrt(0.3) * noise.standard_normal(4_000)
    rows = effect[owner] + np.sqrt(0.7) * noise.standard_normal(len(owner))
    clients = {"same": normal.scores(effect)}
    joint, within = joint_covariance(clients, {"block": ({"x": normal.scores(rows)}, owner)})
    assert joint[1, 1] == pytest.approx(0.3, abs=0.04)
    assert joint[0, 1] == pytest.approx(np.sqrt(0.3), abs=0.05)
    assert within["block"][0, 0] == pytest.approx(0.7, abs=0.04)


@pytest.mark.parametrize("seed", SEEDS)
def test_packing_keeps_a_covariance(seed: int) -> None:
    noise = np.random.default_rng(seed)
    draws = noise.standard_normal((400, 6)) @ noise.standard_normal((6, 6))
    covariance = np.corrcoef(draws, rowvar=False)
    assert unpack(pack(covariance), 6) == pytest.approx(covariance, abs=0.03)


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_columns_repeat_what_was_measured(seed: int) -> None:
    noise = np.random.default_rng(seed)
    kind = noise.choice(["a", "b"], 5_000, p=[0.3, 0.7])
    amount = np.where(kind == "a", noise.normal(10, 1, 5_000), noise.normal(50, 1, 5_000))
    frame = pl.DataFrame({"kind": kind, "amount": amount}).with_columns(
        pl.when(pl.Series(noise.random(5_000) < 0.2)).then(None).otherwise("amount").alias("amount")
    )
    drivers = (level("kind"), number("amount", "kind"))
    figures, latents = measure(frame, drivers, {"kind": ["b", "a"]})
    assert set(figures["amount"]["groups"]) == {EVERYONE, "a", "b"}
    z = {name: noise.standard_normal(5_000) for name in latents}
    drawn = draw(figures, drivers, z, noise)
    amounts, is_a = drawn["amount"].floats(), drawn["kind"].equals("a")
    assert is_a.mean() == pytest.approx(0.3, abs=0.03)
    assert np.isnan(amounts).mean() == pytest.approx(0.2, abs=0.03)
    assert np.nanmean(amounts[is_a]) == pytest.approx(10, abs=0.3)
    assert np.nanmean(amounts[~is_a]) == pytest.approx(50, abs=0.3)


def test_small_groups_are_not_described() -> None:
    frame = pl.DataFrame({"kind": ["rare"] * 9 + ["usual"] * 991, "x": np.arange(1000.0)})
    figures, _ = measure(frame, (level("kind"), number("x", "kind")), {"kind": ["rare", "usual"]})
    assert set(figures["x"]["groups"]) == {EVERYONE, "usual"}


@pytest.mark.parametrize("seed", SEEDS)
def test_solved_risk_moves_with_its_drivers_as_wanted(seed: int) -> None:
    noise = np.random.default_rng(seed)
    x = noise.standard_normal((20_000, 2))
    truth = risk.sigmoid(-2.5 + x @ np.array([0.6, -0.3]))
    moments = (x * (truth - truth.mean())[:, None]).mean(axis=0)
    intercept, slopes = risk.solve(x - x.mean(axis=0), moments, float(truth.mean()), np.zeros(2))
    assert slopes == pytest.approx([0.6, -0.3], abs=0.01)
    assert intercept == pytest.approx(-2.5, abs=0.02)


def test_a_falling_rate_gives_a_falling_curve() -> None:
    quantiles = list(np.linspace(0, 1, 21))
    x, y = risk.curve_of_fifths(quantiles, [0.16, 0.09, 0.06, 0.04, 0.03], 0.08)
    assert np.all(np.diff(x) > 0)
    assert np.all(np.diff(y) <= 0)


def test_a_curve_gives_unknown_values_their_own_height() -> None:
    curve = {"column": "x", "x": [0.0, 1.0], "y": [0.0, 2.0], "missing": -1.0, "sentinel": 9.0}
    heights = risk.evaluate(pl.Series("x", [0.5, None, 9.0, 5.0]), curve)
    assert heights.tolist() == [1.0, -1.0, -1.0, 2.0]
