"""The terms of earlier applications and loans: amount, repayment, length, interest."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import FINE, MONEY, highest, lowest, mean, ratio
from ml.features.previous_application.columns import (
    APPROVED,
    LAST_APPROVED,
    REFUSED,
    approved_so_far,
    feature,
    rank,
)

_LOANS = Concept.PAST_LOANS
_PAST = Concept.PAST_APPLICATIONS
_CREDIT = pl.col("AMT_CREDIT")
_ANNUITY = pl.col("AMT_ANNUITY")
_type = pl.col("NAME_CONTRACT_TYPE")

# Words, value and the unit it is summed in.
_TERMS = {
    "CREDIT": ("amount", _CREDIT, MONEY),
    "ANNUITY": ("repayment", _ANNUITY, MONEY),
    "TERM": ("number of instalments", pl.col("CNT_PAYMENT"), MONEY),
    "INTEREST": ("total interest", pl.col("interest"), FINE),
    "RATE": ("yearly interest rate", pl.col("rate"), FINE),
    "GRANTED": ("amount granted for each unit asked for", pl.col("granted"), FINE),
}
_FOLLOWED = ("CREDIT", "ANNUITY", "TERM", "RATE")


def aggregates() -> Iterator[Feature]:
    """Features over one client's applications."""
    for code, (words, value, unit) in _TERMS.items():
        yield from _of_loans(code, words, value, unit)
        if code in _FOLLOWED:
            yield from _of_latest(code, words, value, unit)
    yield from _rates()
    yield from _asked()
    yield from _refused()
    yield from _down_payments()


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    for name, label, concept, expr in (
        (
            "REFUSED_TO_APPROVED_CREDIT",
            "Average amount refused for each unit granted earlier",
            _PAST,
            _quotient("REFUSED_CREDIT_MEAN", "APPROVED_CREDIT_MEAN"),
        ),
        (
            "LAST_TO_MEAN_CREDIT",
            "Amount of the latest earlier application against the average loan with us",
            _LOANS,
            _quotient("LAST_CREDIT", "APPROVED_CREDIT_MEAN"),
        ),
        (
            "CREDIT_TREND",
            "Amount of the latest earlier loan with us against the average",
            _LOANS,
            _quotient("LAST_APPROVED_CREDIT", "APPROVED_CREDIT_MEAN"),
        ),
        (
            "ANNUITY_TREND",
            "Repayment of the latest earlier loan with us against the average",
            _LOANS,
            _quotient("LAST_APPROVED_ANNUITY", "APPROVED_ANNUITY_MEAN"),
        ),
        (
            "RATE_TREND",
            "Yearly interest rate of the latest earlier loan with us less the average",
            _LOANS,
            pl.col("PREV_LAST_APPROVED_RATE") - pl.col("PREV_APPROVED_RATE_MEAN"),
        ),
    ):
        yield feature(name, label, concept, expr)


def _of_loans(code: str, words: str, value: pl.Expr, unit: float) -> Iterator[Feature]:
    yield feature(
        f"APPROVED_{code}_MEAN",
        f"Average {words} of earlier loans with us",
        _LOANS,
        mean(value, APPROVED, unit=unit),
    )
    yield feature(
        f"APPROVED_{code}_MAX",
        f"Highest {words} of earlier loans with us",
        _LOANS,
        highest(value, APPROVED),
    )
    yield feature(
        f"LAST_{code}",
        f"The {words} in the latest earlier application",
        _LOANS,
        highest(value, rank == 0),
    )


def _of_latest(code: str, words: str, value: pl.Expr, unit: float) -> Iterator[Feature]:
    yield feature(
        f"LAST_APPROVED_{code}",
        f"The {words} of the latest earlier loan with us",
        _LOANS,
        highest(value, LAST_APPROVED),
    )
    yield feature(
        f"LAST_3_{code}_MEAN",
        f"Average {words} of the latest 3 earlier applications",
        _PAST,
        mean(value, rank < 3, unit=unit),
    )


def _rates() -> Iterator[Feature]:
    yield feature(
        "APPROVED_RATE_MIN",
        "Lowest yearly interest rate of earlier loans with us",
        _LOANS,
        lowest(pl.col("rate"), APPROVED),
    )
    yield feature(
        "LAST_3_APPROVED_RATE_MEAN",
        "Average yearly interest rate of the latest 3 earlier loans with us",
        _LOANS,
        mean(pl.col("rate"), APPROVED & (approved_so_far <= 3), unit=FINE),
    )
    for code, level, words in (
        ("CASH", "Cash loans", "cash"),
        ("CONSUMER", "Consumer loans", "consumer"),
    ):
        yield feature(
            f"{code}_RATE_MEAN",
            f"Average yearly interest rate of applications for {words} loans",
            _LOANS,
            mean(pl.col("rate"), _type == level, unit=FINE),
        )


def _asked() -> Iterator[Feature]:
    asked, shortfall = pl.col("AMT_APPLICATION"), pl.col("shortfall")
    for name, label, expr in (
        (
            "APPROVED_ANNUITY_MIN",
            "Lowest repayment of earlier loans with us",
            lowest(_ANNUITY, APPROVED),
        ),
        ("ASKED_MAX", "Highest amount asked for earlier", highest(asked)),
        (
            "SHORTFALL_MAX",
            "Highest amount asked for less that granted in earlier applications",
            highest(shortfall),
        ),
        (
            "GRANTED_MIN",
            "Lowest amount granted for each unit asked for in earlier applications",
            lowest(pl.col("granted")),
        ),
    ):
        yield feature(name, label, _PAST, expr)


def _refused() -> Iterator[Feature]:
    for name, label, expr in (
        (
            "REFUSED_CREDIT_MEAN",
            "Average amount of refused earlier applications",
            mean(_CREDIT, REFUSED),
        ),
        (
            "REFUSED_CREDIT_MAX",
            "Highest amount of refused earlier applications",
            highest(_CREDIT, REFUSED),
        ),
        (
            "REFUSED_ANNUITY_MEAN",
            "Average repayment of refused earlier applications",
            mean(_ANNUITY, REFUSED),
        ),
    ):
        yield feature(name, label, _PAST, expr)


def _down_payments() -> Iterator[Feature]:
    rate = pl.col("RATE_DOWN_PAYMENT")
    of_price = "down payment of earlier applications, as part of the price"
    for name, label, expr in (
        ("DOWN_PAYMENT_RATE_MEAN", f"Average {of_price}", mean(rate, unit=FINE)),
        ("DOWN_PAYMENT_RATE_MAX", f"Highest {of_price}", highest(rate)),
        (
            "LAST_DOWN_PAYMENT_RATE",
            "Down payment of the latest earlier application, as part of the price",
            highest(rate, rank == 0),
        ),
        (
            "DOWN_PAYMENT_MEAN",
            "Average down payment of earlier applications",
            mean(pl.col("AMT_DOWN_PAYMENT")),
        ),
    ):
        yield feature(name, label, _LOANS, expr)


def _quotient(over: str, under: str) -> pl.Expr:
    return ratio(pl.col(f"PREV_{over}"), pl.col(f"PREV_{under}"))
