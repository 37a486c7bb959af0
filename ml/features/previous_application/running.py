"""When earlier loans with us began, ended and should have ended, and what still runs."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import count, highest, lowest, mean, share, total
from ml.features.previous_application.columns import LAST_APPROVED, RUNS, feature

_LOANS = Concept.PAST_LOANS


def aggregates() -> Iterator[Feature]:
    """Features over one client's applications."""
    yield from _running()
    yield from _dates()
    yield from _ends()


def _running() -> Iterator[Feature]:
    for name, label, expr in (
        ("RUNNING_COUNT", "Number of running loans with us", count(RUNS)),
        (
            "RUNNING_CREDIT_SUM",
            "Amount of running loans with us",
            total(pl.col("AMT_CREDIT"), RUNS),
        ),
        (
            "RUNNING_ANNUITY_SUM",
            "Repayments on running loans with us",
            total(pl.col("AMT_ANNUITY"), RUNS),
        ),
        (
            "RUNNING_LEFT_SUM",
            "Repayments left on running loans with us, by their plan",
            total(pl.col("left_to_pay")),
        ),
        (
            "RUNNING_MONTHS_MAX",
            "Most months left of running loans with us, by their plan",
            highest(pl.col("months_left")),
        ),
    ):
        yield feature(name, label, _LOANS, expr)


def _dates() -> Iterator[Feature]:
    for code, column, words in (
        ("FIRST_DRAWING", "DAYS_FIRST_DRAWING", "first card use"),
        ("FIRST_DUE", "DAYS_FIRST_DUE", "first instalment"),
        ("LAST_DUE", "DAYS_LAST_DUE", "last instalment"),
        ("PLANNED_LAST_DUE", "DAYS_LAST_DUE_1ST_VERSION", "last planned instalment"),
        ("TERMINATION", "DAYS_TERMINATION", "end"),
    ):
        yield feature(
            f"{code}_LAST",
            f"Latest day of the {words} of earlier loans with us",
            _LOANS,
            highest(pl.col(column)),
        )
    yield feature(
        "LAST_DUE_MEAN",
        "Average day of the last instalment of earlier loans with us",
        _LOANS,
        mean(pl.col("DAYS_LAST_DUE")),
    )
    yield feature(
        "FIRST_DUE_AFTER_MEAN",
        "Average days from decision to first instalment of earlier loans with us",
        _LOANS,
        mean(pl.col("first_due_after")),
    )


def _ends() -> Iterator[Feature]:
    after_plan = pl.col("end_after_plan")
    for name, label, expr in (
        (
            "END_AFTER_PLAN_MEAN",
            "Average days from planned to actual last instalment of earlier loans with us",
            mean(after_plan),
        ),
        (
            "END_AFTER_PLAN_MIN",
            "Most days an earlier loan with us ended before its plan",
            lowest(after_plan),
        ),
        (
            "END_AFTER_PLAN_MAX",
            "Most days an earlier loan with us ended after its plan",
            highest(after_plan),
        ),
        (
            "LAST_END_AFTER_PLAN",
            "Days from planned to actual last instalment of the latest earlier loan with us",
            highest(after_plan, LAST_APPROVED),
        ),
        (
            "END_EARLY_SHARE",
            "Share of earlier loans with us that ended before their plan",
            share(after_plan < 0),
        ),
    ):
        yield feature(name, label, Concept.PAYMENT_CONDUCT, expr)
