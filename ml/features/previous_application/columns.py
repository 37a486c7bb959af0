"""What the features of earlier applications are made of."""

from __future__ import annotations

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.interest import yearly_rate
from ml.features.policy import days, ratio, text

TABLE = "previous_application"

STATUS = pl.col("NAME_CONTRACT_STATUS")
APPROVED = STATUS == "Approved"
REFUSED = STATUS == "Refused"
EVERY = pl.col("every")
RUNS = pl.col("runs")
age = -pl.col("DAYS_DECISION")
rank = pl.col("rank")  # 0 for the client's latest application
# Approved among this application and the client's newer ones.
approved_so_far = pl.col("approved_so_far")
LAST_APPROVED = APPROVED & (approved_so_far == 1)

_CREDIT = pl.col("AMT_CREDIT")
_ANNUITY = pl.col("AMT_ANNUITY")
_TERM = pl.col("CNT_PAYMENT")
_PLANNED_END = days("DAYS_LAST_DUE_1ST_VERSION")
_YIELD_RANK = {"low_action": 0.0, "low_normal": 1.0, "middle": 2.0, "high": 3.0}
# Home Credit writes 365243 as the last due date of a loan that still runs.
_RUNS = APPROVED & (pl.col("DAYS_LAST_DUE") >= 365_000)
_MONTHS_LEFT = pl.when(_RUNS).then((_PLANNED_END * (12 / 365.25)).clip(lower_bound=0))

ROWS = (
    pl.lit(value=True).alias("every"),
    _RUNS.alias("runs"),
    days("DAYS_FIRST_DRAWING"),
    days("DAYS_FIRST_DUE"),
    days("DAYS_LAST_DUE"),
    _PLANNED_END,
    days("DAYS_TERMINATION"),
    text("NAME_PRODUCT_TYPE"),
    text("NAME_YIELD_GROUP"),
    text("NAME_CLIENT_TYPE"),
    text("NAME_CASH_LOAN_PURPOSE"),
    text("NAME_CONTRACT_TYPE"),
    pl.when(_TERM > 0).then(ratio(_ANNUITY * _TERM, _CREDIT) - 1).clip(-1, 10).alias("interest"),
    yearly_rate(_ANNUITY, _CREDIT, _TERM).alias("rate"),
    ratio(_CREDIT, pl.col("AMT_APPLICATION")).clip(0, 10).alias("granted"),
    (pl.col("AMT_APPLICATION") - _CREDIT).alias("shortfall"),
    pl.col("NAME_YIELD_GROUP")
    .replace_strict(_YIELD_RANK, default=None, return_dtype=pl.Float64)
    .alias("yield_rank"),
    (days("DAYS_FIRST_DUE") - pl.col("DAYS_DECISION")).alias("first_due_after"),
    (days("DAYS_LAST_DUE") - _PLANNED_END).alias("end_after_plan"),
    _MONTHS_LEFT.alias("months_left"),
    (_MONTHS_LEFT * _ANNUITY).alias("left_to_pay"),
    pl.when(pl.col("SELLERPLACE_AREA") >= 0).then(pl.col("SELLERPLACE_AREA")).alias("shop_area"),
)


def feature(name: str, label: str, concept: Concept, expr: pl.Expr) -> Feature:
    """Declare one feature of the client's earlier applications."""
    return Feature(f"PREV_{name}", label, concept, TABLE, expr)
