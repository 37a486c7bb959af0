"""What the client still owes other lenders, and when it falls due."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.bureau.columns import ACTIVE, DEBT, LAST, age, feature, quotient, rank
from ml.features.declaration import Feature
from ml.features.policy import FINE, count, highest, lowest, mean, total

_OPEN = "open loans with other lenders"
_DEBT = Concept.OTHER_DEBT
_END = pl.col("DAYS_CREDIT_ENDDATE")


def aggregates() -> Iterator[Feature]:
    """Features over one client's loans."""
    yield from _amounts()
    yield from _shares()
    yield from _repayments()
    yield from _ends()


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    for name, label, over, under in (
        (
            "DEBT_TO_CREDIT",
            f"Debt left for each unit borrowed, {_OPEN}",
            "DEBT_SUM",
            "ACTIVE_CREDIT_SUM",
        ),
        (
            "ACTIVE_SHARE",
            "Share of open loans among loans with other lenders",
            "ACTIVE_COUNT",
            "COUNT",
        ),
        (
            "NEW_DEBT_SHARE",
            f"Part of the debt on {_OPEN} taken in the last year",
            "NEW_DEBT_365D",
            "DEBT_SUM",
        ),
        (
            "DUE_SHARE_365D",
            f"Part of the debt on {_OPEN} that falls due within a year",
            "DUE_DEBT_365D",
            "DEBT_SUM",
        ),
    ):
        yield quotient(name, label, _DEBT, over, under)


def _amounts() -> Iterator[Feature]:
    limit = pl.col("AMT_CREDIT_SUM_LIMIT").clip(lower_bound=0)
    for name, label, expr in (
        ("DEBT_SUM", f"Debt left on {_OPEN}", total(DEBT, ACTIVE)),
        ("DEBT_MAX", f"Highest debt left on {_OPEN}", highest(DEBT, ACTIVE)),
        ("DEBT_MEAN", f"Average debt left on {_OPEN}", mean(DEBT, ACTIVE)),
        (
            "NEW_DEBT_365D",
            f"Debt left on {_OPEN} taken in the last year",
            total(DEBT, ACTIVE & (age <= 365)),
        ),
        (
            "DUE_DEBT_365D",
            f"Debt left on {_OPEN} that end within a year",
            total(DEBT, ACTIVE & (_END <= 365)),
        ),
        ("LIMIT_SUM", "Card limits with other lenders", total(limit, ACTIVE)),
    ):
        yield feature(name, label, _DEBT, expr)


def _shares() -> Iterator[Feature]:
    owed, behind = pl.col("debt_share"), pl.col("behind_plan")
    for name, label, expr in (
        ("DEBT_SHARE_MEAN", f"Average share still owed on {_OPEN}", mean(owed, ACTIVE, unit=FINE)),
        ("DEBT_SHARE_MAX", f"Highest share still owed on {_OPEN}", highest(owed, ACTIVE)),
        *(
            (
                f"LAST_{k}_DEBT_SHARE_MEAN",
                f"Average share still owed on the {words} with other lenders",
                mean(owed, rank < k, unit=FINE),
            )
            for k, words in LAST.items()
        ),
        (
            "BEHIND_PLAN_MEAN",
            f"Average share owed above equal repayments on {_OPEN}",
            mean(behind, unit=FINE),
        ),
        ("BEHIND_PLAN_MAX", f"Highest share owed above equal repayments on {_OPEN}", behind.max()),
    ):
        yield feature(name, label, _DEBT, expr)


def _repayments() -> Iterator[Feature]:
    annuity, burden = pl.col("AMT_ANNUITY"), pl.col("monthly_burden")
    for name, label, expr in (
        ("ANNUITY_SUM", f"Repayments on {_OPEN}", total(annuity, ACTIVE)),
        ("BURDEN_SUM", f"Debt due each month until the end of {_OPEN}", total(burden)),
    ):
        yield feature(name, label, _DEBT, expr)


def _ends() -> Iterator[Feature]:
    for name, label, expr in (
        ("ENDDATE_MAX", f"Last planned day of {_OPEN}", highest(_END, ACTIVE)),
        ("ENDDATE_MEAN", f"Average planned last day of {_OPEN}", mean(_END, ACTIVE)),
        ("ENDDATE_MIN", f"First planned last day of {_OPEN}", lowest(_END, ACTIVE)),
        (
            "PAST_END_COUNT",
            f"Number of {_OPEN} that should have ended",
            count(ACTIVE & (_END < 0)),
        ),
        (
            "ENDLESS_COUNT",
            f"Number of {_OPEN} without an end",
            count(ACTIVE & _END.is_null()),
        ),
    ):
        yield feature(name, label, _DEBT, expr)
