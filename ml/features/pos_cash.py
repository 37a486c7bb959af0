"""Monthly balances of earlier cash and point-of-sale loans with us."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature
from ml.features.policy import count, highest, lowest, mean, ratio, share, total

TABLE = "POS_CASH_balance"

_month = pl.col("MONTHS_BALANCE")
_STATUS = pl.col("NAME_CONTRACT_STATUS")
_LATE = pl.col("SK_DPD") > 0
_LATE_DEF = pl.col("SK_DPD_DEF") > 0
_LEFT = pl.col("CNT_INSTALMENT_FUTURE")
_WINDOWS = {3: "3 months", 12: "year", 24: "2 years"}


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(f"POS_{name}", label, concept, TABLE, expr)


def _declare() -> Iterator[Feature]:
    conduct, loans = Concept.PAYMENT_CONDUCT, Concept.PAST_LOANS
    yield _feature("MONTHS", "Months of earlier loans with us on record", loans, pl.len())
    yield _feature(
        "LOANS", "Number of earlier loans with us on record", loans, pl.col("SK_ID_PREV").n_unique()
    )
    yield _feature("FIRST_MONTH", "Earliest month of loans with us", loans, lowest(_month))
    yield _feature("LAST_MONTH", "Latest month of loans with us", loans, highest(_month))
    yield _feature("LATE_SHARE", "Share of months past due with us", conduct, share(_LATE))
    yield _feature(
        "LATE_DEF_SHARE", "Share of months clearly past due with us", conduct, share(_LATE_DEF)
    )
    yield _feature("DPD_MAX", "Most days past due with us", conduct, highest(pl.col("SK_DPD")))
    yield _feature(
        "DPD_DEF_MAX", "Most days clearly past due with us", conduct, highest(pl.col("SK_DPD_DEF"))
    )
    yield _feature(
        "DPD_DEF_MEAN", "Average days clearly past due with us", conduct, mean(pl.col("SK_DPD_DEF"))
    )
    yield _feature(
        "LAST_LATE_MONTH", "Latest month past due with us", conduct, highest(_month, _LATE)
    )
    for window, words in _WINDOWS.items():
        recent = pl.when(_month >= -window).then(_LATE)
        yield _feature(
            f"LATE_SHARE_{window}M",
            f"Share of months past due with us in the last {words}",
            conduct,
            share(recent),
        )
    yield _feature(
        "TERM_MEAN",
        "Average number of instalments of loans with us",
        loans,
        mean(pl.col("CNT_INSTALMENT")),
    )
    yield _feature(
        "TERM_MAX",
        "Highest number of instalments of loans with us",
        loans,
        highest(pl.col("CNT_INSTALMENT")),
    )
    yield _feature("LEFT_MEAN", "Average number of instalments left with us", loans, mean(_LEFT))
    yield _feature(
        "LEFT_RECENT_MAX",
        "Highest number of instalments left with us in the last 3 months",
        loans,
        highest(_LEFT, _month >= -3),
    )
    yield _feature(
        "LEFT_RECENT_MEAN",
        "Average number of instalments left with us in the last year",
        loans,
        mean(_LEFT, _month >= -12),
    )
    yield _feature(
        "COMPLETED_COUNT", "Number of completed loans with us", loans, count(_STATUS == "Completed")
    )
    yield _feature(
        "EARLY_COUNT",
        "Number of loans with us completed before their plan",
        conduct,
        count((_STATUS == "Completed") & (_LEFT > 0)),
    )
    yield _feature(
        "TROUBLE_COUNT",
        "Months of loans with us in demand, returned or written off",
        conduct,
        count(_STATUS.is_in(["Demand", "Returned to the store", "Amortized debt", "Canceled"])),
    )
    yield _feature(
        "ACTIVE_RECENT",
        "Months of running loans with us in the last 3 months",
        loans,
        count((_STATUS == "Active") & (_month >= -3)),
    )
    yield _feature(
        "LEFT_SHARE",
        "Instalments left for each instalment planned, loans with us in the last 3 months",
        loans,
        ratio(
            total(_LEFT, _month >= -3),
            total(pl.col("CNT_INSTALMENT"), (_month >= -3) & _LEFT.is_not_null()),
        ),
    )


_RATIOS = (
    _feature(
        "COMPLETED_SHARE",
        "Share of completed loans with us",
        Concept.PAST_LOANS,
        ratio(pl.col("POS_COMPLETED_COUNT"), pl.col("POS_LOANS")),
    ),
)

FAMILY = Family(TABLE, (), tuple(_declare()), _RATIOS)
