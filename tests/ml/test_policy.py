"""How features treat what is missing, impossible or out of order."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml import features
from ml.features import policy


def value(expr: pl.Expr, **columns: list[object]) -> object:
    return pl.DataFrame(columns, strict=False).select(expr.alias("value"))["value"].item()


def test_sentinel_days_are_unknown() -> None:
    row = features.row({"DAYS_EMPLOYED": 365243, "DAYS_BIRTH": -10_000}, None)
    assert row["DAYS_EMPLOYED"] is None
    assert row["EMPLOYED_TO_AGE"] is None
    assert row["NOT_EMPLOYED"] == 1.0


def test_unknown_text_is_null() -> None:
    assert features.row({"ORGANIZATION_TYPE": "XNA"}, None)["ORGANIZATION_TYPE"] is None


@pytest.mark.parametrize(("over", "under"), [(1.0, 0.0), (0.0, 0.0), (1.0, None), (None, 1.0)])
def test_a_ratio_without_a_value_is_null(over: float | None, under: float | None) -> None:
    frame = pl.DataFrame({"a": [over], "b": [under]}, schema={"a": pl.Float64, "b": pl.Float64})
    assert frame.select(policy.ratio(pl.col("a"), pl.col("b")).alias("r"))["r"].item() is None


def test_an_income_of_zero_leaves_ratios_unknown() -> None:
    row = features.row({"AMT_INCOME_TOTAL": 0, "AMT_CREDIT": 1000}, None)
    assert row["CREDIT_TO_INCOME"] is None


def test_sums_do_not_depend_on_order() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(0, 1e9, 500), rng.normal(0, 1e-2, 500)]).round(3)
    sums = {value(policy.total(pl.col("x")), x=rng.permutation(values).tolist()) for _ in range(20)}
    assert len(sums) == 1


def test_aggregates_over_no_rows() -> None:
    nobody = pl.col("x") > 5
    assert value(policy.count(nobody), x=[1.0]) == 0
    assert value(policy.total(pl.col("x"), nobody), x=[1.0]) == 0
    assert value(policy.mean(pl.col("x"), nobody), x=[1.0]) is None
    assert value(policy.highest(pl.col("x"), nobody), x=[1.0]) is None
    assert value(policy.share(nobody), x=[None]) is None


@pytest.mark.parametrize("seed", range(3))
def test_mean_and_spread_are_the_textbook_ones(seed: int) -> None:
    values = np.random.default_rng(seed).normal(1e6, 10, 50).round(3)
    assert value(policy.mean(pl.col("x")), x=values.tolist()) == pytest.approx(values.mean())
    assert value(policy.spread(pl.col("x")), x=values.tolist()) == pytest.approx(values.std())


def test_the_spread_of_equal_values_is_exactly_zero() -> None:
    assert value(policy.spread(pl.col("x")), x=[0.1, 0.1, 0.1]) == 0.0
