"""Payments of instalments on earlier loans with us: on time and in full, or not."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature
from ml.features.policy import FINE, days, highest, lowest, mean, ratio, share, total

TABLE = "installments_payments"

_due = pl.col("DAYS_INSTALMENT")
_LATENESS = pl.col("lateness")
_LATE = _LATENESS > 0
_SHORT = pl.col("paid_share") < 0.999
_WINDOWS = {90: "3 months", 180: "6 months", 365: "year", 730: "2 years"}
_HALF_LIFE = 180.0  # days after which a late payment counts half
_WEIGHT = pl.col("weight")

_ROWS = (
    (days("DAYS_ENTRY_PAYMENT") - days("DAYS_INSTALMENT")).alias("lateness"),
    ratio(pl.col("AMT_PAYMENT"), pl.col("AMT_INSTALMENT")).clip(0, 10).alias("paid_share"),
    (2.0 ** (days("DAYS_INSTALMENT") / _HALF_LIFE)).alias("weight"),
)


def _feature(name: str, label: str, expr: pl.Expr) -> Feature:
    return Feature(f"INST_{name}", label, Concept.PAYMENT_CONDUCT, TABLE, expr)


def _overall() -> Iterator[Feature]:
    yield _feature("COUNT", "Number of payments to us", pl.len())
    yield _feature("LATE_SHARE", "Share of late payments to us", share(_LATE))
    yield _feature("LATENESS_MEAN", "Average days payments to us were late", mean(_LATENESS))
    yield _feature("LATENESS_MAX", "Most days a payment to us was late", highest(_LATENESS))
    yield _feature("LATENESS_MIN", "Most days a payment to us was early", lowest(_LATENESS))
    yield _feature(
        "LATE_DAYS_MEAN",
        "Average days late, counting early payments as on time",
        mean(_LATENESS.clip(lower_bound=0)),
    )
    yield _feature("SHORT_SHARE", "Share of short payments to us", share(_SHORT))
    yield _feature(
        "PAID_SHARE_MEAN",
        "Average part paid of an instalment",
        mean(pl.col("paid_share"), unit=FINE),
    )
    yield _feature("PAYMENT_SUM", "Total paid to us", total(pl.col("AMT_PAYMENT")))
    yield _feature("PAYMENT_MEAN", "Average payment to us", mean(pl.col("AMT_PAYMENT")))
    yield _feature("PAYMENT_MAX", "Highest payment to us", highest(pl.col("AMT_PAYMENT")))
    yield _feature("PAYMENT_MIN", "Lowest payment to us", lowest(pl.col("AMT_PAYMENT")))
    yield _feature(
        "INSTALMENT_SUM", "Total of instalments due to us", total(pl.col("AMT_INSTALMENT"))
    )
    yield _feature("FIRST_DAY", "Day of the first instalment due to us", lowest(_due))
    yield _feature(
        "LAST_PAID_DAY", "Day of the latest payment to us", highest(pl.col("DAYS_ENTRY_PAYMENT"))
    )
    yield _feature(
        "VERSIONS",
        "Number of payment plans on loans with us",
        pl.col("NUM_INSTALMENT_VERSION").n_unique(),
    )
    yield _feature("LAST_LATE_DAY", "Day of the latest late payment to us", highest(_due, _LATE))


def _recent() -> Iterator[Feature]:
    for window, words in _WINDOWS.items():
        recent = _due >= -window
        yield _feature(
            f"LATE_SHARE_{window}D",
            f"Share of late payments to us in the last {words}",
            share(pl.when(recent).then(_LATE)),
        )
        yield _feature(
            f"LATENESS_MEAN_{window}D",
            f"Average days payments to us were late in the last {words}",
            mean(_LATENESS, recent),
        )
        yield _feature(
            f"SHORT_SHARE_{window}D",
            f"Share of short payments to us in the last {words}",
            share(pl.when(recent).then(_SHORT)),
        )
    yield _feature(
        "LATENESS_MAX_365D",
        "Most days a payment to us was late in the last year",
        highest(_LATENESS, _due >= -365),
    )
    yield _feature(
        "LATE_DAYS_WEIGHTED",
        "Average days late, recent payments counting more",
        ratio(
            total(_LATENESS.clip(lower_bound=0) * _WEIGHT, unit=FINE),
            total(_WEIGHT, _LATENESS.is_not_null(), unit=FINE),
        ),
    )
    yield _feature(
        "SHORT_WEIGHTED",
        "Share of short payments, recent payments counting more",
        ratio(
            total(_WEIGHT, _SHORT, unit=FINE),
            total(_WEIGHT, pl.col("paid_share").is_not_null(), unit=FINE),
        ),
    )


_RATIOS = (
    _feature(
        "PAID_TO_DUE",
        "Paid to us for each unit due",
        ratio(pl.col("INST_PAYMENT_SUM"), pl.col("INST_INSTALMENT_SUM")),
    ),
)

FAMILY = Family(TABLE, _ROWS, (*_overall(), *_recent()), _RATIOS)
