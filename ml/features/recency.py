"""Payments and months by how recent they are, summed once for all windows.

Features of many windows ("in the last year", "on the last 5 due dates") would add up the same
rows many times over. So each client's rows are put in order once, summed per span between the
edges of all windows, and every window adds up a handful of spans. The sums are of whole
numbers, so it makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from ml.features.declaration import Rows
from ml.features.policy import only, ratio

_FARTHEST = 2**19 - 2  # a moment farther from the application than this counts as that far
_client = pl.col("SK_ID_CURR")
_loan = pl.col("SK_ID_PREV")


def in_spans(rows: Rows, time: str, windows: Sequence[int], places: Sequence[int]) -> Rows:
    """Put each client's rows in order, the newest first, and name their spans.

    Parameters
    ----------
    rows : polars.DataFrame or polars.LazyFrame
        With `SK_ID_CURR`, `SK_ID_PREV` and `time`.
    time : str
        Column of whole days or months relative to the application, negative in the past.
    windows : sequence of int
        Lengths of the windows that end at the application, ascending, in units of `time`.
    places : sequence of int
        Lengths of the windows that end at the client's newest moment, ascending, in moments.

    Returns
    -------
    polars.DataFrame or polars.LazyFrame
        The rows, with

        - `place`: 1 for the client's newest moment, 2 for the one before, and so on; rows of
          one moment share their place; null where the time is unknown,
        - `within`: the shortest of `windows` that holds the row, null for none,
        - `last`: the shortest of `places` that holds the row, null for none,
        - `newest_loan`: whether the row is of the loan that has the client's newest moment
          (of several such loans, the one with the highest number),
        - `span`: a number for each client's rows of equal `within` and `last`.
    """
    moment = pl.col(time)
    first = (_client != _client.shift(1)).fill_null(value=True)
    moves = (first | _changes(time)).cum_sum()
    return (
        rows.with_columns(moment.cast(pl.Int32).clip(-_FARTHEST, _FARTHEST))
        .with_columns(_order(moment).alias("order"))
        .sort("order")
        .with_columns(first.alias("first"), moves.alias("moves"))
        .with_columns(
            pl.when("first").then("moves").forward_fill().alias("start"),
            pl.when("first").then("SK_ID_PREV").forward_fill().alias("newest"),
        )
        .with_columns(
            pl.when(moment.is_not_null()).then(1 + pl.col("moves") - pl.col("start")).alias("place")
        )
        .with_columns(
            bracket(-moment, windows).alias("within"),
            bracket(pl.col("place"), places).alias("last"),
            (_loan == pl.col("newest")).alias("newest_loan"),
        )
        .with_columns((first | _changes("within") | _changes("last")).cum_sum().alias("span"))
        .drop("order", "first", "moves", "start", "newest")
    )


def per_span(rows: Rows, sums: Iterable[pl.Expr]) -> Rows:
    """Sum rows of `in_spans` per span, keeping `SK_ID_CURR`, `within` and `last`.

    The spans have one number for a key, which is summed by twice as fast as by three columns.
    """
    return rows.group_by("span").agg(pl.col("SK_ID_CURR", "within", "last").first(), *sums)


def bracket(value: pl.Expr, edges: Sequence[int]) -> pl.Expr:
    """Return the lowest of the ascending `edges` that `value` does not exceed, null for none.

    >>> pl.DataFrame({"x": [1, 2, 3, 9]}).select(bracket(pl.col("x"), (2, 5)))["x"].to_list()
    [2, 2, 5, None]
    """
    found = pl.coalesce(*(pl.when(value <= edge).then(pl.lit(edge, pl.Int16)) for edge in edges))
    return found.alias(value.meta.output_name())


def summed(column: str, where: pl.Expr | None = None, *, unit: float = 1.0) -> pl.Expr:
    """Sum of a column of whole numbers over the spans that fulfil `where`, in units."""
    return only(pl.col(column), where).sum().cast(pl.Float64) * (1 / unit)


def per(column: str, number: str, where: pl.Expr | None = None, *, unit: float = 1.0) -> pl.Expr:
    """Mean or share: one sum over the spans that fulfil `where`, for each unit of another."""
    return ratio(summed(column, where, unit=unit), summed(number, where))


def _changes(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(column).shift(1))


def _order(moment: pl.Expr) -> pl.Expr:
    """Client, then newest moment, then highest loan, in one number.

    Polars sorts by one number in a third of the time it takes for three columns. Numbers of
    clients and loans stay below 2**53 (see `ml.tables`), so with 20 bits for the moment
    nothing overlaps.
    """
    age = (_FARTHEST - moment).fill_null(2 * _FARTHEST + 1)
    client, age, loan = (part.cast(pl.Int128) for part in (_client, age, _loan))
    return client * 2**74 + age * 2**54 + (2**53 - loan)
