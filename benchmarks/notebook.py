"""Some features of `ml.features`, as Home Credit notebooks compute them with pandas.

Every column bears the name of the feature it must equal. There are two parts: aggregates that
pandas has compiled, and those for which it has none, so that notebooks call a Python function
for every client: trends, the last few rows, recent rows counting more, rows in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

Read = Callable[[str], pd.DataFrame]
Aggregates = Mapping[str, tuple[str, str]]

_LATE = ["1", "2", "3", "4", "5"]
_INSTALMENT = [
    "SK_ID_CURR",
    "SK_ID_PREV",
    "NUM_INSTALMENT_VERSION",
    "NUM_INSTALMENT_NUMBER",
    "DAYS_INSTALMENT",
]


def compiled(read: Read) -> pd.DataFrame:
    """Counts, sums, means and extremes: `groupby` and `agg`."""
    tables = (_bureau, _previous, _pos, _installments, _cards)
    return pd.concat([table(read) for table in tables], axis=1)


def per_client(read: Read) -> pd.DataFrame:
    """What takes a function per client: `groupby` and `apply`."""
    tables = (_bureau_in_turn, _previous_in_turn, _pos_in_turn, _installments_in_turn)
    return pd.concat([table(read) for table in (*tables, _cards_in_turn)], axis=1)


PARTS: Final[Mapping[str, Callable[[Read], pd.DataFrame]]] = {
    "compiled": compiled,
    "per-client": per_client,
}


def features(folder: Path, part: str) -> pd.DataFrame:
    """Compute one of `PARTS` of every client from tables in Kaggle's layout, CSV or Parquet."""

    def read(name: str) -> pd.DataFrame:
        text = folder / f"{name}.csv"
        return pd.read_csv(text) if text.exists() else pd.read_parquet(text.with_suffix(".parquet"))

    return PARTS[part](read).sort_index().rename_axis("SK_ID_CURR").reset_index()


def _per_client(rows: pd.DataFrame, aggregates: Aggregates) -> pd.DataFrame:
    return rows.groupby("SK_ID_CURR").agg(**aggregates)


def _bureau(read: Read) -> pd.DataFrame:
    balance = read("bureau_balance")
    balance["late"] = balance["STATUS"].isin(_LATE)
    balance["known"] = balance["STATUS"].isin(["0", *_LATE])
    months = balance.groupby("SK_ID_BUREAU").agg(
        late=("late", "sum"), known=("known", "sum"), first_month=("MONTHS_BALANCE", "min")
    )
    bureau = read("bureau").merge(months, on="SK_ID_BUREAU", how="left")
    bureau["debt"] = bureau["AMT_CREDIT_SUM_DEBT"].clip(lower=0)
    every = _per_client(
        bureau,
        {
            "BUREAU_COUNT": ("SK_ID_BUREAU", "size"),
            "BUREAU_DAYS_CREDIT_LAST": ("DAYS_CREDIT", "max"),
            "BUREAU_DAYS_CREDIT_FIRST": ("DAYS_CREDIT", "min"),
            "BUREAU_DAYS_CREDIT_MEAN": ("DAYS_CREDIT", "mean"),
            "BUREAU_CREDIT_MEAN": ("AMT_CREDIT_SUM", "mean"),
            "BUREAU_CREDIT_SUM": ("AMT_CREDIT_SUM", "sum"),
            "BUREAU_OVERDUE_MAX": ("AMT_CREDIT_MAX_OVERDUE", "max"),
            "BUREAU_OVERDUE_NOW": ("AMT_CREDIT_SUM_OVERDUE", "sum"),
            "BUREAU_DAYS_OVERDUE_MAX": ("CREDIT_DAY_OVERDUE", "max"),
            "BUREAU_PROLONGED_COUNT": ("CNT_CREDIT_PROLONG", "sum"),
            "BUREAU_FIRST_MONTH": ("first_month", "min"),
            "late": ("late", "sum"),
            "known": ("known", "sum"),
        },
    )
    every["BUREAU_LATE_MONTHS_SHARE"] = every["late"] / every["known"]
    active = _per_client(
        bureau[bureau["CREDIT_ACTIVE"] == "Active"],
        {
            "BUREAU_ACTIVE_COUNT": ("SK_ID_BUREAU", "size"),
            "BUREAU_ACTIVE_DAYS_CREDIT_LAST": ("DAYS_CREDIT", "max"),
            "BUREAU_ACTIVE_CREDIT_MEAN": ("AMT_CREDIT_SUM", "mean"),
            "BUREAU_DEBT_SUM": ("debt", "sum"),
            "BUREAU_DEBT_MAX": ("debt", "max"),
            "BUREAU_DEBT_MEAN": ("debt", "mean"),
            "BUREAU_ANNUITY_SUM": ("AMT_ANNUITY", "sum"),
        },
    )
    none = dict.fromkeys(("BUREAU_ACTIVE_COUNT", "BUREAU_DEBT_SUM", "BUREAU_ANNUITY_SUM"), 0)
    return every.drop(columns=["late", "known"]).join(active).fillna(none)


def _previous(read: Read) -> pd.DataFrame:
    previous = read("previous_application")
    previous["approved"] = previous["NAME_CONTRACT_STATUS"] == "Approved"
    previous["refused"] = previous["NAME_CONTRACT_STATUS"] == "Refused"
    every = _per_client(
        previous,
        {
            "PREV_COUNT": ("SK_ID_PREV", "size"),
            "PREV_APPROVED_COUNT": ("approved", "sum"),
            "PREV_REFUSED_COUNT": ("refused", "sum"),
            "PREV_APPROVED_SHARE": ("approved", "mean"),
            "PREV_REFUSED_SHARE": ("refused", "mean"),
            "PREV_DAYS_DECISION_LAST": ("DAYS_DECISION", "max"),
            "PREV_DAYS_DECISION_FIRST": ("DAYS_DECISION", "min"),
            "PREV_DAYS_DECISION_MEAN": ("DAYS_DECISION", "mean"),
            "PREV_DOWN_PAYMENT_RATE_MEAN": ("RATE_DOWN_PAYMENT", "mean"),
            "PREV_DOWN_PAYMENT_RATE_MAX": ("RATE_DOWN_PAYMENT", "max"),
        },
    )
    approved = _per_client(
        previous[previous["approved"]],
        {
            "PREV_APPROVED_CREDIT_MEAN": ("AMT_CREDIT", "mean"),
            "PREV_APPROVED_CREDIT_MAX": ("AMT_CREDIT", "max"),
            "PREV_APPROVED_ANNUITY_MEAN": ("AMT_ANNUITY", "mean"),
            "PREV_APPROVED_ANNUITY_MAX": ("AMT_ANNUITY", "max"),
            "PREV_APPROVED_TERM_MEAN": ("CNT_PAYMENT", "mean"),
        },
    )
    return every.join(approved)


def _pos(read: Read) -> pd.DataFrame:
    pos = read("POS_CASH_balance")
    pos["late"] = pos["SK_DPD"] > 0
    return _per_client(
        pos,
        {
            "POS_MONTHS": ("SK_ID_PREV", "size"),
            "POS_LOANS": ("SK_ID_PREV", "nunique"),
            "POS_FIRST_MONTH": ("MONTHS_BALANCE", "min"),
            "POS_LAST_MONTH": ("MONTHS_BALANCE", "max"),
            "POS_LATE_SHARE": ("late", "mean"),
            "POS_DPD_MAX": ("SK_DPD", "max"),
            "POS_DPD_DEF_MEAN": ("SK_DPD_DEF", "mean"),
            "POS_TERM_MEAN": ("CNT_INSTALMENT", "mean"),
            "POS_LEFT_MEAN": ("CNT_INSTALMENT_FUTURE", "mean"),
        },
    )


def _instalments(read: Read) -> pd.DataFrame:
    """Payments of the same instalment added up."""
    payments = read("installments_payments")
    instalments = (
        payments.groupby(_INSTALMENT, dropna=False)
        .agg(
            paid_day=("DAYS_ENTRY_PAYMENT", "max"),
            amount=("AMT_INSTALMENT", "max"),
            paid=("AMT_PAYMENT", "sum"),
            payments=("AMT_PAYMENT", "count"),
        )
        .reset_index()
    )
    instalments["paid"] = instalments["paid"].where(instalments["payments"] > 0)
    instalments["lateness"] = instalments["paid_day"] - instalments["DAYS_INSTALMENT"]
    return instalments


def _installments(read: Read) -> pd.DataFrame:
    rows = _instalments(read)
    known = rows["lateness"].notna()
    rows["late"] = (rows["lateness"] > 0).astype(float).where(known)
    rows["late_days"] = rows["lateness"].clip(lower=0)
    rows["lateness_year"] = rows["lateness"].where(rows["DAYS_INSTALMENT"] >= -365)
    return _per_client(
        rows,
        {
            "INST_COUNT": ("SK_ID_PREV", "size"),
            "INST_LATE_SHARE": ("late", "mean"),
            "INST_LATENESS_MEAN": ("lateness", "mean"),
            "INST_LATENESS_MAX": ("lateness", "max"),
            "INST_LATENESS_MIN": ("lateness", "min"),
            "INST_LATE_DAYS_MEAN": ("late_days", "mean"),
            "INST_LATENESS_MEAN_365D": ("lateness_year", "mean"),
            "INST_PAYMENT_SUM": ("paid", "sum"),
            "INST_PAYMENT_MEAN": ("paid", "mean"),
            "INST_PAYMENT_MAX": ("paid", "max"),
            "INST_INSTALMENT_SUM": ("amount", "sum"),
        },
    )


def _cards(read: Read) -> pd.DataFrame:
    cards = _with_use(read("credit_card_balance"))
    cards["late"] = cards["SK_DPD"] > 0
    return _per_client(
        cards,
        {
            "CARD_MONTHS": ("SK_ID_PREV", "size"),
            "CARD_LIMIT_MAX": ("AMT_CREDIT_LIMIT_ACTUAL", "max"),
            "CARD_LIMIT_MEAN": ("AMT_CREDIT_LIMIT_ACTUAL", "mean"),
            "CARD_BALANCE_MEAN": ("AMT_BALANCE", "mean"),
            "CARD_BALANCE_MAX": ("AMT_BALANCE", "max"),
            "CARD_USE_MEAN": ("use", "mean"),
            "CARD_DRAWN_SUM": ("AMT_DRAWINGS_CURRENT", "sum"),
            "CARD_CASH_SUM": ("AMT_DRAWINGS_ATM_CURRENT", "sum"),
            "CARD_LATE_SHARE": ("late", "mean"),
            "CARD_PAID_MEAN": ("AMT_PAYMENT_TOTAL_CURRENT", "mean"),
        },
    )


def _with_use(cards: pd.DataFrame) -> pd.DataFrame:
    limit = cards["AMT_CREDIT_LIMIT_ACTUAL"]
    use = (cards["AMT_BALANCE"] / limit.where(limit != 0)).clip(0, 5)
    return cards.assign(use=use)


def _each(
    rows: pd.DataFrame, columns: list[str], of_client: Callable[[pd.DataFrame], pd.Series]
) -> pd.DataFrame:
    return pd.DataFrame(rows.groupby("SK_ID_CURR")[columns].apply(of_client))


def _slope(time: pd.Series, value: pd.Series) -> float:
    known = time.notna() & value.notna()
    time, value = time[known], value[known]
    return float(np.polyfit(time, value, 1)[0]) if time.nunique() > 1 else np.nan


def _quotient(over: float, under: float) -> float:
    return over / under if under else np.nan


def _bureau_in_turn(read: Read) -> pd.DataFrame:
    def of_client(rows: pd.DataFrame) -> pd.Series:
        newest = rows.sort_values(["DAYS_CREDIT", "SK_ID_BUREAU"], ascending=False)
        return pd.Series(
            {
                "BUREAU_LAST_3_CREDIT_MEAN": newest["AMT_CREDIT_SUM"].head(3).mean(),
                "BUREAU_LAST_5_CREDIT_MEAN": newest["AMT_CREDIT_SUM"].head(5).mean(),
                "BUREAU_LAST_3_ACTIVE_SHARE": (newest["CREDIT_ACTIVE"].head(3) == "Active").mean(),
            }
        )

    columns = ["SK_ID_BUREAU", "DAYS_CREDIT", "AMT_CREDIT_SUM", "CREDIT_ACTIVE"]
    return _each(read("bureau"), columns, of_client)


def _previous_in_turn(read: Read) -> pd.DataFrame:
    def of_client(rows: pd.DataFrame) -> pd.Series:
        newest = rows.sort_values(["DAYS_DECISION", "SK_ID_PREV"], ascending=False)
        status = newest["NAME_CONTRACT_STATUS"]
        others = np.flatnonzero(status != "Refused")
        approved = np.flatnonzero(status == "Approved")
        return pd.Series(
            {
                "PREV_REFUSAL_STREAK": others[0] if len(others) else len(status),
                "PREV_SINCE_APPROVED_COUNT": approved[0] if len(approved) else np.nan,
                "PREV_LAST_3_APPROVED_SHARE": (status.head(3) == "Approved").mean(),
                "PREV_LAST_3_CREDIT_MEAN": newest["AMT_CREDIT"].head(3).mean(),
            }
        )

    columns = ["SK_ID_PREV", "DAYS_DECISION", "NAME_CONTRACT_STATUS", "AMT_CREDIT"]
    return _each(read("previous_application"), columns, of_client)


def _pos_in_turn(read: Read) -> pd.DataFrame:
    def of_client(rows: pd.DataFrame) -> pd.Series:
        month, late = rows["MONTHS_BALANCE"], rows["SK_DPD"] > 0
        weight = (2.0 ** (month / 12)).round(6)
        last = month.isin(np.sort(month.unique())[-3:])
        year = month >= -12
        return pd.Series(
            {
                "POS_DPD_DEF_SLOPE": _slope(month, rows["SK_DPD_DEF"]),
                "POS_DPD_DEF_SLOPE_12M": _slope(month[year], rows["SK_DPD_DEF"][year]),
                "POS_LATE_SHARE_LAST_3": late[last].mean(),
                "POS_DPD_MAX_LAST_3": rows["SK_DPD"][last].max(),
                "POS_LATE_WEIGHTED": _quotient(weight[late].sum(), weight.sum()),
            }
        )

    return _each(read("POS_CASH_balance"), ["MONTHS_BALANCE", "SK_DPD", "SK_DPD_DEF"], of_client)


def _installments_in_turn(read: Read) -> pd.DataFrame:
    def of_client(rows: pd.DataFrame) -> pd.Series:
        due, lateness = rows["DAYS_INSTALMENT"], rows["lateness"]
        known = lateness.notna()
        weight = (2.0 ** (due / 180)).round(6).where(known)
        last = due.isin(np.sort(due.dropna().unique())[-5:])
        year = due >= -365
        return pd.Series(
            {
                "INST_LATENESS_SLOPE": _slope(due, lateness),
                "INST_LATENESS_SLOPE_365D": _slope(due[year], lateness[year]),
                "INST_LATENESS_MEAN_LAST_5": lateness[last].mean(),
                "INST_LATE_SHARE_LAST_5": (lateness[last & known] > 0).mean(),
                "INST_LATE_DAYS_WEIGHTED": _quotient(
                    (weight * lateness.clip(lower=0)).sum(), weight.sum()
                ),
                "INST_LATE_WEIGHTED": _quotient(weight[lateness > 0].sum(), weight.sum()),
            }
        )

    return _each(_instalments(read), ["DAYS_INSTALMENT", "lateness"], of_client)


def _cards_in_turn(read: Read) -> pd.DataFrame:
    def of_client(rows: pd.DataFrame) -> pd.Series:
        month, use = rows["MONTHS_BALANCE"], rows["use"]
        year = month >= -12
        return pd.Series(
            {
                "CARD_USE_SLOPE": _slope(month, use),
                "CARD_USE_SLOPE_12M": _slope(month[year], use[year]),
                "CARD_USE_LATEST": use[month == month.max()].mean(),
                "CARD_LIMIT_LATEST": rows["AMT_CREDIT_LIMIT_ACTUAL"][month == month.max()].mean(),
            }
        )

    cards = _with_use(read("credit_card_balance"))
    return _each(cards, ["MONTHS_BALANCE", "AMT_CREDIT_LIMIT_ACTUAL", "use"], of_client)
