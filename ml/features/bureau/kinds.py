"""Loans with other lenders by kind: consumer, card, car, mortgage, micro."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.bureau.columns import ACTIVE, CREDIT, DEBT, feature, quotient, rank
from ml.features.declaration import Feature
from ml.features.policy import count, highest, share, total

_KINDS = {
    "CONSUMER": ("consumer", "Consumer credit"),
    "CARD": ("credit card", "Credit card"),
    "CAR": ("car", "Car loan"),
    "MORTGAGE": ("mortgage", "Mortgage"),
    "MICRO": ("micro", "Microloan"),
}
_FREQUENT = ("CONSUMER", "CARD")
_kind = pl.col("CREDIT_TYPE")


def aggregates() -> Iterator[Feature]:
    """Features over one client's loans."""
    for code, (word, level) in _KINDS.items():
        yield from _of_kind(code, word, _kind == level)
        if code in _FREQUENT:
            yield from _of_frequent_kind(code, word, _kind == level)
    yield feature(
        "KIND_COUNT",
        "Number of kinds of loans with other lenders",
        Concept.CREDIT_EXPERIENCE,
        _kind.drop_nulls().n_unique(),
    )
    yield feature(
        "LAST_CARD",
        "Whether the latest loan with other lenders is a credit card",
        Concept.CREDIT_EXPERIENCE,
        share(pl.when(rank == 0).then(_kind == "Credit card")),
    )


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    for code, (word, _) in _KINDS.items():
        if code != "MICRO":
            yield quotient(
                f"{code}_DEBT_TO_CREDIT",
                f"Debt left for each unit borrowed, open {word} loans with other lenders",
                Concept.OTHER_DEBT,
                f"{code}_DEBT_SUM",
                f"{code}_ACTIVE_CREDIT_SUM",
            )
    yield quotient(
        "CARD_DEBT_TO_DEBT",
        "Card debt as part of the debt with other lenders",
        Concept.OTHER_DEBT,
        "CARD_DEBT_SUM",
        "DEBT_SUM",
    )
    yield quotient(
        "CARD_DEBT_TO_LIMIT",
        "Card debt for each unit of limit left with other lenders",
        Concept.OTHER_DEBT,
        "CARD_DEBT_SUM",
        "LIMIT_SUM",
    )


def _of_kind(code: str, word: str, of_kind: pl.Expr) -> Iterator[Feature]:
    yield feature(
        f"{code}_DEBT_SUM",
        f"Debt left on open {word} loans with other lenders",
        Concept.OTHER_DEBT,
        total(DEBT, of_kind & ACTIVE),
    )
    yield feature(
        f"{code}_SHARE",
        f"Share of {word} loans among loans with other lenders",
        Concept.CREDIT_EXPERIENCE,
        share(of_kind),
    )
    if code != "MICRO":
        yield feature(
            f"{code}_ACTIVE_CREDIT_SUM",
            f"Total amount of open {word} loans with other lenders",
            Concept.OTHER_DEBT,
            total(CREDIT, of_kind & ACTIVE),
        )


def _of_frequent_kind(code: str, word: str, of_kind: pl.Expr) -> Iterator[Feature]:
    loans = f"{word} loans with other lenders"
    yield feature(
        f"{code}_ACTIVE_COUNT",
        f"Number of open {loans}",
        Concept.CREDIT_EXPERIENCE,
        count(of_kind & ACTIVE),
    )
    yield feature(
        f"{code}_DAYS_CREDIT_LAST",
        f"Latest start of {loans}, in days",
        Concept.CREDIT_EXPERIENCE,
        highest(pl.col("DAYS_CREDIT"), of_kind),
    )
