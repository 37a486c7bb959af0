"""Monthly balances of credit cards with us."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature, Rows
from ml.features.policy import (
    FINE,
    MONEY,
    highest,
    lowest,
    only,
    ratio,
    slope_of,
    spread_of,
    whole,
)
from ml.features.recency import in_spans, per, per_span, summed

TABLE = "credit_card_balance"

_WINDOWS = {3: "3 months", 6: "6 months", 12: "year", 24: "2 years"}
_MONTHS = (1, 3)  # the latest on record
_within, _latest = pl.col("within"), pl.col("last") <= 1

_AMOUNTS = {
    "balance": "AMT_BALANCE",
    "limit": "AMT_CREDIT_LIMIT_ACTUAL",
    "drawn": "AMT_DRAWINGS_CURRENT",
    "cash": "AMT_DRAWINGS_ATM_CURRENT",
    "bought": "AMT_DRAWINGS_POS_CURRENT",
    "other": "AMT_DRAWINGS_OTHER_CURRENT",
    "minimum": "AMT_INST_MIN_REGULARITY",
    "paid": "AMT_PAYMENT_CURRENT",
    "paid_total": "AMT_PAYMENT_TOTAL_CURRENT",
    "principal": "AMT_RECEIVABLE_PRINCIPAL",
    "receivable": "AMT_TOTAL_RECEIVABLE",
}
_COUNTS = {
    "cash_count": "CNT_DRAWINGS_ATM_CURRENT",
    "drawn_count": "CNT_DRAWINGS_CURRENT",
    "bought_count": "CNT_DRAWINGS_POS_CURRENT",
    "instalments": "CNT_INSTALMENT_MATURE_CUM",
}
_BALANCES: tuple[str | pl.Expr, ...] = (
    "SK_ID_CURR",
    "SK_ID_PREV",
    pl.col("MONTHS_BALANCE").alias("month"),
    *(whole(pl.col(column)).alias(name) for name, column in _AMOUNTS.items()),
    *(whole(pl.col(column), 1.0).alias(name) for name, column in _COUNTS.items()),
    pl.col("SK_DPD").cast(pl.Int64).alias("dpd"),
    pl.col("SK_DPD_DEF").cast(pl.Int64).alias("def"),
    (pl.col("NAME_CONTRACT_STATUS") == "Active").alias("active"),
)
_RATES = (
    pl.col("month").cast(pl.Int64),
    whole(ratio(pl.col("balance"), pl.col("limit")).clip(0, 5), FINE).alias("use"),
    whole(ratio(pl.col("paid"), pl.col("minimum")).clip(0, 100), FINE).alias("paid_to_minimum"),
    whole(ratio(pl.col("paid_total"), pl.col("balance")).clip(0, 10), FINE).alias("repaid"),
    whole(pl.col("balance"), 1 / MONEY).alias("balance_units"),
)


def _spans(rows: Rows) -> Rows:
    """Sums per client and span of its months."""
    months = in_spans(rows.select(_BALANCES), "month", tuple(_WINDOWS), _MONTHS)
    return per_span(
        months.with_columns(_RATES), (*_sums(), *_extremes(), *_squares(), *_occasions())
    )


def _sums() -> Iterator[pl.Expr]:
    yield pl.len().cast(pl.Int64).alias("n")
    yield pl.col("cash", "bought", "other", "principal", "receivable", "dpd").sum()
    for name in (
        *("balance", "limit", "drawn", "minimum", "paid_total"),
        *("cash_count", "drawn_count", "bought_count"),
        *("use", "paid_to_minimum", "repaid", "balance_units"),
    ):
        yield pl.col(name).sum()
        yield pl.col(name).count().alias(f"{name}_known")


def _extremes() -> Iterator[pl.Expr]:
    for name in ("balance", "limit", "drawn", "paid_total", "use", "cash_count", "dpd", "def"):
        yield pl.col(name).max().alias(f"{name}_max")
    yield pl.col("limit").min().alias("limit_min")
    yield pl.col("use").min().alias("use_min")
    yield pl.col("instalments").max()
    yield pl.col("month").max().alias("newest")
    yield pl.col("month").min().alias("oldest")
    yield only(pl.col("month"), pl.col("drawn") > 0).max().alias("drawn_month")
    yield only(pl.col("month"), pl.col("cash") > 0).max().alias("cash_month")
    yield only(pl.col("month"), pl.col("dpd") > 0).max().alias("late_month")


def _squares() -> Iterator[pl.Expr]:
    """What slopes and spreads need beside the plain sums."""
    month, use = pl.col("month"), pl.col("use")
    drawn_units = whole(pl.col("drawn"), 1 / MONEY)
    for name in ("use", "balance_units"):
        value = pl.col(name)
        t = only(month, value.is_not_null())
        yield t.sum().alias(f"{name}_t")
        yield (month * value).sum().alias(f"{name}_tv")
        yield (t * t).sum().alias(f"{name}_tt")
    yield (use * use).sum().alias("use_squared")
    yield drawn_units.sum().alias("drawn_units")
    yield (drawn_units * drawn_units).sum().alias("drawn_squared")


def _occasions() -> Iterator[pl.Expr]:
    """Numbers of months in which something happened."""
    paid, minimum = pl.col("paid"), pl.col("minimum")
    drawn, balance = pl.col("drawn"), pl.col("balance")
    occasions = {
        "late": pl.col("dpd") > 0,
        "def_late": pl.col("def") > 0,
        "short": paid < minimum,
        "minimum_only": (minimum > 0) & (paid >= minimum) & (paid * 10 <= minimum * 11),
        "none_paid": (minimum > 0) & (paid.fill_null(0) <= 0),
        "over_limit": balance > pl.col("limit"),
        "idle": (drawn == 0) & (balance <= 0),
        "cash_months": pl.col("cash") > 0,
        "drawn_months": drawn > 0,
        "high_use": pl.col("use") > 0.9 * FINE,
    }
    for name, where in occasions.items():
        yield where.sum().alias(name)
    yield only(minimum, minimum > 0).count().alias("asked")
    yield only(paid, minimum > 0).count().alias("answered")
    yield pl.col("active").sum()


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(f"CARD_{name}", label, concept, TABLE, expr)


def _use(name: str, label: str, expr: pl.Expr) -> Feature:
    return _feature(name, label, Concept.CARD_USE, expr)


def _conduct(name: str, label: str, expr: pl.Expr) -> Feature:
    return _feature(name, label, Concept.PAYMENT_CONDUCT, expr)


def _mean(name: str, where: pl.Expr | None = None, *, unit: float = MONEY) -> pl.Expr:
    return per(name, f"{name}_known", where, unit=unit)


def _money(extreme: pl.Expr) -> pl.Expr:
    return extreme * (1 / MONEY)


def _cards() -> Iterator[Feature]:
    yield _use("MONTHS", "Months of credit cards on record", summed("n"))
    yield _use("FIRST_MONTH", "Earliest month of a credit card with us", lowest(pl.col("oldest")))
    yield _use("LAST_MONTH", "Latest month of a credit card with us", highest(pl.col("newest")))
    yield _use("ACTIVE_SHARE", "Share of months with an active credit card", per("active", "n"))
    yield _use("LIMIT_MAX", "Highest card limit", _money(highest(pl.col("limit_max"))))
    yield _use("LIMIT_MIN", "Lowest card limit", _money(lowest(pl.col("limit_min"))))
    yield _use("LIMIT_MEAN", "Average card limit", _mean("limit"))
    yield _use("LIMIT_LATEST", "Card limit in the latest month", _mean("limit", _latest))
    yield _use("INSTALMENTS_PAID", "Card instalments paid", highest(pl.col("instalments")))


def _balances() -> Iterator[Feature]:
    yield _use("BALANCE_MEAN", "Average card balance", _mean("balance"))
    yield _use("BALANCE_MAX", "Highest card balance", _money(highest(pl.col("balance_max"))))
    yield _use("BALANCE_LATEST", "Card balance in the latest month", _mean("balance", _latest))
    yield _use("USE_MEAN", "Average use of the card limit", _mean("use", unit=FINE))
    yield _use("USE_MAX", "Highest use of the card limit", highest(pl.col("use_max")) * (1 / FINE))
    yield _use("USE_MIN", "Lowest use of the card limit", lowest(pl.col("use_min")) * (1 / FINE))
    yield _use(
        "USE_LATEST", "Use of the card limit in the latest month", _mean("use", _latest, unit=FINE)
    )
    yield _use(
        "USE_SPREAD",
        "How much the use of the card limit varies",
        spread_of(*(pl.col(c).sum() for c in ("use_known", "use", "use_squared")), unit=FINE),
    )
    yield _use(
        "HIGH_USE_SHARE", "Share of months with a card almost full", per("high_use", "use_known")
    )
    yield _use(
        "OVER_LIMIT_SHARE",
        "Share of months with a card over its limit",
        per("over_limit", "balance_known"),
    )
    yield _use("IDLE_SHARE", "Share of months with a card not used", per("idle", "balance_known"))
    yield _use(
        "PRINCIPAL_SHARE",
        "Part of the card debt that is not interest or fees",
        per("principal", "receivable"),
    )
    for window, words in _WINDOWS.items():
        where = _within <= window
        yield _use(
            f"USE_MEAN_{window}M",
            f"Average use of the card limit in the last {words}",
            _mean("use", where, unit=FINE),
        )
        yield _use(
            f"USE_MAX_{window}M",
            f"Highest use of the card limit in the last {words}",
            highest(pl.col("use_max"), where) * (1 / FINE),
        )
    for window in (6, 12):
        yield _use(
            f"BALANCE_MEAN_{window}M",
            f"Average card balance in the last {_WINDOWS[window]}",
            _mean("balance", _within <= window),
        )


def _trends() -> Iterator[Feature]:
    for column, name, words, unit in (
        ("use", "USE", "use of the card limit", FINE),
        ("balance_units", "BALANCE", "card balance", 1.0),
    ):
        for code, when, where in (
            ("", "", None),
            ("_12M", " in the last year", _within <= 12),
        ):
            sums = (f"{column}{part}" for part in ("_known", "", "_t", "_tv", "_tt"))
            yield _use(
                f"{name}_SLOPE{code}",
                f"Change a month of the {words}{when}",
                slope_of(*(only(pl.col(c), where).sum() for c in sums), unit=unit),
            )


def _drawings() -> Iterator[Feature]:
    for name, words in (
        ("drawn", "amount drawn"),
        ("cash", "cash drawn"),
        ("bought", "amount spent in shops"),
        ("other", "amount drawn in other ways"),
    ):
        yield _use(f"{name.upper()}_SUM", f"Total {words} on cards", summed(name, unit=MONEY))
    for window, words in _WINDOWS.items():
        where = _within <= window
        yield _use(
            f"DRAWN_MEAN_{window}M",
            f"Average amount drawn on cards in a month of the last {words}",
            _mean("drawn", where),
        )
        yield _use(
            f"CASH_COUNT_MEAN_{window}M",
            f"Average number of cash withdrawals by card in a month of the last {words}",
            _mean("cash_count", where, unit=1.0),
        )
    yield _use("DRAWN_MEAN", "Average amount drawn on cards in a month", _mean("drawn"))
    yield _use(
        "DRAWN_MAX",
        "Highest amount drawn on cards in a month",
        _money(highest(pl.col("drawn_max"))),
    )
    yield _use(
        "DRAWN_SPREAD",
        "How much the amount drawn on cards varies",
        spread_of(
            *(pl.col(c).sum() for c in ("drawn_known", "drawn_units", "drawn_squared")), unit=1.0
        ),
    )
    for name, words in (
        ("cash", "cash withdrawals by card"),
        ("drawn", "card uses"),
        ("bought", "card payments in shops"),
    ):
        yield _use(
            f"{name.upper()}_COUNT_MEAN",
            f"Average number of {words} in a month",
            _mean(f"{name}_count", unit=1.0),
        )
    yield _use(
        "CASH_COUNT_MAX",
        "Most cash withdrawals by card in a month",
        highest(pl.col("cash_count_max")),
    )
    yield _use(
        "CASH_COUNT_LATEST",
        "Cash withdrawals by card in the latest month",
        summed("cash_count", _latest),
    )
    for name, words in (("cash", "cash drawn by card"), ("drawn", "a card used")):
        yield _use(
            f"{name.upper()}_MONTHS_SHARE",
            f"Share of months with {words}",
            per(f"{name}_months", "drawn_known"),
        )
        yield _use(
            f"LAST_{name.upper()}_MONTH",
            f"Latest month with {words}",
            highest(pl.col(f"{name}_month")),
        )


def _payments() -> Iterator[Feature]:
    yield _conduct("LATE_SHARE", "Share of months with a card past due", per("late", "n"))
    yield _conduct(
        "LATE_DEF_SHARE", "Share of months with a card clearly past due", per("def_late", "n")
    )
    yield _conduct("DPD_MAX", "Most days a card was clearly past due", highest(pl.col("def_max")))
    yield _conduct("DPD_ANY_MAX", "Most days a card was past due", highest(pl.col("dpd_max")))
    yield _conduct("DPD_MEAN", "Average days a card was past due", per("dpd", "n"))
    yield _conduct(
        "LAST_LATE_MONTH", "Latest month with a card past due", highest(pl.col("late_month"))
    )
    for window in (6, 12):
        words, where = _WINDOWS[window], _within <= window
        yield _conduct(
            f"LATE_SHARE_{window}M",
            f"Share of months with a card past due in the last {words}",
            per("late", "n", where),
        )
        yield _conduct(
            f"SHORT_SHARE_{window}M",
            f"Share of months with a card payment below the minimum in the last {words}",
            per("short", "answered", where),
        )
        yield _conduct(
            f"PAID_MEAN_{window}M",
            f"Average card payment in a month of the last {words}",
            _mean("paid_total", where),
        )
    yield _conduct(
        "PAID_TO_MINIMUM_MEAN",
        "Average card payment for each unit of the minimum payment",
        _mean("paid_to_minimum", unit=FINE),
    )
    yield _conduct("PAID_MEAN", "Average card payment in a month", _mean("paid_total"))
    yield _conduct(
        "PAID_MAX", "Highest card payment in a month", _money(highest(pl.col("paid_total_max")))
    )
    yield _conduct("MINIMUM_MEAN", "Average minimum payment of cards", _mean("minimum"))
    yield _conduct(
        "REPAID_MEAN",
        "Average part of the card balance paid in a month",
        _mean("repaid", unit=FINE),
    )
    yield _conduct(
        "SHORT_SHARE",
        "Share of months with a card payment below the minimum",
        per("short", "answered"),
    )
    yield _conduct(
        "MINIMUM_ONLY_SHARE",
        "Share of months in which hardly more than the minimum was paid on cards",
        per("minimum_only", "answered"),
    )
    yield _conduct(
        "NONE_PAID_SHARE",
        "Share of months in which nothing was paid on cards though it was due",
        per("none_paid", "asked"),
    )


def _ratio(concept: Concept, name: str, label: str, over: str, under: str) -> Feature:
    return _feature(name, label, concept, ratio(pl.col(f"CARD_{over}"), pl.col(f"CARD_{under}")))


_USE, _CONDUCT = Concept.CARD_USE, Concept.PAYMENT_CONDUCT
_RATIOS = (
    _ratio(
        _USE, "CASH_SHARE", "Cash as part of the amount drawn on cards", "CASH_SUM", "DRAWN_SUM"
    ),
    _ratio(
        _USE,
        "BOUGHT_SHARE",
        "Shopping as part of the amount drawn on cards",
        "BOUGHT_SUM",
        "DRAWN_SUM",
    ),
    _ratio(
        _USE,
        "USE_TREND",
        "Use of the card limit in the last 6 months against the average",
        "USE_MEAN_6M",
        "USE_MEAN",
    ),
    _ratio(
        _USE,
        "DRAWN_TREND",
        "Amount drawn on cards in the last 6 months against the average",
        "DRAWN_MEAN_6M",
        "DRAWN_MEAN",
    ),
    _ratio(
        _USE,
        "LIMIT_CHANGE",
        "Card limit in the latest month against the highest",
        "LIMIT_LATEST",
        "LIMIT_MAX",
    ),
    _ratio(
        _USE,
        "LIMIT_RISE",
        "Card limit in the latest month against the lowest",
        "LIMIT_LATEST",
        "LIMIT_MIN",
    ),
    _ratio(
        _CONDUCT,
        "PAID_TO_BALANCE",
        "Average card payment for each unit of balance",
        "PAID_MEAN",
        "BALANCE_MEAN",
    ),
    _ratio(
        _CONDUCT,
        "PAID_TO_DRAWN",
        "Average card payment for each unit drawn",
        "PAID_MEAN",
        "DRAWN_MEAN",
    ),
)

FAMILY = Family(
    TABLE,
    (),
    (*_cards(), *_balances(), *_trends(), *_drawings(), *_payments()),
    _RATIOS,
    prepare=_spans,
)
