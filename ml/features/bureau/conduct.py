"""Whether loans with other lenders were overdue, extended, sold or closed on time."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.bureau.columns import (
    CLOSED,
    GROUPS,
    LAST,
    age,
    feature,
    quotient,
    rank,
)
from ml.features.declaration import Feature
from ml.features.policy import FINE, count, highest, lowest, mean, share, total

_OTHERS = "with other lenders"
_CONDUCT = Concept.BUREAU_CONDUCT
_OVERDUE = pl.col("AMT_CREDIT_MAX_OVERDUE")


def aggregates() -> Iterator[Feature]:
    """Features over one client's loans."""
    yield from _ever_overdue()
    yield from _overdue_now()
    yield from _closing()


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    yield quotient(
        "OVERDUE_TO_DEBT",
        f"Overdue part of the debt {_OTHERS}",
        _CONDUCT,
        "OVERDUE_NOW",
        "DEBT_SUM",
    )
    yield quotient(
        "OVERDUE_SUM_TO_CREDIT",
        f"Amounts ever overdue for each unit borrowed {_OTHERS}",
        _CONDUCT,
        "OVERDUE_SUM",
        "CREDIT_SUM",
    )


def _ever_overdue() -> Iterator[Feature]:
    overdue_share = pl.col("overdue_share")
    for prefix, (word, where) in GROUPS.items():
        yield feature(
            f"{prefix}OVERDUE_SHARE_MEAN",
            f"Average share of the amount ever overdue on {word} loans {_OTHERS}",
            _CONDUCT,
            mean(overdue_share, where, unit=FINE),
        )
    for k, words in LAST.items():
        yield feature(
            f"LAST_{k}_OVERDUE_MAX",
            f"Highest amount ever overdue on the {words} {_OTHERS}",
            _CONDUCT,
            highest(_OVERDUE, rank < k),
        )
    for name, label, expr in (
        ("OVERDUE_MAX", f"Highest amount ever overdue {_OTHERS}", highest(_OVERDUE)),
        ("OVERDUE_SUM", f"Sum of the highest amounts overdue {_OTHERS}", total(_OVERDUE)),
        (
            "OVERDUE_MAX_730D",
            f"Highest amount ever overdue on loans of the last 2 years {_OTHERS}",
            highest(_OVERDUE, age <= 730),
        ),
        (
            "EVER_OVERDUE_SHARE",
            f"Share of loans {_OTHERS} that were ever overdue",
            share(_OVERDUE > 0),
        ),
        (
            "OVERDUE_DAYS_CREDIT_LAST",
            f"Latest start of a loan {_OTHERS} that was ever overdue, in days",
            highest(pl.col("DAYS_CREDIT"), _OVERDUE > 0),
        ),
    ):
        yield feature(name, label, _CONDUCT, expr)


def _overdue_now() -> Iterator[Feature]:
    for name, label, expr in (
        (
            "OVERDUE_NOW",
            f"Amount overdue today {_OTHERS}",
            total(pl.col("AMT_CREDIT_SUM_OVERDUE")),
        ),
        (
            "DAYS_OVERDUE_MAX",
            f"Most days overdue today {_OTHERS}",
            highest(pl.col("CREDIT_DAY_OVERDUE")),
        ),
        (
            "PROLONGED_COUNT",
            f"Number of times loans {_OTHERS} were extended",
            total(pl.col("CNT_CREDIT_PROLONG")),
        ),
        (
            "SOLD_COUNT",
            f"Number of loans {_OTHERS} that were sold or written off",
            count(pl.col("CREDIT_ACTIVE").is_in(["Sold", "Bad debt"])),
        ),
    ):
        yield feature(name, label, _CONDUCT, expr)


def _closing() -> Iterator[Feature]:
    after_plan = pl.col("closed_after_plan")
    closed = f"closed loans {_OTHERS}"
    for name, label, expr in (
        (
            "CLOSED_AFTER_PLAN_MEAN",
            f"Average days from planned to actual end of {closed}",
            mean(after_plan, CLOSED),
        ),
        (
            "CLOSED_AFTER_PLAN_MAX",
            f"Most days from planned to actual end of {closed}",
            highest(after_plan, CLOSED),
        ),
        (
            "CLOSED_BEFORE_PLAN_MAX",
            f"Most days from actual to planned end of {closed}",
            -lowest(after_plan, CLOSED),
        ),
        (
            "CLOSED_EARLY_SHARE",
            f"Share of {closed} repaid a month or more before their plan",
            share(pl.when(CLOSED).then(after_plan <= -30)),
        ),
        (
            "CLOSED_LATE_SHARE",
            f"Share of {closed} repaid after their plan",
            share(pl.when(CLOSED).then(after_plan > 0)),
        ),
    ):
        yield feature(name, label, _CONDUCT, expr)
