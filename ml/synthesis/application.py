"""The application's own columns: drivers measured on real rows, columns drawn from them.

Columns that follow from others are not drivers: the loan is goods times a ratio, the
annuity the loan over a ratio, the family its children and adults, the three variants of a
building's figures one value with small deviations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from ml.schema import APPLICATION_TRAIN, NOT_EMPLOYED, Kind
from ml.synthesis.marginals import Column, Driver, level, number
from ml.synthesis.normal import Floats

"""Home Credit's days of employment of clients without work."""

BUILDING: Final = tuple(
    name.removesuffix("_AVG") for name in APPLICATION_TRAIN.columns if name.endswith("_AVG")
)
_VARIANTS: Final = ("MODE", "MEDI")
HISTORY_COUNTS: Final = ("BUREAU_ROWS", "PREVIOUS_ROWS")
"""Rows per client of the auxiliary tables, drawn with the application."""

_DOCUMENTS = tuple(f"FLAG_DOCUMENT_{i}" for i in range(2, 22))
_REQUESTS = tuple(
    f"AMT_REQ_CREDIT_BUREAU_{x}" for x in ("HOUR", "DAY", "WEEK", "MON", "QRT", "YEAR")
)

DRIVERS: Final[tuple[Driver, ...]] = (
    level("NAME_CONTRACT_TYPE"),
    level("CODE_GENDER"),
    level("NAME_EDUCATION_TYPE"),
    level("NAME_INCOME_TYPE"),
    level("FLAG_OWN_CAR"),
    level("FLAG_OWN_REALTY"),
    level("CNT_CHILDREN"),
    level("NAME_FAMILY_STATUS"),
    level("ADULTS", "NAME_FAMILY_STATUS"),
    level("NAME_TYPE_SUITE", "NAME_CONTRACT_TYPE"),
    level("NAME_HOUSING_TYPE"),
    level("REGION_RATING_CLIENT"),
    level("REGION_RATING_CLIENT_W_CITY", "REGION_RATING_CLIENT"),
    level("REGION_POPULATION_RELATIVE", "REGION_RATING_CLIENT"),
    level("OWN_CAR_AGE", "FLAG_OWN_CAR"),
    level("FLAG_MOBIL"),
    level("FLAG_EMP_PHONE", "NAME_INCOME_TYPE"),
    level("FLAG_WORK_PHONE", "NAME_INCOME_TYPE"),
    level("FLAG_CONT_MOBILE"),
    level("FLAG_PHONE"),
    level("FLAG_EMAIL"),
    level("ORGANIZATION_TYPE", "NAME_INCOME_TYPE"),
    level("OCCUPATION_TYPE", "ORGANIZATION_TYPE", "CODE_GENDER"),
    level("WEEKDAY_APPR_PROCESS_START"),
    level("HOUR_APPR_PROCESS_START"),
    level("REG_REGION_NOT_LIVE_REGION"),
    level("REG_REGION_NOT_WORK_REGION", "NAME_INCOME_TYPE"),
    level(
        "LIVE_REGION_NOT_WORK_REGION", "REG_REGION_NOT_LIVE_REGION", "REG_REGION_NOT_WORK_REGION"
    ),
    level("REG_CITY_NOT_LIVE_CITY", "REG_REGION_NOT_LIVE_REGION"),
    level("REG_CITY_NOT_WORK_CITY", "REG_REGION_NOT_WORK_REGION", "NAME_INCOME_TYPE"),
    level("LIVE_CITY_NOT_WORK_CITY", "REG_CITY_NOT_LIVE_CITY", "REG_CITY_NOT_WORK_CITY"),
    level("OBS_30_CNT_SOCIAL_CIRCLE"),
    level("DEF_30_CNT_SOCIAL_CIRCLE", "OBS_30_CNT_SOCIAL_CIRCLE"),
    level("OBS_60_CNT_SOCIAL_CIRCLE", "OBS_30_CNT_SOCIAL_CIRCLE"),
    level("DEF_60_CNT_SOCIAL_CIRCLE", "DEF_30_CNT_SOCIAL_CIRCLE"),
    level("FLAG_DOCUMENT_3", "NAME_CONTRACT_TYPE"),
    *(level(name, "FLAG_DOCUMENT_3") for name in _DOCUMENTS if name != "FLAG_DOCUMENT_3"),
    *(level(name) for name in _REQUESTS),
    number("AMT_INCOME_TOTAL"),
    number("AMT_GOODS_PRICE", "NAME_CONTRACT_TYPE"),
    number("CREDIT_TO_GOODS", "NAME_CONTRACT_TYPE"),
    number("CREDIT_TO_ANNUITY", "NAME_CONTRACT_TYPE"),
    number("DAYS_BIRTH", "NAME_INCOME_TYPE"),
    number("DAYS_EMPLOYED", "NAME_INCOME_TYPE"),
    number("DAYS_REGISTRATION"),
    number("DAYS_ID_PUBLISH"),
    number("DAYS_LAST_PHONE_CHANGE"),
    number("EXT_SOURCE_1"),
    number("EXT_SOURCE_2"),
    number("EXT_SOURCE_3"),
    *(number(f"{name}_AVG") for name in BUILDING),
    number("TOTALAREA_MODE"),
    level("FONDKAPREMONT_MODE"),
    level("HOUSETYPE_MODE"),
    level("WALLSMATERIAL_MODE"),
    level("EMERGENCYSTATE_MODE"),
    *(level(name) for name in HISTORY_COUNTS),
    level("CARD_GRANTED", "PREVIOUS_ROWS"),
)
"""In the order they are drawn: what a driver is given comes before it."""

DEVIATIONS: Final[tuple[Driver, ...]] = tuple(
    number(f"{name}_{variant}_TO_AVG") for name in BUILDING for variant in _VARIANTS
)


def drivers(applications: pl.DataFrame) -> pl.DataFrame:
    """Return the drivers of real applications (which carry counts of history already)."""
    return applications.with_columns(
        pl.when(pl.col("DAYS_EMPLOYED") != NOT_EMPLOYED).then("DAYS_EMPLOYED"),
        ADULTS=pl.col("CNT_FAM_MEMBERS") - pl.col("CNT_CHILDREN"),
        CREDIT_TO_GOODS=pl.col("AMT_CREDIT") / pl.col("AMT_GOODS_PRICE"),
        CREDIT_TO_ANNUITY=pl.col("AMT_CREDIT") / pl.col("AMT_ANNUITY"),
    )


def deviations(applications: pl.DataFrame) -> pl.DataFrame:
    """Return how a building's mode and median differ from its average, as ratios."""
    return applications.select(
        pl.when(pl.col(f"{name}_AVG") > 0)
        .then(pl.col(f"{name}_{variant}") / pl.col(f"{name}_AVG"))
        .alias(f"{name}_{variant}_TO_AVG")
        for name in BUILDING
        for variant in _VARIANTS
    )


def columns(drawn: Mapping[str, Column], deviation: Mapping[str, Column]) -> pl.DataFrame:
    """Return the application's columns, in Kaggle's order and types, without keys."""
    values: dict[str, pl.Series | Floats] = {}
    for name, column in drawn.items():
        kind = APPLICATION_TRAIN.columns.get(name)
        if kind is not None:
            values[name] = column.strings() if kind is Kind.TEXT else column.floats()
    values |= _loan(drawn)
    values |= _person(drawn)
    values |= _building(drawn, deviation)
    together = np.isnan(np.asarray(values[_REQUESTS[0]]))
    for name in _REQUESTS:  # the bureau answers all six questions or none
        values[name] = np.where(together, np.nan, np.nan_to_num(np.asarray(values[name])))
    wanted = [n for n in APPLICATION_TRAIN.columns if n not in ("SK_ID_CURR", "TARGET")]
    return typed(values, {name: APPLICATION_TRAIN.columns[name] for name in wanted})


def typed(values: Mapping[str, pl.Series | Floats], kinds: Mapping[str, Kind]) -> pl.DataFrame:
    """Return a frame with the columns of `kinds`, NaN turned to null, whole numbers whole."""
    frame = pl.DataFrame({name: values[name] for name in kinds})
    return frame.with_columns(
        pl.col(name).fill_nan(None).round(0).cast(kind.dtype)
        if frame[name].dtype.is_float() and kind in (Kind.ID, Kind.INTEGER)
        else pl.col(name).fill_nan(None)
        if frame[name].dtype.is_float()
        else pl.col(name).cast(kind.dtype)
        for name, kind in kinds.items()
    )


def _loan(drawn: Mapping[str, Column]) -> dict[str, Floats]:
    goods = np.round(drawn["AMT_GOODS_PRICE"].floats() / 4.5) * 4.5
    # Goods without a price are bought on a card; the credit is then the drawn price itself.
    ratio = np.maximum(drawn["CREDIT_TO_GOODS"].values, 0.15)
    price = np.where(np.isnan(goods), drawn["AMT_GOODS_PRICE"].values, goods)
    credit = np.round(price * ratio / 4.5) * 4.5
    annuity = np.round(credit / np.maximum(drawn["CREDIT_TO_ANNUITY"].values, 3.0) / 4.5) * 4.5
    return {
        "AMT_GOODS_PRICE": goods,
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": annuity,
        "AMT_INCOME_TOTAL": np.round(drawn["AMT_INCOME_TOTAL"].floats() / 4.5) * 4.5,
    }


def _person(drawn: Mapping[str, Column]) -> dict[str, Floats]:
    birth = np.round(drawn["DAYS_BIRTH"].floats())
    employed = drawn["DAYS_EMPLOYED"]
    since = np.maximum(np.round(employed.values), np.minimum(birth + 17 * 365, -1))
    children = drawn["CNT_CHILDREN"].floats()
    return {
        "DAYS_BIRTH": birth,
        "DAYS_EMPLOYED": np.where(employed.missing, NOT_EMPLOYED, since),
        "CNT_FAM_MEMBERS": children + np.maximum(drawn["ADULTS"].floats(), 1),
        "DAYS_REGISTRATION": np.maximum(np.round(drawn["DAYS_REGISTRATION"].floats()), birth),
        "DAYS_ID_PUBLISH": np.maximum(np.round(drawn["DAYS_ID_PUBLISH"].floats()), birth),
        "DAYS_LAST_PHONE_CHANGE": np.round(drawn["DAYS_LAST_PHONE_CHANGE"].floats()),
    }


def _building(drawn: Mapping[str, Column], deviation: Mapping[str, Column]) -> dict[str, Floats]:
    values: dict[str, Floats] = {}
    for name in BUILDING:
        average = np.round(drawn[f"{name}_AVG"].floats(), 4)
        values[f"{name}_AVG"] = average
        for variant in _VARIANTS:
            ratio = deviation[f"{name}_{variant}_TO_AVG"].values
            values[f"{name}_{variant}"] = np.clip(np.round(average * ratio, 4), 0.0, 1.0)
    values["TOTALAREA_MODE"] = np.round(drawn["TOTALAREA_MODE"].floats(), 4)
    return values
