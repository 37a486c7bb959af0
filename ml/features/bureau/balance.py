"""The monthly balance of loans with other lenders: when, how long and how badly past due."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from ml.concepts import Concept
from ml.features.bureau.columns import GROUPS, feature, rank
from ml.features.declaration import Feature, Rows
from ml.features.policy import FINE, count, highest, lowest, ratio, total

# Monthly status: 0 paid, 1 to 5 rising days past due, C closed, X unknown.
_DPD = pl.col("STATUS").cast(pl.Int8, strict=False)
_month = pl.col("MONTHS_BALANCE")
_WINDOWS = {3: "3 months", 6: "6 months", 12: "year", 24: "2 years"}
_YEAR = _month >= -12

_MONTHS = (
    pl.len().cast(pl.Int64).alias("months"),
    count(_DPD.is_not_null()).alias("months_known"),
    count(_DPD.is_not_null() & _YEAR).alias("months_known_12"),
    count(pl.col("STATUS") == "X").alias("months_unknown"),
    _month.min().alias("first_month"),
)
# Months past due are one in a hundred, so that they cost little when looked at alone.
_LATE_MONTHS = (
    pl.len().cast(pl.Int64).alias("months_late"),
    *(count(_month >= -window).alias(f"months_late_{window}") for window in _WINDOWS),
    count(_DPD >= 2).alias("months_very_late"),
    _DPD.max().alias("worst"),
    total(ratio(_DPD.cast(pl.Float64), 1 - _month), unit=FINE).alias("recent_severity"),
    _month.max().alias("last_late"),
)


def with_balance(bureau: Rows, balance: Rows) -> Rows:
    """Give every bureau loan the summary of its monthly balance; null where it has none."""
    months = balance.group_by("SK_ID_BUREAU").agg(_MONTHS)
    late = balance.filter(_DPD >= 1).group_by("SK_ID_BUREAU").agg(_LATE_MONTHS)
    return bureau.join(months, on="SK_ID_BUREAU", how="left").join(
        late, on="SK_ID_BUREAU", how="left"
    )


def aggregates() -> Iterator[Feature]:
    """Features over one client's loans."""
    yield from _months()
    yield from _late_months()
    yield from _severity()


def ratios() -> Iterator[Feature]:
    """Features of the client's aggregates."""
    yield feature(
        "LATE_MONTHS_TREND",
        "Share of months past due with other lenders, last year less ever",
        Concept.BUREAU_CONDUCT,
        pl.col("BUREAU_LATE_MONTHS_YEAR_SHARE") - pl.col("BUREAU_LATE_MONTHS_SHARE"),
    )


def _months() -> Iterator[Feature]:
    concept = Concept.CREDIT_EXPERIENCE
    months, known, unknown = (pl.col(name) for name in ("months", "months_known", "months_unknown"))
    yield feature(
        "FIRST_MONTH",
        "Earliest month reported by other lenders",
        concept,
        lowest(pl.col("first_month")),
    )
    yield feature(
        "MONTHS_KNOWN",
        "Months in which other lenders reported an open loan",
        concept,
        _where_reported(total(known)),
    )
    yield feature(
        "MONTHS_UNKNOWN_SHARE",
        "Share of months of unknown status with other lenders",
        concept,
        ratio(total(unknown), total(months)),
    )
    yield feature(
        "MONTHS_CLOSED_SHARE",
        "Share of months after the end of loans with other lenders",
        concept,
        ratio(total(months - known - unknown), total(months)),
    )


def _late_months() -> Iterator[Feature]:
    conduct = Concept.BUREAU_CONDUCT
    late, known = pl.col("months_late"), pl.col("months_known")
    for prefix, (word, where) in GROUPS.items():
        yield feature(
            f"{prefix}LATE_MONTHS_SHARE",
            f"Share of months past due on {word} loans with other lenders",
            conduct,
            ratio(total(late, where), total(known, where)),
        )
    yield feature(
        "LATE_MONTHS_YEAR_SHARE",
        "Share of months past due with other lenders in the last year",
        conduct,
        ratio(total(pl.col("months_late_12")), total(pl.col("months_known_12"))),
    )
    yield feature(
        "LAST_LATE_MONTHS_SHARE",
        "Share of months past due on the latest 3 loans with other lenders",
        conduct,
        ratio(total(late, rank < 3), total(known, rank < 3)),
    )
    for window in (3, 6, 24):
        yield feature(
            f"LATE_MONTHS_{window}M",
            f"Months past due with other lenders in the last {_WINDOWS[window]}",
            conduct,
            _where_reported(total(pl.col(f"months_late_{window}"))),
        )
    yield feature(
        "VERY_LATE_MONTHS",
        "Months more than 30 days past due with other lenders",
        conduct,
        _where_reported(total(pl.col("months_very_late"))),
    )
    yield feature(
        "LAST_LATE_MONTH",
        "Latest month past due with other lenders",
        conduct,
        highest(pl.col("last_late")),
    )


def _severity() -> Iterator[Feature]:
    for name, label, value in (
        (
            "WORST",
            "Worst monthly status with other lenders, from 0 to 5",
            highest(pl.col("worst")).fill_null(0),
        ),
        (
            "SEVERITY_RECENT",
            "Monthly status with other lenders, added up and weighted by how recent it is",
            total(pl.col("recent_severity"), unit=FINE),
        ),
    ):
        yield feature(name, label, Concept.BUREAU_CONDUCT, _where_reported(value))


def _where_reported(value: pl.Expr) -> pl.Expr:
    """Null where no loan of the client has a monthly balance."""
    return pl.when(pl.col("months").count() > 0).then(value)
