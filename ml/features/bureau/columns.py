"""What the features of loans with other lenders are made of."""

from __future__ import annotations

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import days, ratio, text

TABLE = "bureau"

ACTIVE = pl.col("CREDIT_ACTIVE") == "Active"
CLOSED = pl.col("CREDIT_ACTIVE") == "Closed"
EVERY = pl.col("every")
GROUPS = {"": ("all", EVERY), "ACTIVE_": ("open", ACTIVE), "CLOSED_": ("closed", CLOSED)}
LAST = {1: "latest loan", 3: "latest 3 loans", 5: "latest 5 loans"}

DEBT = pl.col("AMT_CREDIT_SUM_DEBT").clip(lower_bound=0)
CREDIT = pl.col("AMT_CREDIT_SUM")
age = -pl.col("DAYS_CREDIT")
rank = pl.col("rank")  # 0 for the client's latest loan

_END = days("DAYS_CREDIT_ENDDATE").clip(upper_bound=36_500)
_LENGTH = days("DAYS_CREDIT_ENDDATE") - pl.col("DAYS_CREDIT")
_DEBT_SHARE = ratio(DEBT, CREDIT).clip(0, 10)
_MONTHS_LEFT = (_END * (12 / 365.25)).clip(lower_bound=1)  # past its end, all is due at once

ROWS = (
    pl.lit(value=True).alias("every"),
    _END,
    days("DAYS_ENDDATE_FACT"),
    days("DAYS_CREDIT_UPDATE"),
    text("CREDIT_TYPE"),
    _DEBT_SHARE.alias("debt_share"),
    ratio(pl.col("AMT_CREDIT_MAX_OVERDUE"), CREDIT).clip(0, 10).alias("overdue_share"),
    (days("DAYS_ENDDATE_FACT") - days("DAYS_CREDIT_ENDDATE")).alias("closed_after_plan"),
    (days("DAYS_ENDDATE_FACT") - pl.col("DAYS_CREDIT")).alias("actual_length"),
    _LENGTH.alias("planned_length"),
    # Repaid in equal parts, a loan would still owe the part of its length that is left.
    pl.when(ACTIVE)
    .then(_DEBT_SHARE - 1 + ratio(age.cast(pl.Float64), _LENGTH).clip(0, 1))
    .alias("behind_plan"),
    pl.when(ACTIVE).then(DEBT / _MONTHS_LEFT).alias("monthly_burden"),
)


def feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    """Declare one feature of the client's loans."""
    return Feature(f"BUREAU_{name}", label, concept, TABLE, expr)


def quotient(name: str, label: str, concept: Concept, over: str, under: str) -> Feature:
    """Declare the ratio of two features of this family."""
    expr = ratio(pl.col(f"BUREAU_{over}"), pl.col(f"BUREAU_{under}"))
    return feature(name, label, concept, expr)
