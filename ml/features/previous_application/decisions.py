"""How earlier applications were decided, how often and how recently they were made."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import count, highest, lowest, mean, ratio, share, total
from ml.features.previous_application.columns import (
    APPROVED,
    EVERY,
    REFUSED,
    STATUS,
    age,
    approved_so_far,
    feature,
    rank,
)

_PAST = Concept.PAST_APPLICATIONS
_DECIDED = pl.col("DAYS_DECISION")
_reason = pl.col("CODE_REJECT_REASON")
_CANCELED = STATUS == "Canceled"
_WINDOWS = {90: "3 months", 180: "6 months", 365: "year", 730: "2 years"}
_STATUSES = {
    "APPROVED": ("approved", APPROVED),
    "REFUSED": ("refused", REFUSED),
    "CANCELED": ("withdrawn", _CANCELED),
    "UNUSED": ("approved but unused", STATUS == "Unused offer"),
}
_REASONS = {
    "HC": "by our own rules",
    "LIMIT": "for the credit limit",
    "SCO": "for the score",
    "SCOFR": "for suspected fraud",
}


def aggregates() -> Iterator[Feature]:
    """Features over one client's applications."""
    yield feature("COUNT", "Number of earlier applications", _PAST, pl.len())
    yield from _by_status()
    yield from _days()
    yield from _reasons()
    yield from _recent()
    yield from _latest()
    yield from _streaks()


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    latest, first = pl.col("PREV_DAYS_DECISION_LAST"), pl.col("PREV_DAYS_DECISION_FIRST")
    between = ratio(latest - first, pl.col("PREV_COUNT") - 1)
    for name, label, expr in (
        (
            "REFUSED_TO_APPROVED",
            "Refused for each approved earlier application",
            ratio(pl.col("PREV_REFUSED_COUNT"), pl.col("PREV_APPROVED_COUNT") + 1),
        ),
        (
            "REFUSED_SHARE_730D",
            "Share of refusals among applications with us in the last 2 years",
            ratio(pl.col("PREV_REFUSED_COUNT_730D"), pl.col("PREV_COUNT_730D")),
        ),
        (
            "APPROVED_TREND",
            "Approved part of the latest 3 earlier applications less that of all",
            pl.col("PREV_LAST_3_APPROVED_SHARE") - pl.col("PREV_APPROVED_SHARE"),
        ),
        ("DAYS_BETWEEN", "Average days between two earlier applications", between),
        (
            "DAYS_BETWEEN_TREND",
            "Days between the latest 3 earlier applications against the average",
            ratio((latest - pl.col("PREV_DAYS_DECISION_THIRD")) / 2, between),
        ),
    ):
        yield feature(name, label, _PAST, expr)


def _by_status() -> Iterator[Feature]:
    for code, (word, where) in _STATUSES.items():
        yield feature(f"{code}_SHARE", f"Share of {word} earlier applications", _PAST, share(where))
    for code in ("APPROVED", "REFUSED"):
        word, where = _STATUSES[code]
        yield feature(
            f"{code}_COUNT", f"Number of {word} earlier applications", _PAST, count(where)
        )


def _days() -> Iterator[Feature]:
    for prefix, word, only in (
        ("", "earlier", EVERY),
        ("APPROVED_", "approved earlier", APPROVED),
        ("REFUSED_", "refused earlier", REFUSED),
        ("CANCELED_", "withdrawn earlier", _CANCELED),
    ):
        for name, stat, words in (("LAST", highest, "Latest"), ("MEAN", mean, "Average")):
            yield feature(
                f"{prefix}DAYS_DECISION_{name}",
                f"{words} day of {word} applications",
                _PAST,
                stat(_DECIDED, only),
            )
    yield feature(
        "DAYS_DECISION_FIRST", "Day of the first earlier application", _PAST, lowest(_DECIDED)
    )
    yield feature(
        "DAYS_DECISION_THIRD",
        "Day of the third latest earlier application",
        _PAST,
        highest(_DECIDED, rank == 2),
    )
    yield feature(
        "SAME_DAY_COUNT",
        "Number of earlier applications beside others of the same day",
        _PAST,
        pl.len().cast(pl.Int64) - _DECIDED.n_unique().cast(pl.Int64),
    )


def _reasons() -> Iterator[Feature]:
    for code, words in _REASONS.items():
        yield feature(
            f"REJECT_{code}_COUNT",
            f"Number of earlier applications refused {words}",
            _PAST,
            count(_reason == code),
        )
    yield feature(
        "REJECT_HC_COUNT_730D",
        "Number of applications of the last 2 years refused by our own rules",
        _PAST,
        count((_reason == "HC") & (age <= 730)),
    )


def _recent() -> Iterator[Feature]:
    for window, words in _WINDOWS.items():
        recent = age <= window
        yield feature(
            f"COUNT_{window}D",
            f"Number of applications with us in the last {words}",
            _PAST,
            count(recent),
        )
        yield feature(
            f"REFUSED_COUNT_{window}D",
            f"Number of refusals by us in the last {words}",
            _PAST,
            count(recent & REFUSED),
        )
    yield feature(
        "APPROVED_COUNT_365D",
        "Number of approvals by us in the last year",
        _PAST,
        count((age <= 365) & APPROVED),
    )
    yield feature(
        "ASKED_SUM_365D",
        "Amount asked of us in the last year",
        _PAST,
        total(pl.col("AMT_APPLICATION"), age <= 365),
    )


def _latest() -> Iterator[Feature]:
    yield feature(
        "LAST_REFUSED",
        "Whether the latest earlier application was refused",
        _PAST,
        highest(REFUSED.cast(pl.Float64), rank == 0),
    )
    for k in (3, 5):
        for code in ("APPROVED", "REFUSED"):
            word, where = _STATUSES[code]
            yield feature(
                f"LAST_{k}_{code}_SHARE",
                f"{word.capitalize()} part of the latest {k} earlier applications",
                _PAST,
                share(pl.when(rank < k).then(where)),
            )


def _streaks() -> Iterator[Feature]:
    refused_in_row = lowest(rank, ~REFUSED).fill_null(pl.len().cast(pl.Int64))
    for name, label, expr in (
        ("REFUSAL_STREAK", "Refusals in a row up to the latest application", refused_in_row),
        (
            "SINCE_APPROVED_COUNT",
            "Number of applications since the latest approval",
            lowest(rank, APPROVED),
        ),
        (
            "SINCE_APPROVED_REFUSED",
            "Number of refusals since the latest approval",
            count(REFUSED & (approved_so_far == 0)),
        ),
    ):
        yield feature(name, label, _PAST, expr)
