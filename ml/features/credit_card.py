"""Monthly balances of credit cards with us."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature
from ml.features.policy import FINE, highest, mean, ratio, share, spread, total

TABLE = "credit_card_balance"

_month = pl.col("MONTHS_BALANCE")
_LIMIT = pl.col("AMT_CREDIT_LIMIT_ACTUAL").cast(pl.Float64)
_BALANCE = pl.col("AMT_BALANCE")
_WINDOWS = {3: "3 months", 6: "6 months", 12: "year"}

_ROWS = (
    ratio(_BALANCE, _LIMIT).clip(0, 5).alias("use"),
    ratio(pl.col("AMT_PAYMENT_CURRENT"), pl.col("AMT_INST_MIN_REGULARITY"))
    .clip(0, 100)
    .alias("paid_to_minimum"),
)


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(f"CARD_{name}", label, concept, TABLE, expr)


def _use() -> Iterator[Feature]:
    card = Concept.CARD_USE
    yield _feature("MONTHS", "Months of credit cards on record", card, pl.len())
    yield _feature("CARDS", "Number of credit cards with us", card, pl.col("SK_ID_PREV").n_unique())
    yield _feature("LAST_MONTH", "Latest month of a credit card with us", card, highest(_month))
    yield _feature("LIMIT_MAX", "Highest card limit", card, highest(_LIMIT))
    yield _feature("LIMIT_MEAN", "Average card limit", card, mean(_LIMIT))
    yield _feature("BALANCE_MEAN", "Average card balance", card, mean(_BALANCE))
    yield _feature("BALANCE_MAX", "Highest card balance", card, highest(_BALANCE))
    yield _feature(
        "USE_MEAN", "Average use of the card limit", card, mean(pl.col("use"), unit=FINE)
    )
    yield _feature("USE_MAX", "Highest use of the card limit", card, highest(pl.col("use")))
    yield _feature(
        "USE_SPREAD",
        "How much the use of the card limit varies",
        card,
        spread(pl.col("use"), unit=FINE),
    )
    for window, words in _WINDOWS.items():
        recent = _month >= -window
        yield _feature(
            f"USE_MEAN_{window}M",
            f"Average use of the card limit in the last {words}",
            card,
            mean(pl.col("use"), recent, unit=FINE),
        )
        yield _feature(
            f"DRAWN_MEAN_{window}M",
            f"Average amount drawn on cards in a month of the last {words}",
            card,
            mean(pl.col("AMT_DRAWINGS_CURRENT"), recent),
        )
    yield _feature(
        "DRAWN_SUM", "Total amount drawn on cards", card, total(pl.col("AMT_DRAWINGS_CURRENT"))
    )
    yield _feature(
        "CASH_SUM", "Total cash drawn on cards", card, total(pl.col("AMT_DRAWINGS_ATM_CURRENT"))
    )
    yield _feature(
        "CASH_COUNT_MEAN",
        "Average number of cash withdrawals by card in a month",
        card,
        mean(pl.col("CNT_DRAWINGS_ATM_CURRENT")),
    )
    yield _feature(
        "DRAWN_COUNT_MEAN",
        "Average number of card uses in a month",
        card,
        mean(pl.col("CNT_DRAWINGS_CURRENT")),
    )
    yield _feature(
        "INSTALMENTS_PAID",
        "Card instalments paid",
        card,
        highest(pl.col("CNT_INSTALMENT_MATURE_CUM")),
    )


def _conduct() -> Iterator[Feature]:
    conduct = Concept.PAYMENT_CONDUCT
    late = pl.col("SK_DPD") > 0
    yield _feature("LATE_SHARE", "Share of months with a card past due", conduct, share(late))
    yield _feature(
        "DPD_MAX", "Most days a card was past due", conduct, highest(pl.col("SK_DPD_DEF"))
    )
    yield _feature(
        "LATE_SHARE_12M",
        "Share of months with a card past due in the last year",
        conduct,
        share(pl.when(_month >= -12).then(late)),
    )
    yield _feature(
        "PAID_TO_MINIMUM_MEAN",
        "Average card payment for each unit of the minimum payment",
        conduct,
        mean(pl.col("paid_to_minimum"), unit=FINE),
    )
    yield _feature(
        "PAID_MEAN",
        "Average card payment in a month",
        conduct,
        mean(pl.col("AMT_PAYMENT_TOTAL_CURRENT")),
    )
    yield _feature(
        "SHORT_SHARE",
        "Share of months with a card payment below the minimum",
        conduct,
        share(pl.col("paid_to_minimum") < 1),
    )


_RATIOS = (
    _feature(
        "CASH_SHARE",
        "Cash as part of the amount drawn on cards",
        Concept.CARD_USE,
        ratio(pl.col("CARD_CASH_SUM"), pl.col("CARD_DRAWN_SUM")),
    ),
    _feature(
        "USE_TREND",
        "Use of the card limit in the last 6 months against the average",
        Concept.CARD_USE,
        ratio(pl.col("CARD_USE_MEAN_6M"), pl.col("CARD_USE_MEAN")),
    ),
    _feature(
        "PAID_TO_BALANCE",
        "Average card payment for each unit of balance",
        Concept.PAYMENT_CONDUCT,
        ratio(pl.col("CARD_PAID_MEAN"), pl.col("CARD_BALANCE_MEAN")),
    ),
)

FAMILY = Family(TABLE, _ROWS, (*_use(), *_conduct()), _RATIOS)
