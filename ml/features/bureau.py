"""Loans with other lenders, as the credit bureau reports them, and their monthly balance."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature
from ml.features.policy import (
    FINE,
    count,
    days,
    highest,
    lowest,
    mean,
    ratio,
    share,
    spread,
    text,
    total,
)

TABLE = "bureau"

_ACTIVE = pl.col("CREDIT_ACTIVE") == "Active"
_CLOSED = pl.col("CREDIT_ACTIVE") == "Closed"
_EVERY = pl.col("every")
_GROUPS = {"": ("all", _EVERY), "ACTIVE_": ("open", _ACTIVE), "CLOSED_": ("closed", _CLOSED)}
_TYPES = {
    "CONSUMER": ("consumer", "Consumer credit"),
    "CARD": ("credit card", "Credit card"),
    "CAR": ("car", "Car loan"),
    "MORTGAGE": ("mortgage", "Mortgage"),
    "MICRO": ("micro", "Microloan"),
}
_WINDOWS = {90: "3 months", 365: "year", 730: "2 years"}

_DEBT = pl.col("AMT_CREDIT_SUM_DEBT").clip(lower_bound=0)
_CREDIT = pl.col("AMT_CREDIT_SUM")
_age = -pl.col("DAYS_CREDIT")

_ROWS = (
    pl.lit(value=True).alias("every"),
    days("DAYS_CREDIT_ENDDATE").clip(upper_bound=36_500),
    days("DAYS_ENDDATE_FACT"),
    days("DAYS_CREDIT_UPDATE"),
    text("CREDIT_TYPE"),
    ratio(_DEBT, _CREDIT).clip(0, 10).alias("debt_share"),
    ratio(pl.col("AMT_CREDIT_MAX_OVERDUE"), _CREDIT).clip(0, 10).alias("overdue_share"),
    (days("DAYS_ENDDATE_FACT") - days("DAYS_CREDIT_ENDDATE")).alias("closed_after_plan"),
    (days("DAYS_CREDIT_ENDDATE") - pl.col("DAYS_CREDIT")).alias("planned_length"),
)

# Monthly status: 0 paid, 1 to 5 rising days past due, C closed, X unknown.
_LATE_MONTH = pl.col("STATUS").is_in(["1", "2", "3", "4", "5"])
_KNOWN_MONTH = _LATE_MONTH | (pl.col("STATUS") == "0")
_RECENT_YEAR = pl.col("MONTHS_BALANCE") >= -12
_MONTHS = (
    pl.len().cast(pl.Int64).alias("months"),
    count(_KNOWN_MONTH).alias("months_known"),
    count(_LATE_MONTH).alias("months_late"),
    count(_LATE_MONTH & _RECENT_YEAR).alias("months_late_recent"),
    count(_KNOWN_MONTH & _RECENT_YEAR).alias("months_known_recent"),
    count(pl.col("STATUS").is_in(["2", "3", "4", "5"])).alias("months_very_late"),
    pl.when(_LATE_MONTH).then(pl.col("MONTHS_BALANCE")).max().alias("last_late"),
    pl.col("MONTHS_BALANCE").min().alias("first_month"),
)


def with_balance(bureau: pl.LazyFrame, balance: pl.LazyFrame) -> pl.LazyFrame:
    """Give every bureau loan the summary of its monthly balance; null where it has none."""
    summary = balance.group_by("SK_ID_BUREAU").agg(_MONTHS)
    return bureau.join(summary, on="SK_ID_BUREAU", how="left")


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(f"BUREAU_{name}", label, concept, TABLE, expr)


def _by_group() -> Iterator[Feature]:
    for prefix, (word, where) in _GROUPS.items():
        loans = f"{word} loans with other lenders"
        yield _feature(
            f"{prefix}COUNT", f"Number of {loans}", Concept.CREDIT_EXPERIENCE, count(where)
        )
        for name, stat, words in (
            ("LAST", highest, "Latest"),
            ("FIRST", lowest, "Earliest"),
            ("MEAN", mean, "Average"),
        ):
            yield _feature(
                f"{prefix}DAYS_CREDIT_{name}",
                f"{words} start of {loans}, in days",
                Concept.CREDIT_EXPERIENCE,
                stat(pl.col("DAYS_CREDIT"), where),
            )
        yield _feature(
            f"{prefix}CREDIT_MEAN",
            f"Average amount of {loans}",
            Concept.CREDIT_EXPERIENCE,
            mean(_CREDIT, where),
        )
        yield _feature(
            f"{prefix}CREDIT_SUM",
            f"Total amount of {loans}",
            Concept.CREDIT_EXPERIENCE,
            total(_CREDIT, where),
        )
        yield _feature(
            f"{prefix}OVERDUE_SHARE_MEAN",
            f"Average share of the amount ever overdue on {loans}",
            Concept.BUREAU_CONDUCT,
            mean(pl.col("overdue_share"), where, unit=FINE),
        )
        yield _feature(
            f"{prefix}LATE_MONTHS_SHARE",
            f"Share of months past due on {loans}",
            Concept.BUREAU_CONDUCT,
            ratio(
                total(pl.col("months_late"), where),
                total(pl.col("months_known"), where),
            ),
        )


def _debts() -> Iterator[Feature]:
    debt = Concept.OTHER_DEBT
    open_loans = "open loans with other lenders"
    yield _feature("DEBT_SUM", f"Debt left on {open_loans}", debt, total(_DEBT, _ACTIVE))
    yield _feature("DEBT_MAX", f"Highest debt left on {open_loans}", debt, highest(_DEBT, _ACTIVE))
    yield _feature("DEBT_MEAN", f"Average debt left on {open_loans}", debt, mean(_DEBT, _ACTIVE))
    yield _feature(
        "DEBT_SHARE_MEAN",
        f"Average share still owed on {open_loans}",
        debt,
        mean(pl.col("debt_share"), _ACTIVE, unit=FINE),
    )
    yield _feature(
        "DEBT_SHARE_MAX",
        f"Highest share still owed on {open_loans}",
        debt,
        highest(pl.col("debt_share"), _ACTIVE),
    )
    yield _feature(
        "LIMIT_SUM",
        "Card limits with other lenders",
        debt,
        total(pl.col("AMT_CREDIT_SUM_LIMIT").clip(lower_bound=0), _ACTIVE),
    )
    yield _feature(
        "ANNUITY_SUM",
        f"Yearly repayments on {open_loans}",
        debt,
        total(pl.col("AMT_ANNUITY"), _ACTIVE),
    )
    yield _feature(
        "ENDDATE_MAX",
        f"Last planned day of {open_loans}",
        debt,
        highest(pl.col("DAYS_CREDIT_ENDDATE"), _ACTIVE),
    )
    yield _feature(
        "ENDDATE_MEAN",
        f"Average planned last day of {open_loans}",
        debt,
        mean(pl.col("DAYS_CREDIT_ENDDATE"), _ACTIVE),
    )
    for code, (word, level) in _TYPES.items():
        of_type = pl.col("CREDIT_TYPE") == level
        yield _feature(
            f"{code}_DEBT_SUM",
            f"Debt left on open {word} loans with other lenders",
            debt,
            total(_DEBT, of_type & _ACTIVE),
        )
        yield _feature(
            f"{code}_SHARE",
            f"Share of {word} loans among loans with other lenders",
            Concept.CREDIT_EXPERIENCE,
            share(of_type),
        )


def _conduct() -> Iterator[Feature]:
    conduct = Concept.BUREAU_CONDUCT
    overdue = pl.col("AMT_CREDIT_SUM_OVERDUE")
    yield _feature(
        "OVERDUE_MAX",
        "Highest amount ever overdue with other lenders",
        conduct,
        highest(pl.col("AMT_CREDIT_MAX_OVERDUE")),
    )
    yield _feature(
        "OVERDUE_NOW", "Amount overdue today with other lenders", conduct, total(overdue)
    )
    yield _feature(
        "DAYS_OVERDUE_MAX",
        "Most days overdue today with other lenders",
        conduct,
        highest(pl.col("CREDIT_DAY_OVERDUE")),
    )
    yield _feature(
        "PROLONGED_COUNT",
        "Number of times loans with other lenders were extended",
        conduct,
        total(pl.col("CNT_CREDIT_PROLONG")),
    )
    yield _feature(
        "EVER_OVERDUE_SHARE",
        "Share of loans with other lenders that were ever overdue",
        conduct,
        share(pl.col("AMT_CREDIT_MAX_OVERDUE") > 0),
    )
    yield _feature(
        "SOLD_COUNT",
        "Number of loans with other lenders that were sold or written off",
        conduct,
        count(pl.col("CREDIT_ACTIVE").is_in(["Sold", "Bad debt"])),
    )
    yield _feature(
        "CLOSED_AFTER_PLAN_MEAN",
        "Average days from planned to actual end of closed loans with other lenders",
        conduct,
        mean(pl.col("closed_after_plan"), _CLOSED),
    )
    yield _feature(
        "VERY_LATE_MONTHS",
        "Months more than 30 days past due with other lenders",
        conduct,
        pl.when(pl.col("months").count() > 0).then(total(pl.col("months_very_late"))),
    )
    yield _feature(
        "LATE_MONTHS_YEAR_SHARE",
        "Share of months past due with other lenders in the last year",
        conduct,
        ratio(total(pl.col("months_late_recent")), total(pl.col("months_known_recent"))),
    )
    yield _feature(
        "LAST_LATE_MONTH",
        "Latest month past due with other lenders",
        conduct,
        highest(pl.col("last_late")),
    )


def _experience() -> Iterator[Feature]:
    concept = Concept.CREDIT_EXPERIENCE
    yield _feature(
        "DAYS_CLOSED_LAST",
        "Day the latest loan with another lender was closed",
        concept,
        highest(pl.col("DAYS_ENDDATE_FACT")),
    )
    yield _feature(
        "DAYS_UPDATE_LAST",
        "Day of the latest news from the credit bureau",
        concept,
        highest(pl.col("DAYS_CREDIT_UPDATE")),
    )
    yield _feature(
        "DAYS_UPDATE_MEAN",
        "Average day of the news from the credit bureau",
        concept,
        mean(pl.col("DAYS_CREDIT_UPDATE")),
    )
    yield _feature(
        "LENGTH_MEAN",
        "Average planned length of loans with other lenders, in days",
        concept,
        mean(pl.col("planned_length")),
    )
    yield _feature(
        "DAYS_CREDIT_SPREAD",
        "Spread over time of loans with other lenders, in days",
        concept,
        spread(pl.col("DAYS_CREDIT")),
    )
    yield _feature(
        "FIRST_MONTH",
        "Earliest month reported by other lenders",
        concept,
        lowest(pl.col("first_month")),
    )
    for window, words in _WINDOWS.items():
        yield _feature(
            f"NEW_COUNT_{window}D",
            f"Number of loans taken with other lenders in the last {words}",
            concept,
            count(_age <= window),
        )
    for window in (365, 730):
        yield _feature(
            f"NEW_CREDIT_{window}D",
            f"Amount borrowed from other lenders in the last {_WINDOWS[window]}",
            concept,
            total(_CREDIT, _age <= window),
        )


def _ratio(name: str, label: str, concept: Concept, over: str, under: str) -> Feature:
    expr = ratio(pl.col(f"BUREAU_{over}"), pl.col(f"BUREAU_{under}"))
    return _feature(name, label, concept, expr)


_RATIOS = (
    _ratio(
        "DEBT_TO_CREDIT",
        "Debt left for each unit borrowed, open loans with other lenders",
        Concept.OTHER_DEBT,
        "DEBT_SUM",
        "ACTIVE_CREDIT_SUM",
    ),
    _ratio(
        "OVERDUE_TO_DEBT",
        "Overdue part of the debt with other lenders",
        Concept.BUREAU_CONDUCT,
        "OVERDUE_NOW",
        "DEBT_SUM",
    ),
    _ratio(
        "CARD_DEBT_TO_DEBT",
        "Card debt as part of the debt with other lenders",
        Concept.OTHER_DEBT,
        "CARD_DEBT_SUM",
        "DEBT_SUM",
    ),
    _ratio(
        "CARD_DEBT_TO_LIMIT",
        "Card debt for each unit of limit left with other lenders",
        Concept.OTHER_DEBT,
        "CARD_DEBT_SUM",
        "LIMIT_SUM",
    ),
    _ratio(
        "ACTIVE_SHARE",
        "Share of open loans among loans with other lenders",
        Concept.OTHER_DEBT,
        "ACTIVE_COUNT",
        "COUNT",
    ),
    _ratio(
        "NEW_SHARE_730D",
        "Share of loans with other lenders taken in the last 2 years",
        Concept.CREDIT_EXPERIENCE,
        "NEW_COUNT_730D",
        "COUNT",
    ),
    _feature(
        "DAYS_BETWEEN",
        "Average days between two loans with other lenders",
        Concept.CREDIT_EXPERIENCE,
        ratio(
            pl.col("BUREAU_DAYS_CREDIT_LAST") - pl.col("BUREAU_DAYS_CREDIT_FIRST"),
            pl.col("BUREAU_COUNT") - 1,
        ),
    ),
)

FAMILY = Family(TABLE, _ROWS, (*_by_group(), *_debts(), *_conduct(), *_experience()), _RATIOS)
