"""Payments of instalments on earlier loans with us: on time and in full, or not.

What is judged is the instalment: payments of the same one (loan, plan, number and due day) are
added up before it counts as short, and it is late until the last of them came in.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature, Rows
from ml.features.policy import (
    FINE,
    MONEY,
    days,
    highest,
    lowest,
    only,
    ratio,
    slope_of,
    spread_of,
    whole,
)
from ml.features.recency import in_spans, per, per_span, summed

TABLE = "installments_payments"

_WINDOWS = {60: "2 months", 90: "3 months", 180: "6 months", 365: "year", 730: "2 years"}
_DUE_DATES = (2, 5, 10)
_HALF_LIFE = 180.0  # days after which a late payment counts half
_FIRST = 3  # instalments of a loan whose delay is called early default
_within, _last = pl.col("within"), pl.col("last")

_PLACE = ("SK_ID_CURR", "SK_ID_PREV", "due")
_INSTALMENT = ("occasion", "NUM_INSTALMENT_VERSION", "NUM_INSTALMENT_NUMBER")
_PAYMENTS = (
    "SK_ID_CURR",
    "SK_ID_PREV",
    *_INSTALMENT[1:],
    days("DAYS_INSTALMENT").cast(pl.Int32).alias("due"),
    days("DAYS_ENTRY_PAYMENT").cast(pl.Int32).alias("paid_day"),
    whole(pl.col("AMT_INSTALMENT")).alias("amount"),
    whole(pl.col("AMT_PAYMENT")).alias("paid"),
)
_ADDED_UP = (
    pl.col("paid_day").max(),
    pl.col("amount").max(),
    pl.when(pl.col("paid").count() > 0).then(pl.col("paid").sum()).alias("paid"),
    pl.len().alias("parts"),
    pl.col("due", "within", "last", "newest_loan", "span", "SK_ID_CURR").first(),
)
_CONDUCT = (
    pl.col("due").cast(pl.Int64),
    (pl.col("paid_day") - pl.col("due")).cast(pl.Int64).alias("lateness"),
    only(ratio(pl.col("paid"), pl.col("amount")), pl.col("due").is_not_null())
    .clip(0, 10)
    .alias("paid_share"),
    whole(2.0 ** (pl.col("due") / _HALF_LIFE), FINE).alias("weight"),
)


def _spans(rows: Rows) -> Rows:
    """Sums per client and span of its instalments."""
    payments = in_spans(rows.select(_PAYMENTS), "due", tuple(_WINDOWS), _DUE_DATES)
    return per_span(
        _instalments(payments).with_columns(_CONDUCT),
        (*_amounts(), *_lateness(), *_shortness(), *_kinds()),
    )


def _instalments(payments: Rows) -> Rows:
    """Add up the payments of each instalment.

    Most are paid at once. Payments are in order, so those that no other of their loan and due
    day stands beside need not be looked for.
    """
    another = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _PLACE)
    first = pl.col("first")
    told = payments.with_columns(another.alias("first")).with_columns(
        (first & first.shift(-1, fill_value=True)).alias("alone"), first.cum_sum().alias("occasion")
    )
    several = told.filter(~pl.col("alone")).group_by(_INSTALMENT).agg(_ADDED_UP)
    alone = told.filter("alone").with_columns(pl.lit(1, pl.UInt32).alias("parts"))
    return pl.concat([alone.select(several.collect_schema().names()), several])


def _amounts() -> Iterator[pl.Expr]:
    amount, paid = pl.col("amount"), pl.col("paid")
    yield pl.len().alias("n")
    yield pl.col("due").min().alias("first_due")
    yield pl.col("paid_day").max()
    yield amount.sum()
    yield amount.count().alias("amount_known")
    yield paid.sum()
    yield paid.count().alias("paid_known")
    yield paid.max().alias("paid_max")
    yield paid.min().alias("paid_min")
    yield (pl.col("parts") > 1).sum().alias("split")
    yield paid.is_null().sum().alias("unpaid")


def _lateness() -> Iterator[pl.Expr]:
    lateness, due, weight = pl.col("lateness"), pl.col("due"), pl.col("weight")
    late = lateness.clip(lower_bound=0)
    known = lateness.is_not_null()
    yield lateness.count().alias("late_known")
    yield lateness.sum().alias("lateness")
    yield (lateness * lateness).sum().alias("lateness_squared")
    yield lateness.max().alias("latest")
    yield lateness.min().alias("earliest")
    yield late.sum().alias("late_days")
    for beyond in (0, 7, 15, 30):
        yield (lateness > beyond).sum().alias(f"late_{beyond}")
    yield only(due, lateness > 0).max().alias("last_late_due")
    yield only(due, known).sum().alias("late_t")
    yield only(due * due, known).sum().alias("late_tt")
    yield (due * lateness).sum().alias("late_tv")
    yield only(weight, known).sum().alias("late_weight")
    yield only(weight, lateness > 0).sum().alias("late_weighted")
    yield (weight * late).sum().alias("late_days_weighted")


def _shortness() -> Iterator[pl.Expr]:
    part, due, weight = pl.col("paid_share"), pl.col("due"), pl.col("weight")
    open_amount = pl.col("amount") - pl.col("paid")
    part_fine = whole(part, FINE)
    known = part.is_not_null()
    yield part.count().alias("part_known")
    yield part_fine.sum().alias("part")
    yield (part < 0.999).sum().alias("short")
    yield (part < 0.5).sum().alias("very_short")
    yield (part > 1.001).sum().alias("over")
    yield only(open_amount, part < 0.999).sum().alias("short_amount")
    yield only(open_amount, part < 0.999).max().alias("short_max")
    yield only(-open_amount, part > 1.001).sum().alias("over_amount")
    yield only(due, known).sum().alias("part_t")
    yield only(due * due, known).sum().alias("part_tt")
    yield (due * part_fine).sum().alias("part_tv")
    yield only(weight, known).sum().alias("part_weight")
    yield only(weight, part < 0.999).sum().alias("short_weighted")


def _kinds() -> Iterator[pl.Expr]:
    """Sums over some instalments only: of cards, the first of a loan, those of the newest loan."""
    number, version = pl.col("NUM_INSTALMENT_NUMBER"), pl.col("NUM_INSTALMENT_VERSION")
    lateness = pl.col("lateness")
    kinds = {
        "card": version == 0,
        "first": (version > 0) & (number <= _FIRST),
        "newest": pl.col("newest_loan"),
    }
    for kind, where in kinds.items():
        yield only(lateness, where).count().alias(f"{kind}_known")
        yield only(lateness, where).sum().alias(f"{kind}_lateness")
        yield only(lateness, where).max().alias(f"{kind}_latest")
        yield (where & (lateness > 0)).sum().alias(f"{kind}_late")
    yield (kinds["card"]).sum().alias("card_n")
    yield only(pl.col("paid"), kinds["card"]).sum().alias("card_paid")
    yield (kinds["newest"] & (pl.col("paid_share") < 0.999)).sum().alias("newest_short")
    yield only(pl.col("paid_share"), kinds["newest"]).count().alias("newest_part_known")
    yield only(pl.col("amount"), kinds["newest"]).max().alias("newest_amount")
    yield only(number, kinds["newest"]).max().alias("newest_number")
    yield ((number == 1) & (version > 0)).sum().alias("begun")
    yield version.max().alias("version")
    yield (version > 1).sum().alias("changed")


def _feature(name: str, label: str, expr: pl.Expr) -> Feature:
    return Feature(f"INST_{name}", label, Concept.PAYMENT_CONDUCT, TABLE, expr)


def _overall() -> Iterator[Feature]:
    yield _feature("COUNT", "Number of instalments due to us", summed("n"))
    yield _feature("LATE_SHARE", "Share of late payments to us", per("late_0", "late_known"))
    for beyond in (7, 15, 30):
        yield _feature(
            f"LATE_{beyond}_SHARE",
            f"Share of payments to us more than {beyond} days late",
            per(f"late_{beyond}", "late_known"),
        )
    yield _feature(
        "LATENESS_MEAN", "Average days payments to us were late", per("lateness", "late_known")
    )
    yield _feature("LATENESS_MAX", "Most days a payment to us was late", highest(pl.col("latest")))
    yield _feature(
        "LATENESS_MIN", "Most days a payment to us was early", lowest(pl.col("earliest"))
    )
    yield _feature(
        "LATENESS_SPREAD",
        "How much the days payments to us were late vary",
        spread_of(
            *(pl.col(name).sum() for name in ("late_known", "lateness", "lateness_squared")),
            unit=1.0,
        ),
    )
    yield _feature(
        "LATE_DAYS_MEAN",
        "Average days late, counting early payments as on time",
        per("late_days", "late_known"),
    )
    yield _feature("LATE_DAYS_SUM", "Total days payments to us were late", summed("late_days"))
    yield _feature(
        "LAST_LATE_DAY", "Day of the latest late payment to us", highest(pl.col("last_late_due"))
    )
    yield _feature("SHORT_SHARE", "Share of short payments to us", per("short", "part_known"))
    yield _feature(
        "VERY_SHORT_SHARE",
        "Share of payments to us of less than half the instalment",
        per("very_short", "part_known"),
    )
    yield _feature(
        "SHORT_SUM", "Total that payments to us fell short", summed("short_amount", unit=MONEY)
    )
    yield _feature(
        "SHORT_MAX",
        "Most that a payment to us fell short",
        highest(pl.col("short_max")) * (1 / MONEY),
    )
    yield _feature("OVER_SHARE", "Share of instalments overpaid", per("over", "part_known"))
    yield _feature(
        "OVER_SUM", "Total paid to us beyond instalments", summed("over_amount", unit=MONEY)
    )
    yield _feature(
        "PAID_SHARE_MEAN",
        "Average part paid of an instalment",
        per("part", "part_known", unit=FINE),
    )
    yield _feature("UNPAID_COUNT", "Number of instalments without a payment", summed("unpaid"))
    yield _feature("SPLIT_SHARE", "Share of instalments paid in several parts", per("split", "n"))


def _sums() -> Iterator[Feature]:
    yield _feature("PAYMENT_SUM", "Total paid to us", summed("paid", unit=MONEY))
    yield _feature(
        "PAYMENT_MEAN", "Average paid for an instalment", per("paid", "paid_known", unit=MONEY)
    )
    yield _feature(
        "PAYMENT_MAX", "Highest payment to us", highest(pl.col("paid_max")) * (1 / MONEY)
    )
    yield _feature("PAYMENT_MIN", "Lowest payment to us", lowest(pl.col("paid_min")) * (1 / MONEY))
    yield _feature("INSTALMENT_SUM", "Total of instalments due to us", summed("amount", unit=MONEY))
    yield _feature(
        "INSTALMENT_MEAN", "Average instalment due to us", per("amount", "amount_known", unit=MONEY)
    )
    yield _feature(
        "FIRST_DAY", "Day of the first instalment due to us", lowest(pl.col("first_due"))
    )
    yield _feature("LAST_PAID_DAY", "Day of the latest payment to us", highest(pl.col("paid_day")))
    yield _feature("LOANS_BEGUN", "Number of loans with us that fell due", summed("begun"))
    yield _feature(
        "VERSION_MAX", "Most often a payment plan was changed", highest(pl.col("version"))
    )
    yield _feature(
        "CHANGED_SHARE", "Share of instalments due under a changed plan", per("changed", "n")
    )


def _recent() -> Iterator[Feature]:
    spans = {
        **{f"{n}D": (f"in the last {words}", _within <= n) for n, words in _WINDOWS.items()},
        **{f"LAST_{n}": (f"on the last {n} due dates", _last <= n) for n in _DUE_DATES},
    }
    for code, (words, where) in spans.items():
        yield _feature(
            f"LATE_SHARE_{code}",
            f"Share of late payments to us {words}",
            per("late_0", "late_known", where),
        )
        yield _feature(
            f"LATENESS_MEAN_{code}",
            f"Average days payments to us were late {words}",
            per("lateness", "late_known", where),
        )
        yield _feature(
            f"LATENESS_MAX_{code}",
            f"Most days a payment to us was late {words}",
            highest(pl.col("latest"), where),
        )
        yield _feature(
            f"SHORT_SHARE_{code}",
            f"Share of short payments to us {words}",
            per("short", "part_known", where),
        )
    for window in (90, 365, 730):
        words, where = f"in the last {_WINDOWS[window]}", _within <= window
        yield _feature(
            f"PAYMENT_SUM_{window}D", f"Paid to us {words}", summed("paid", where, unit=MONEY)
        )
        yield _feature(
            f"LATE_DAYS_SUM_{window}D",
            f"Total days payments to us were late {words}",
            summed("late_days", where),
        )
        yield _feature(
            f"SHORT_SUM_{window}D",
            f"Total that payments to us fell short {words}",
            summed("short_amount", where, unit=MONEY),
        )
    yield _feature(
        "LATE_7_SHARE_365D",
        "Share of payments to us more than 7 days late in the last year",
        per("late_7", "late_known", _within <= 365),
    )


def _trends() -> Iterator[Feature]:
    for code, words, where in (
        ("", "", None),
        ("_365D", " in the last year", _within <= 365),
    ):
        for name, label, part, v, unit in (
            ("LATENESS_SLOPE", "Change a day of the days late", "late", "lateness", 1.0),
            ("PAID_SHARE_SLOPE", "Change a day of the part paid", "part", "part", FINE),
        ):
            sums = (f"{part}_known", v, f"{part}_t", f"{part}_tv", f"{part}_tt")
            yield _feature(
                name + code,
                label + words,
                slope_of(*(only(pl.col(column), where).sum() for column in sums), unit=unit),
            )
    for name, label, part, whole_part in (
        ("LATE_DAYS", "Average days late", "late_days_weighted", "late_weight"),
        ("LATE", "Share of late payments", "late_weighted", "late_weight"),
        ("SHORT", "Share of short payments", "short_weighted", "part_weight"),
    ):
        yield _feature(
            f"{name}_WEIGHTED",
            f"{label}, recent payments counting more",
            per(part, whole_part),
        )


def _loans() -> Iterator[Feature]:
    yield _feature("CARD_SHARE", "Share of instalments on cards", per("card_n", "n"))
    yield _feature("CARD_PAID_SUM", "Total paid on cards", summed("card_paid", unit=MONEY))
    for kind, words in (
        ("card", "card payments"),
        ("first", "first payments of a loan"),
        ("newest", "payments of the latest loan"),
    ):
        prefix = kind.upper()
        yield _feature(
            f"{prefix}_LATE_SHARE",
            f"Share of late {words} to us",
            per(f"{kind}_late", f"{kind}_known"),
        )
        yield _feature(
            f"{prefix}_LATENESS_MEAN",
            f"Average days {words} to us were late",
            per(f"{kind}_lateness", f"{kind}_known"),
        )
        yield _feature(
            f"{prefix}_LATENESS_MAX",
            f"Most days late among {words} to us",
            highest(pl.col(f"{kind}_latest")),
        )
    yield _feature(
        "NEWEST_SHORT_SHARE",
        "Share of short payments of the latest loan to us",
        per("newest_short", "newest_part_known"),
    )
    yield _feature(
        "NEWEST_INSTALMENT_MAX",
        "Highest instalment of the latest loan to us",
        highest(pl.col("newest_amount")) * (1 / MONEY),
    )
    yield _feature(
        "NEWEST_NUMBER",
        "Number of instalments due on the latest loan to us",
        highest(pl.col("newest_number")),
    )


def _ratio(name: str, label: str, over: str, under: str) -> Feature:
    return _feature(name, label, ratio(pl.col(f"INST_{over}"), pl.col(f"INST_{under}")))


def _difference(name: str, label: str, one: str, other: str) -> Feature:
    return _feature(name, label, pl.col(f"INST_{one}") - pl.col(f"INST_{other}"))


_RATIOS = (
    _ratio("PAID_TO_DUE", "Paid to us for each unit due", "PAYMENT_SUM", "INSTALMENT_SUM"),
    _ratio("SHORT_TO_DUE", "Short for each unit due to us", "SHORT_SUM", "INSTALMENT_SUM"),
    _ratio(
        "PAYMENT_MAX_TO_MEAN",
        "Highest payment to us against the average",
        "PAYMENT_MAX",
        "PAYMENT_MEAN",
    ),
    _ratio(
        "PAYMENT_365D_SHARE",
        "Part of all payments to us made in the last year",
        "PAYMENT_SUM_365D",
        "PAYMENT_SUM",
    ),
    _ratio(
        "NEWEST_TO_MEAN_INSTALMENT",
        "Highest instalment of the latest loan against the average",
        "NEWEST_INSTALMENT_MAX",
        "INSTALMENT_MEAN",
    ),
    _difference(
        "LATENESS_180D_CHANGE",
        "Days late in the last 6 months against all payments to us",
        "LATENESS_MEAN_180D",
        "LATENESS_MEAN",
    ),
    _difference(
        "LATE_SHARE_365D_CHANGE",
        "Share of late payments in the last year against all payments to us",
        "LATE_SHARE_365D",
        "LATE_SHARE",
    ),
    _difference(
        "SHORT_SHARE_365D_CHANGE",
        "Share of short payments in the last year against all payments to us",
        "SHORT_SHARE_365D",
        "SHORT_SHARE",
    ),
    _difference(
        "LATENESS_LAST_5_CHANGE",
        "Days late on the last 5 due dates against all payments to us",
        "LATENESS_MEAN_LAST_5",
        "LATENESS_MEAN",
    ),
)

FAMILY = Family(
    TABLE,
    (),
    (*_overall(), *_sums(), *_recent(), *_trends(), *_loans()),
    _RATIOS,
    prepare=_spans,
)
