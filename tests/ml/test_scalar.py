"""An expression as a function of one row gives what Polars gives for a column of many."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.features import FEATURES, application, combined
from ml.features.scalar import UnknownStep, function

NUMBERS = st.none() | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | st.integers(-3, 3)
A, B, C = pl.col("a"), pl.col("b"), pl.col("c")
EXPRESSIONS = {
    "sum": A + B,
    "difference": A - 2,
    "product": A * B * 0.1,
    "quotient": A / B,
    "quotient by a constant": A / 7,
    "greater": A > B,
    "at least": A >= 1,
    "less": A < B,
    "equal": A == B,
    "and": (A > 0) & (B > 0),
    "not": ~(A > 0),
    "when": pl.when(A > 0).then(B),
    "otherwise": pl.when(A > B).then(A).otherwise(C),
    "absolute": A.abs(),
    "negative": -A,
    "ceiling": A.ceil(),
    "floor": A.floor(),
    "rounded": A.round(),
    "clip": A.clip(-1, 10),
    "clip below": A.clip(lower_bound=B),
    "logarithm": A.log(),
    "logarithm to 2": A.abs().log(2),
    "square": A**2,
    "power": A.abs() ** (B / 1e6),
    "root": A.sqrt(),
    "is null": A.is_null(),
    "is not null": A.is_not_null().cast(pl.Float64),
    "filled": A.fill_null(B),
    "added up": pl.sum_horizontal(A, B, C),
    "five added up": pl.sum_horizontal(A, B, C, A * 0.3, B * 0.7),
    "highest": pl.max_horizontal(A, B, C),
    "lowest": pl.min_horizontal(A, B, C),
    "whole": A.cast(pl.Int64, strict=False),
    "renamed": A.alias("d"),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=2, max_size=8))
def test_numbers(name: str, rows: list[tuple[float | None, ...]]) -> None:
    expr, step = EXPRESSIONS[name], function(EXPRESSIONS[name])
    frame = pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.Float64), orient="row")
    expected = frame.select(expr.alias("value"))["value"].to_list()
    for row, value in zip(frame.iter_rows(named=True), expected, strict=True):
        assert same(step(row), value), (row, step(row), value)


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other))


@pytest.mark.parametrize("value", ["XNA", "Cook", None])
def test_texts(value: str | None) -> None:
    column = pl.col("job")
    for expr in (
        column.is_in(["XNA", "XAP"]),
        pl.when(~column.is_in(["XNA"])).then(column),
        column.replace_strict(["Cook"], [2.5], default=None, return_dtype=pl.Float64),
        column.cast(pl.String),
    ):
        frame = pl.DataFrame({"job": [value, "Cook"]}, schema={"job": pl.String})
        expected = frame.select(expr.alias("value"))["value"].to_list()[0]
        assert function(expr)({"job": value}) == expected


def test_every_feature_outside_the_history_is_known() -> None:
    for feature in (*application.FEATURES, *application.DERIVED, *combined.FEATURES):
        assert feature.name in FEATURES
        function(feature.column())


@pytest.mark.parametrize(
    "expr",
    [A.sum(), A.over("b"), A | B, A % 2, A.cast(pl.Int8), A.round(2), A.sin(), A.shift(1)],
)
def test_an_unknown_step_is_refused_by_name(expr: pl.Expr) -> None:
    with pytest.raises(UnknownStep, match="is not known"):
        function(expr)
