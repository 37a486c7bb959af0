"""Earlier applications with us: what was asked for, what was decided, on which terms."""

from __future__ import annotations

import polars as pl

from ml.features.declaration import Family, Rows
from ml.features.policy import newest_first
from ml.features.previous_application import decisions, kinds, running, terms
from ml.features.previous_application.columns import APPROVED, ROWS, TABLE

__all__ = ["FAMILY"]


def _prepare(rows: Rows) -> Rows:
    """Number each client's applications, and its approved ones, newest first."""
    approved = APPROVED.cast(pl.Int64).fill_null(0).cum_sum().over("SK_ID_CURR")
    return newest_first(rows, ("DAYS_DECISION", "SK_ID_PREV")).with_columns(
        approved.alias("approved_so_far")
    )


FAMILY = Family(
    TABLE,
    ROWS,
    (
        *decisions.aggregates(),
        *kinds.aggregates(),
        *terms.aggregates(),
        *running.aggregates(),
    ),
    (*decisions.ratios(), *terms.ratios()),
    _prepare,
)
