"""Monthly balances of earlier cash and point-of-sale loans with us."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Family, Feature, Rows
from ml.features.policy import FINE, count, highest, lowest, only, ratio, share, slope_of, whole
from ml.features.recency import in_spans, per, summed

TABLE = "POS_CASH_balance"

_WINDOWS = {3: "3 months", 6: "6 months", 12: "year", 24: "2 years"}
_MONTHS = {1: "latest month", 3: "latest 3 months", 5: "latest 5 months"}
_HALF_LIFE = 12.0  # months after which a month past due counts half
_TROUBLE = ("Demand", "Returned to the store", "Amortized debt", "Canceled")
_RUNS = 3  # months back in which a loan that still runs has a record
_PLACES = 2**20  # more instalments than any loan has
_within, _last = pl.col("within"), pl.col("last")
_status = pl.col("NAME_CONTRACT_STATUS")

_BALANCES = (
    "SK_ID_CURR",
    "SK_ID_PREV",
    pl.col("MONTHS_BALANCE").alias("month"),
    pl.col("CNT_INSTALMENT").cast(pl.Int32, strict=False).alias("term"),
    pl.col("CNT_INSTALMENT_FUTURE").cast(pl.Int32, strict=False).alias("left"),
    pl.col("SK_DPD").cast(pl.Int64).alias("dpd"),
    pl.col("SK_DPD_DEF").cast(pl.Int64).alias("def"),
    (_status == "Active").alias("active"),
    (_status == "Completed").alias("completed"),
    _status.is_in(_TROUBLE).alias("trouble"),
)


def _spans_and_loans(rows: Rows) -> Rows:
    """Sums per loan and span, and below them one row for each loan with columns of its own."""
    ordered = in_spans(rows.select(_BALANCES), "month", tuple(_WINDOWS), tuple(_MONTHS))
    weight = whole(2.0 ** (pl.col("month") / _HALF_LIFE), FINE).alias("weight")
    spans = (
        ordered.with_columns(weight, pl.col("month").cast(pl.Int64))
        .group_by("span", "SK_ID_PREV")
        .agg(pl.col("SK_ID_CURR", "within", "last").first(), *_arrears(), *_plan())
    )
    loans = spans.group_by("SK_ID_CURR", "SK_ID_PREV").agg(_loan())
    return pl.concat([spans, loans.with_columns(_running())], how="diagonal")


def _arrears() -> Iterator[pl.Expr]:
    month, weight, dpd, default = (pl.col(name) for name in ("month", "weight", "dpd", "def"))
    yield pl.len().cast(pl.Int64).alias("n")
    yield month.max().alias("newest")
    yield month.min().alias("oldest")
    yield dpd.max()
    yield dpd.count().alias("known")
    yield (dpd > 0).sum().alias("late")
    yield (dpd > 30).sum().alias("late_30")
    yield default.sum()
    yield default.max().alias("def_max")
    yield (default > 0).sum().alias("def_late")
    yield (default > 7).sum().alias("def_late_7")
    yield only(month, dpd > 0).max().alias("late_month")
    yield only(month, default > 0).max().alias("def_late_month")
    yield weight.sum()
    yield only(weight, dpd > 0).sum().alias("late_weighted")
    yield (weight * default).sum().alias("def_weighted")
    yield month.sum().alias("t")
    yield (month * month).sum().alias("tt")
    yield (month * default).sum().alias("t_def")


def _plan() -> Iterator[pl.Expr]:
    month, left, term = (pl.col(name) for name in ("month", "left", "term"))
    yield left.cast(pl.Int64).sum()
    yield left.count().alias("left_known")
    yield left.max().alias("left_max")
    yield only(term, left.is_not_null()).cast(pl.Int64).sum().alias("term_of_left")
    yield term.cast(pl.Int64).sum()
    yield term.count().alias("term_known")
    yield term.max().alias("term_max")
    yield term.min().alias("term_min")
    # Month and instalments left in one number: its maximum holds what is left in the last month.
    yield (month * _PLACES + left.clip(0, _PLACES - 1)).max().alias("month_left")
    yield pl.col("active").sum()
    yield pl.col("completed").sum()
    yield only(month, pl.col("completed")).max().alias("completed_month")
    yield (pl.col("completed") & (left > 0)).sum().alias("early")
    yield pl.col("trouble").sum()
    yield pl.col("newest_loan").any()


def _loan() -> Iterator[pl.Expr]:
    yield pl.col("n").sum().alias("loan_months")
    yield pl.col("newest").max().alias("loan_newest")
    yield pl.col("oldest").min().alias("loan_oldest")
    yield pl.col("dpd").max().alias("loan_dpd")
    yield pl.col("late").sum().alias("loan_late")
    yield pl.col("def_late").sum().alias("loan_def_late")
    yield (pl.col("month_left").max() % _PLACES).alias("loan_left")
    yield pl.col("term_max").max().alias("loan_term")
    yield (pl.col("term_max").max() > pl.col("term_min").min()).alias("loan_changed")
    yield pl.col("completed_month").max().alias("loan_completed")
    yield (pl.col("early").sum() > 0).alias("loan_early")
    yield pl.col("newest_loan").any().alias("loan_latest")


def _running() -> pl.Expr:
    open_ = pl.col("loan_completed").is_null() & (pl.col("loan_newest") >= -_RUNS)
    return open_.alias("loan_runs")


def _feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    return Feature(f"POS_{name}", label, concept, TABLE, expr)


def _conduct(name: str, label: str, expr: pl.Expr) -> Feature:
    return _feature(name, label, Concept.PAYMENT_CONDUCT, expr)


def _terms(name: str, label: str, expr: pl.Expr) -> Feature:
    return _feature(name, label, Concept.PAST_LOANS, expr)


def _lateness() -> Iterator[Feature]:
    yield _conduct("LATE_SHARE", "Share of months past due with us", per("late", "known"))
    yield _conduct(
        "LATE_DEF_SHARE", "Share of months clearly past due with us", per("def_late", "known")
    )
    yield _conduct(
        "LATE_DEF_7_SHARE",
        "Share of months more than 7 days clearly past due with us",
        per("def_late_7", "known"),
    )
    yield _conduct(
        "LATE_30_SHARE",
        "Share of months more than 30 days past due with us",
        per("late_30", "known"),
    )
    yield _conduct("DPD_MAX", "Most days past due with us", highest(pl.col("dpd")))
    yield _conduct("DPD_DEF_MAX", "Most days clearly past due with us", highest(pl.col("def_max")))
    yield _conduct("DPD_DEF_MEAN", "Average days clearly past due with us", per("def", "known"))
    yield _conduct("LATE_MONTHS", "Months past due with us", summed("late"))
    yield _conduct(
        "LAST_LATE_MONTH", "Latest month past due with us", highest(pl.col("late_month"))
    )
    yield _conduct(
        "LAST_LATE_DEF_MONTH",
        "Latest month clearly past due with us",
        highest(pl.col("def_late_month")),
    )
    yield _conduct(
        "LATE_WEIGHTED",
        "Share of months past due with us, recent months counting more",
        per("late_weighted", "weight"),
    )
    yield _conduct(
        "DPD_DEF_WEIGHTED",
        "Average days clearly past due with us, recent months counting more",
        per("def_weighted", "weight"),
    )
    for code, words, where in (
        ("", "", None),
        ("_12M", " in the last year", _within <= 12),
    ):
        sums = ("known", "def", "t", "t_def", "tt")
        yield _conduct(
            f"DPD_DEF_SLOPE{code}",
            f"Change a month of the days clearly past due with us{words}",
            slope_of(*(only(pl.col(column), where).sum() for column in sums), unit=1.0),
        )
    yield _conduct(
        "TROUBLE_COUNT",
        "Months of loans with us in demand, returned or written off",
        summed("trouble"),
    )


def _recent() -> Iterator[Feature]:
    spans = {
        **{f"{n}M": (f"in the last {words}", _within <= n) for n, words in _WINDOWS.items()},
        **{f"LAST_{n}": (f"in the {words} on record", _last <= n) for n, words in _MONTHS.items()},
    }
    for code, (words, where) in spans.items():
        yield _conduct(
            f"LATE_SHARE_{code}",
            f"Share of months past due with us {words}",
            per("late", "known", where),
        )
        yield _conduct(
            f"DPD_MAX_{code}",
            f"Most days past due with us {words}",
            highest(pl.col("dpd"), where),
        )
    for window in (6, 12, 24):
        yield _conduct(
            f"DPD_DEF_MEAN_{window}M",
            f"Average days clearly past due with us in the last {_WINDOWS[window]}",
            per("def", "known", _within <= window),
        )


def _plans() -> Iterator[Feature]:
    yield _terms("MONTHS", "Months of earlier loans with us on record", summed("n"))
    yield _terms("FIRST_MONTH", "Earliest month of loans with us", lowest(pl.col("oldest")))
    yield _terms("LAST_MONTH", "Latest month of loans with us", highest(pl.col("newest")))
    yield _terms(
        "TERM_MEAN", "Average number of instalments of loans with us", per("term", "term_known")
    )
    yield _terms(
        "TERM_MAX", "Highest number of instalments of loans with us", highest(pl.col("term_max"))
    )
    yield _terms(
        "TERM_MIN", "Lowest number of instalments of loans with us", lowest(pl.col("term_min"))
    )
    yield _terms(
        "LEFT_MEAN", "Average number of instalments left with us", per("left", "left_known")
    )
    yield _terms(
        "LEFT_RECENT_MAX",
        "Highest number of instalments left with us in the last 3 months",
        highest(pl.col("left_max"), _within <= 3),
    )
    yield _terms(
        "LEFT_RECENT_MEAN",
        "Average number of instalments left with us in the last year",
        per("left", "left_known", _within <= 12),
    )
    yield _terms(
        "LEFT_SHARE",
        "Instalments left for each instalment planned, loans with us in the last 3 months",
        per("left", "term_of_left", _within <= 3),
    )
    yield _terms(
        "ACTIVE_RECENT",
        "Months of running loans with us in the last 3 months",
        summed("active", _within <= 3),
    )
    yield _terms(
        "ACTIVE_24M",
        "Months of running loans with us in the last 2 years",
        summed("active", _within <= 24),
    )


def _loans() -> Iterator[Feature]:
    loan, runs = pl.col("loan_months"), pl.col("loan_runs")
    left, term = pl.col("loan_left"), pl.col("loan_term")
    completed = pl.col("loan_completed")
    of_loan = loan.is_not_null()
    done = only(completed.is_not_null(), of_loan)
    yield _terms("LOANS", "Number of earlier loans with us on record", count(of_loan))
    yield _terms("COMPLETED_COUNT", "Number of completed loans with us", count(done))
    yield _terms("COMPLETED_SHARE", "Share of completed loans with us", share(done))
    yield _terms(
        "COMPLETED_MONTH", "Month in which a loan with us was last completed", highest(completed)
    )
    yield _conduct(
        "EARLY_COUNT",
        "Number of loans with us completed before their plan",
        count(pl.col("loan_early")),
    )
    yield _conduct(
        "EARLY_SHARE",
        "Share of loans with us completed before their plan",
        share(pl.col("loan_early")),
    )
    yield _terms(
        "CHANGED_SHARE", "Share of loans with us whose plan changed", share(pl.col("loan_changed"))
    )
    yield _conduct(
        "LATE_LOANS_SHARE", "Share of loans with us ever past due", share(pl.col("loan_late") > 0)
    )
    yield _conduct(
        "LATE_DEF_LOANS",
        "Number of loans with us ever clearly past due",
        count(pl.col("loan_def_late") > 0),
    )
    yield _terms("LOAN_MONTHS_MAX", "Months of the longest loan with us on record", highest(loan))
    yield _terms("RUNNING_COUNT", "Number of loans with us running now", count(runs))
    yield _terms(
        "LEFT_NOW_SUM",
        "Instalments left now on all running loans with us",
        summed("loan_left", runs),
    )
    yield _terms(
        "LEFT_NOW_MAX",
        "Most instalments left now on a running loan with us",
        highest(left, runs),
    )
    yield _terms(
        "LEFT_NOW_SHARE",
        "Instalments left now for each instalment planned, running loans with us",
        per("loan_left", "loan_term", runs & left.is_not_null() & term.is_not_null()),
    )


def _latest_loan() -> Iterator[Feature]:
    latest = pl.col("loan_latest")
    for name, label, column in (
        ("MONTHS", "Months of the latest loan with us on record", "loan_months"),
        ("FIRST_MONTH", "First month of the latest loan with us", "loan_oldest"),
        ("TERM", "Number of instalments of the latest loan with us", "loan_term"),
        ("LEFT", "Instalments left on the latest loan with us", "loan_left"),
    ):
        yield _terms(f"LATEST_{name}", label, highest(pl.col(column), latest))
    yield _conduct(
        "LATEST_DPD_MAX",
        "Most days past due on the latest loan with us",
        highest(pl.col("loan_dpd"), latest),
    )
    yield _conduct(
        "LATEST_LATE_SHARE",
        "Share of months past due on the latest loan with us",
        per("loan_late", "loan_months", latest),
    )


_RATIOS = (
    _conduct(
        "LATE_SHARE_12M_CHANGE",
        "Share of months past due in the last year against all months with us",
        pl.col("POS_LATE_SHARE_12M") - pl.col("POS_LATE_SHARE"),
    ),
    _terms(
        "LATEST_LEFT_SHARE",
        "Part of the instalments left on the latest loan with us",
        ratio(pl.col("POS_LATEST_LEFT"), pl.col("POS_LATEST_TERM")),
    ),
    _terms(
        "LATEST_TO_MEAN_TERM",
        "Length of the latest loan with us against the average",
        ratio(pl.col("POS_LATEST_TERM"), pl.col("POS_TERM_MEAN")),
    ),
)

FAMILY = Family(
    TABLE,
    (),
    (*_lateness(), *_recent(), *_plans(), *_loans(), *_latest_loan()),
    _RATIOS,
    prepare=_spans_and_loans,
)
