"""What the application's features are made of."""

from __future__ import annotations

import polars as pl

from ml.concepts import Concept
from ml.features.declaration import Feature
from ml.features.policy import days

TABLE = "application"

INCOME = pl.col("AMT_INCOME_TOTAL")
CREDIT = pl.col("AMT_CREDIT")
ANNUITY = pl.col("AMT_ANNUITY")
GOODS = pl.col("AMT_GOODS_PRICE")
AGE = days("DAYS_BIRTH")
EMPLOYED = days("DAYS_EMPLOYED")
PHONE = days("DAYS_LAST_PHONE_CHANGE")
YEARS_AGO = -1 / 365.25  # days before today to years


def feature(
    name: str, label: str, concept: Concept, expr: pl.Expr, *, protected: bool = False
) -> Feature:
    """Declare one number of the application."""
    return Feature(name, label, concept, TABLE, expr, protected=protected)
