"""Loans at other lenders and their monthly status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ml.schema import BUREAU
from ml.synthesis.application import typed
from ml.synthesis.marginals import Column, Driver, Ints, level, number
from ml.synthesis.normal import Floats
from ml.synthesis.ranges import ranges

DAYS_IN_MONTH: Final = 30.4375
_OLDEST_MONTH: Final = 96
_STATUSES: Final = ("0", "1", "2", "3", "4", "5", "C", "X")

DRIVERS: Final[tuple[Driver, ...]] = (
    level("CREDIT_TYPE"),
    level("CREDIT_ACTIVE", "CREDIT_TYPE"),
    level("CREDIT_CURRENCY"),
    level("CNT_CREDIT_PROLONG", "CREDIT_ACTIVE"),
    number("DAYS_CREDIT", "CREDIT_ACTIVE", "CREDIT_TYPE"),
    number("DAYS_CREDIT_ENDDATE", "CREDIT_ACTIVE", "CREDIT_TYPE"),
    number("LIFE_USED", "CREDIT_ACTIVE", "CREDIT_TYPE"),
    number("UPDATE_LAG", "CREDIT_ACTIVE"),
    number("AMT_CREDIT_SUM", "CREDIT_ACTIVE", "CREDIT_TYPE"),
    number("DEBT_SHARE", "CREDIT_ACTIVE", "CREDIT_TYPE"),
    number("AMT_CREDIT_SUM_LIMIT", "CREDIT_ACTIVE", "CREDIT_TYPE"),
    number("AMT_CREDIT_MAX_OVERDUE", "CREDIT_ACTIVE"),
    number("CREDIT_DAY_OVERDUE", "CREDIT_ACTIVE"),
    number("ANNUITY_SHARE", "CREDIT_ACTIVE"),
    number("MONTHS_LATE"),
    number("MONTHS_UNKNOWN", "CREDIT_ACTIVE"),
    level("WORST_STATUS"),
)


def drivers(bureau: pl.DataFrame, balance: pl.DataFrame) -> pl.DataFrame:
    """Return the drivers of real bureau loans, with SK_ID_CURR."""
    status = pl.col("STATUS")
    late = status.is_in(["1", "2", "3", "4", "5"])
    monthly = balance.group_by("SK_ID_BUREAU").agg(
        MONTHS_LATE=late.mean(),
        MONTHS_UNKNOWN=(status == "X").mean(),
        WORST_STATUS=status.filter(late).cast(pl.Float64).max(),
    )
    closed_at = pl.col("DAYS_ENDDATE_FACT")
    planned = (pl.col("DAYS_CREDIT_ENDDATE") - pl.col("DAYS_CREDIT")).clip(1)
    amount = pl.when(pl.col("AMT_CREDIT_SUM") > 0).then("AMT_CREDIT_SUM")
    return bureau.join(monthly, on="SK_ID_BUREAU", how="left").with_columns(
        LIFE_USED=((closed_at - pl.col("DAYS_CREDIT")) / planned).clip(0, 20),
        UPDATE_LAG=pl.col("DAYS_CREDIT_UPDATE") - closed_at.clip(-5000).fill_null(0),
        DEBT_SHARE=pl.col("AMT_CREDIT_SUM_DEBT") / amount,
        ANNUITY_SHARE=pl.col("AMT_ANNUITY") / amount,
    )


def columns(drawn: Mapping[str, Column], keys: Mapping[str, Ints]) -> pl.DataFrame:
    """Return the table's rows from drawn drivers and `SK_ID_CURR`, `SK_ID_BUREAU`."""
    opened = np.clip(np.round(drawn["DAYS_CREDIT"].values), -2922, -1)
    planned = np.maximum(np.round(drawn["DAYS_CREDIT_ENDDATE"].floats()), opened)
    closed = drawn["CREDIT_ACTIVE"].equals("Closed", "Sold", "Bad debt")
    ended = _ended(drawn, opened, planned)
    amount = np.round(drawn["AMT_CREDIT_SUM"].floats(), 2)
    debt = np.round(drawn["DEBT_SHARE"].floats() * amount, 2)
    debt = np.where(closed & (np.abs(drawn["DEBT_SHARE"].values) < 0.01), debt * 0.0, debt)
    overdue_days = np.round(drawn["CREDIT_DAY_OVERDUE"].values)
    # What is overdue grows with the days, up to the whole debt after about a year.
    overdue = np.nan_to_num(np.maximum(debt, 0)) * np.minimum(overdue_days / 365.0, 1.0)
    lag = np.round(drawn["UPDATE_LAG"].values)
    update = np.clip(np.where(np.isnan(ended), lag, ended + lag), opened, 0)
    values: dict[str, pl.Series | Floats] = {
        **{name: pl.Series(key) for name, key in keys.items()},
        **{
            name: drawn[name].strings()
            for name in ("CREDIT_ACTIVE", "CREDIT_CURRENCY", "CREDIT_TYPE")
        },
        "DAYS_CREDIT": opened,
        "CREDIT_DAY_OVERDUE": overdue_days,
        "DAYS_CREDIT_ENDDATE": planned,
        "DAYS_ENDDATE_FACT": ended,
        "AMT_CREDIT_MAX_OVERDUE": np.round(drawn["AMT_CREDIT_MAX_OVERDUE"].floats(), 2),
        "CNT_CREDIT_PROLONG": drawn["CNT_CREDIT_PROLONG"].floats(),
        "AMT_CREDIT_SUM": amount,
        "AMT_CREDIT_SUM_DEBT": debt,
        "AMT_CREDIT_SUM_LIMIT": np.round(drawn["AMT_CREDIT_SUM_LIMIT"].floats(), 2),
        "AMT_CREDIT_SUM_OVERDUE": np.round(overdue, 2),
        "DAYS_CREDIT_UPDATE": update,
        "AMT_ANNUITY": np.round(drawn["ANNUITY_SHARE"].floats() * amount, 2),
    }
    return typed(values, BUREAU.columns)


def balance(
    loans: pl.DataFrame,
    drawn: Mapping[str, Column],
    reported: npt.NDArray[np.bool_],
    noise: np.random.Generator,
) -> pl.DataFrame:
    """Return the monthly status of the `reported` loans, newest month first."""
    rows = np.flatnonzero(reported)
    opened = -loans["DAYS_CREDIT"].to_numpy()[rows].astype(np.float64)
    months = np.minimum(np.floor(opened / DAYS_IN_MONTH).astype(np.int64), _OLDEST_MONTH) + 1
    skipped = np.where(noise.random(len(rows)) < 0.1, noise.integers(1, 60, len(rows)), 0)
    skipped = np.minimum(skipped, months - 1)
    loan, step = ranges(months - skipped)
    ago = step + skipped[loan]
    ended = loans["DAYS_ENDDATE_FACT"].fill_null(1e6).to_numpy()[rows]
    done = ago * DAYS_IN_MONTH < -ended[loan]
    status = _status(drawn, rows, (loan, ago), noise)
    status = np.where(done, _STATUSES.index("C"), status)
    return pl.DataFrame(
        {
            "SK_ID_BUREAU": loans["SK_ID_BUREAU"].to_numpy()[rows][loan],
            "MONTHS_BALANCE": pl.Series(-ago, dtype=pl.Int32),
            "STATUS": pl.Series(_STATUSES, dtype=pl.String).gather(pl.Series(status)),
        }
    )


def _ended(drawn: Mapping[str, Column], opened: Floats, planned: Floats) -> Floats:
    length = np.where(np.isnan(planned), 365.0, np.maximum(planned - opened, 1.0))
    used = drawn["LIFE_USED"]
    ended = np.clip(np.round(opened + used.values * length), opened, 0)
    still_open = drawn["CREDIT_ACTIVE"].equals("Active") | (
        drawn["CREDIT_ACTIVE"].equals("Sold", "Bad debt") & used.missing
    )
    return np.where(still_open, np.nan, ended)


def _status(
    drawn: Mapping[str, Column],
    rows: Ints,
    months: tuple[Ints, Ints],
    noise: np.random.Generator,
) -> Ints:
    loan, ago = months
    # Months without news come in runs of about half a year.
    run = noise.random((len(rows), _OLDEST_MONTH // 6 + 2))
    unknown = run[loan, ago // 6] < drawn["MONTHS_UNKNOWN"].values[rows][loan]
    open_share = 1.6  # late months fall into the time before closing, which is shorter
    late = noise.random(len(loan)) < open_share * drawn["MONTHS_LATE"].values[rows][loan]
    worst = drawn["WORST_STATUS"].floats()
    worst = np.where(np.isnan(worst), 1.0, worst)[rows][loan]
    grade = np.maximum(1, np.ceil(worst * noise.random(len(loan)) ** 2)).astype(np.int64)
    return np.where(late, grade, np.where(unknown, _STATUSES.index("X"), 0))
