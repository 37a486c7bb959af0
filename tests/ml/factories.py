"""Random tables that are true to the schema, for tests of what computes on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from ml import features
from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, APPLICATION_TRAIN, TABLES, Kind, Table
from ml.tables import frame

Records = dict[str, list[dict[str, object]]]
FIRST_CLIENT = 100_001
_MISSING = 0.15
_LEVELS = {
    "CREDIT_ACTIVE": ("Active", "Closed", "Sold", "Bad debt"),
    "CREDIT_TYPE": ("Consumer credit", "Credit card", "Car loan", "Mortgage", "Microloan"),
    "STATUS": ("0", "1", "2", "5", "C", "X"),
    "NAME_CONTRACT_TYPE": ("Cash loans", "Consumer loans", "Revolving loans", "XNA"),
    "NAME_PRODUCT_TYPE": ("XNA", "x-sell", "walk-in"),
    "NAME_CLIENT_TYPE": ("Repeater", "New", "XNA"),
    "NAME_YIELD_GROUP": ("XNA", "middle", "high", "low_normal", "low_action"),
    "CODE_REJECT_REASON": ("XAP", "HC", "LIMIT", "SCO", "SCOFR"),
}
_STATUSES = {
    "previous_application": ("Approved", "Refused", "Canceled", "Unused offer"),
    "POS_CASH_balance": ("Active", "Completed", "Demand"),
    "credit_card_balance": ("Active", "Completed"),
}
_ROWS_PER_CLIENT = {
    "bureau": 4,
    "bureau_balance": 8,
    "previous_application": 4,
    "POS_CASH_balance": 12,
    "credit_card_balance": 8,
    "installments_payments": 15,
}


def applications(count: int, *, seed: int = 1, labelled: bool = True) -> pl.DataFrame:
    """Applications of which about a fifth default, the more the lower EXT_SOURCE_2."""
    rng = np.random.default_rng(seed)
    table = APPLICATION_TRAIN if labelled else APPLICATION_TEST
    columns = {name: _column(rng, table, name, kind, count) for name, kind in table.columns.items()}
    columns["SK_ID_CURR"] = pl.Series(FIRST_CLIENT + np.arange(count), dtype=pl.Int64)
    if labelled:
        score = columns["EXT_SOURCE_2"].fill_null(0.5).to_numpy()
        risk = 1 / (1 + np.exp(5 * score - 0.5))
        columns["TARGET"] = pl.Series(rng.random(count) < risk, dtype=pl.Int32)
    return pl.DataFrame(columns)


def auxiliary(name: str, clients: int, *, seed: int = 1) -> pl.DataFrame:
    """Rows of one auxiliary table for some of the clients."""
    table = TABLES[name]
    rng = np.random.default_rng([seed, *name.encode()])
    count = clients * _ROWS_PER_CLIENT[name]
    columns = {
        column: _column(rng, table, column, kind, count) for column, kind in table.columns.items()
    }
    loans = clients * _ROWS_PER_CLIENT["bureau"]
    if "SK_ID_CURR" in columns:
        owners = FIRST_CLIENT + rng.integers(0, max(1, clients * 4 // 5), count)
        columns["SK_ID_CURR"] = pl.Series(owners, dtype=pl.Int64)
    if "SK_ID_PREV" in columns:
        unique = name == "previous_application"
        ids = np.arange(count) if unique else rng.integers(0, loans, count)
        columns["SK_ID_PREV"] = pl.Series(1_000_000 + ids, dtype=pl.Int64)
    if "SK_ID_BUREAU" in columns:
        ids = np.arange(count) if name == "bureau" else rng.integers(0, loans, count)
        columns["SK_ID_BUREAU"] = pl.Series(5_000_000 + ids, dtype=pl.Int64)
    frame = pl.DataFrame(columns)
    return frame.unique(table.key, keep="first", maintain_order=True) if table.key else frame


def frames(clients: int, *, seed: int = 1) -> dict[str, pl.LazyFrame]:
    """All auxiliary tables, lazily."""
    return {name: auxiliary(name, clients, seed=seed).lazy() for name in _ROWS_PER_CLIENT}


def write(folder: Path, clients: int, *, seed: int = 1, labelled: bool = True) -> Path:
    """Write all tables as Parquet files in Kaggle's layout."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "application_train" if labelled else "application_test"
    applications(clients, seed=seed, labelled=labelled).write_parquet(folder / f"{name}.parquet")
    for table, rows in frames(clients, seed=seed).items():
        rows.collect().write_parquet(folder / f"{table}.parquet")
    return folder


def value(name: str, records: Records, **application: object) -> object:
    """One feature of an applicant with these raw columns and these records of one client."""
    typed = {
        table: frame(
            TABLES[table],
            [row if table == "bureau_balance" else {"SK_ID_CURR": 1, **row} for row in rows],
        )
        for table, rows in records.items()
    }
    return features.row(application, features.history_of(typed))[name]


def _column(rng: np.random.Generator, table: Table, name: str, kind: Kind, count: int) -> pl.Series:
    if kind is Kind.TEXT:
        values: list[object] = rng.choice(_levels(table, name), count).tolist()
    else:
        values = _numbers(rng, name, kind, count).tolist()
    if kind in {Kind.TEXT, Kind.NUMBER}:
        missing = rng.random(count) < _MISSING
        values = [None if gone else value for value, gone in zip(values, missing, strict=True)]
    return pl.Series(name, values, kind.dtype, strict=False)


def _levels(table: Table, name: str) -> tuple[str, ...]:
    if table.name.startswith("application"):
        return APPLICATION_LEVELS[name]
    if name == "NAME_CONTRACT_STATUS":
        return _STATUSES[table.name]
    return _LEVELS.get(name, ("one", "two", "XNA"))


def _numbers(rng: np.random.Generator, name: str, kind: Kind, count: int) -> np.ndarray:
    """Values in the column's usual range, with Home Credit's sentinel among the days."""
    if name.startswith("DAYS"):
        days = -rng.integers(1, 3_000, count).astype(float)
        if name == "DAYS_BIRTH":
            days -= 7_000
        elif name in {"DAYS_EMPLOYED", "DAYS_LAST_DUE", "DAYS_TERMINATION"}:
            days[rng.random(count) < 0.2] = 365_243
        return days
    if name == "MONTHS_BALANCE":
        return -rng.integers(0, 60, count).astype(float)
    if name.startswith("AMT"):
        amounts = np.round(np.exp(rng.normal(10, 1, count)), 3)
        amounts[rng.random(count) < 0.1] = 0
        return np.round(amounts) if kind is Kind.INTEGER else amounts
    if name.startswith(("FLAG", "NFLAG", "REG_", "LIVE_")):
        return rng.integers(0, 2, count).astype(float)
    if kind is Kind.NUMBER and not name.startswith(("CNT", "NUM")):
        return rng.random(count)
    return rng.integers(0, 6, count).astype(float)
