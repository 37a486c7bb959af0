"""How long, how often and how much the client has borrowed from other lenders."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.bureau.columns import (
    ACTIVE,
    CLOSED,
    CREDIT,
    GROUPS,
    LAST,
    age,
    feature,
    quotient,
    rank,
)
from ml.features.declaration import Feature
from ml.features.policy import count, highest, lowest, mean, ratio, share, spread, total

_WINDOWS = {90: "3 months", 180: "6 months", 365: "year", 730: "2 years"}
_OTHERS = "with other lenders"
_CONCEPT = Concept.CREDIT_EXPERIENCE


def aggregates() -> Iterator[Feature]:
    """Features over one client's loans."""
    yield from _by_group()
    yield from _times()
    yield from _recent()
    yield from _latest()


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    latest, first = pl.col("BUREAU_DAYS_CREDIT_LAST"), pl.col("BUREAU_DAYS_CREDIT_FIRST")
    between = ratio(latest - first, pl.col("BUREAU_COUNT") - 1)
    yield quotient(
        "NEW_SHARE_730D",
        f"Share of loans {_OTHERS} taken in the last 2 years",
        _CONCEPT,
        "NEW_COUNT_730D",
        "COUNT",
    )
    yield quotient(
        "NEW_SHARE_365D",
        f"Share of loans {_OTHERS} taken in the last year",
        _CONCEPT,
        "NEW_COUNT_365D",
        "COUNT",
    )
    yield quotient(
        "NEW_CREDIT_SHARE_365D",
        f"Part of the amount of loans {_OTHERS} taken in the last year",
        _CONCEPT,
        "NEW_CREDIT_365D",
        "CREDIT_SUM",
    )
    yield feature("DAYS_BETWEEN", f"Average days between two loans {_OTHERS}", _CONCEPT, between)
    yield feature(
        "DAYS_BETWEEN_TREND",
        f"Days between the latest 3 loans {_OTHERS} against the average",
        _CONCEPT,
        ratio((latest - pl.col("BUREAU_DAYS_CREDIT_THIRD")) / 2, between),
    )
    yield quotient(
        "LAST_3_TO_MEAN_CREDIT",
        f"Average amount of the latest 3 loans {_OTHERS} against all",
        _CONCEPT,
        "LAST_3_CREDIT_MEAN",
        "CREDIT_MEAN",
    )
    yield quotient(
        "ACTUAL_TO_PLANNED_LENGTH",
        f"Average actual against average planned length of closed loans {_OTHERS}",
        _CONCEPT,
        "ACTUAL_LENGTH_MEAN",
        "CLOSED_LENGTH_MEAN",
    )


def _by_group() -> Iterator[Feature]:
    for prefix, (word, where) in GROUPS.items():
        loans = f"{word} loans {_OTHERS}"
        yield feature(f"{prefix}COUNT", f"Number of {loans}", _CONCEPT, count(where))
        for name, stat, words in (
            ("LAST", highest, "Latest"),
            ("FIRST", lowest, "Earliest"),
            ("MEAN", mean, "Average"),
        ):
            yield feature(
                f"{prefix}DAYS_CREDIT_{name}",
                f"{words} start of {loans}, in days",
                _CONCEPT,
                stat(pl.col("DAYS_CREDIT"), where),
            )
        for name, stat, words in (
            ("MEAN", mean, "Average"),
            ("SUM", total, "Total"),
            ("MAX", highest, "Highest"),
        ):
            yield feature(
                f"{prefix}CREDIT_{name}",
                f"{words} amount of {loans}",
                _CONCEPT,
                stat(CREDIT, where),
            )


def _times() -> Iterator[Feature]:
    update = pl.col("DAYS_CREDIT_UPDATE")
    for name, label, expr in (
        (
            "DAYS_CLOSED_LAST",
            "Day the latest loan with another lender was closed",
            highest(pl.col("DAYS_ENDDATE_FACT")),
        ),
        (
            "DAYS_CLOSED_MEAN",
            f"Average day loans {_OTHERS} were closed",
            mean(pl.col("DAYS_ENDDATE_FACT")),
        ),
        ("DAYS_UPDATE_LAST", "Day of the latest news from the credit bureau", highest(update)),
        ("DAYS_UPDATE_MEAN", "Average day of the news from the credit bureau", mean(update)),
        (
            "ACTIVE_DAYS_UPDATE_MEAN",
            f"Average day of the news about open loans {_OTHERS}",
            mean(update, ACTIVE),
        ),
        (
            "LENGTH_MEAN",
            f"Average planned length of loans {_OTHERS}, in days",
            mean(pl.col("planned_length")),
        ),
        (
            "LENGTH_MAX",
            f"Longest planned length of loans {_OTHERS}, in days",
            highest(pl.col("planned_length")),
        ),
        (
            "CLOSED_LENGTH_MEAN",
            f"Average planned length of closed loans {_OTHERS}, in days",
            mean(pl.col("planned_length"), CLOSED),
        ),
        (
            "ACTUAL_LENGTH_MEAN",
            f"Average actual length of closed loans {_OTHERS}, in days",
            mean(pl.col("actual_length"), CLOSED),
        ),
        (
            "DAYS_CREDIT_SPREAD",
            f"Spread over time of loans {_OTHERS}, in days",
            spread(pl.col("DAYS_CREDIT")),
        ),
    ):
        yield feature(name, label, _CONCEPT, expr)


def _recent() -> Iterator[Feature]:
    for window, words in _WINDOWS.items():
        recent = age <= window
        yield feature(
            f"NEW_COUNT_{window}D",
            f"Number of loans taken {_OTHERS} in the last {words}",
            _CONCEPT,
            count(recent),
        )
        if window >= 365:
            yield feature(
                f"NEW_CREDIT_{window}D",
                f"Amount borrowed from other lenders in the last {words}",
                _CONCEPT,
                total(CREDIT, recent),
            )
    yield feature(
        "CLOSED_COUNT_730D",
        f"Number of loans {_OTHERS} closed in the last 2 years",
        _CONCEPT,
        count(pl.col("DAYS_ENDDATE_FACT") >= -730),
    )


def _latest() -> Iterator[Feature]:
    for k, words in LAST.items():
        yield feature(
            f"LAST_{k}_CREDIT_MEAN",
            f"Average amount of the {words} {_OTHERS}",
            _CONCEPT,
            mean(CREDIT, rank < k),
        )
        yield feature(
            f"LAST_{k}_ACTIVE_SHARE",
            f"Open part of the {words} {_OTHERS}",
            _CONCEPT,
            share(pl.when(rank < k).then(ACTIVE)),
        )
        yield feature(
            f"LAST_{k}_LENGTH_MEAN",
            f"Average planned length of the {words} {_OTHERS}, in days",
            _CONCEPT,
            mean(pl.col("planned_length"), rank < k),
        )
    yield feature(
        "DAYS_CREDIT_THIRD",
        f"Start of the third latest loan {_OTHERS}, in days",
        _CONCEPT,
        highest(pl.col("DAYS_CREDIT"), rank == 2),
    )
