"""Loans with other lenders, as the credit bureau reports them, and their monthly balance."""

from __future__ import annotations

from ml.features.bureau import balance, conduct, debt, experience, kinds
from ml.features.bureau.columns import ROWS, TABLE
from ml.features.declaration import Family, Rows
from ml.features.policy import newest_first

__all__ = ["FAMILY", "with_balance"]

with_balance = balance.with_balance


def _prepare(rows: Rows) -> Rows:
    return newest_first(rows, ("DAYS_CREDIT", "SK_ID_BUREAU"))


FAMILY = Family(
    TABLE,
    ROWS,
    (
        *experience.aggregates(),
        *kinds.aggregates(),
        *debt.aggregates(),
        *conduct.aggregates(),
        *balance.aggregates(),
    ),
    (
        *experience.ratios(),
        *kinds.ratios(),
        *debt.ratios(),
        *conduct.ratios(),
        *balance.ratios(),
    ),
    _prepare,
)
