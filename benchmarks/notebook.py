"""Some features of `ml.features`, as Home Credit notebooks compute them: pandas, group and agg.

Every column bears the name of the feature it must equal. Vectorised aggregates only: no
`apply`, no one-hot encoding of columns that are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

Read = Callable[[str], pd.DataFrame]
Aggregates = Mapping[str, tuple[str, str]]

_LATE = ["1", "2", "3", "4", "5"]


def features(folder: Path) -> pd.DataFrame:
    """Compute the features of every client from tables in Kaggle's layout, CSV or Parquet."""

    def read(name: str) -> pd.DataFrame:
        text = folder / f"{name}.csv"
        return pd.read_csv(text) if text.exists() else pd.read_parquet(text.with_suffix(".parquet"))

    tables = (_bureau, _previous, _pos, _installments, _cards)
    frame = pd.concat([table(read) for table in tables], axis=1)
    return frame.sort_index().reset_index()


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
    pos["completed"] = pos["NAME_CONTRACT_STATUS"] == "Completed"
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
            "POS_COMPLETED_COUNT": ("completed", "sum"),
        },
    )


def _installments(read: Read) -> pd.DataFrame:
    payments = read("installments_payments")
    payments["lateness"] = payments["DAYS_ENTRY_PAYMENT"] - payments["DAYS_INSTALMENT"]
    known = payments["lateness"].notna()
    payments["late"] = (payments["lateness"] > 0).astype(float).where(known)
    payments["late_days"] = payments["lateness"].clip(lower=0)
    payments["lateness_year"] = payments["lateness"].where(payments["DAYS_INSTALMENT"] >= -365)
    return _per_client(
        payments,
        {
            "INST_COUNT": ("SK_ID_PREV", "size"),
            "INST_VERSIONS": ("NUM_INSTALMENT_VERSION", "nunique"),
            "INST_LATE_SHARE": ("late", "mean"),
            "INST_LATENESS_MEAN": ("lateness", "mean"),
            "INST_LATENESS_MAX": ("lateness", "max"),
            "INST_LATENESS_MIN": ("lateness", "min"),
            "INST_LATE_DAYS_MEAN": ("late_days", "mean"),
            "INST_LATENESS_MEAN_365D": ("lateness_year", "mean"),
            "INST_PAYMENT_SUM": ("AMT_PAYMENT", "sum"),
            "INST_PAYMENT_MEAN": ("AMT_PAYMENT", "mean"),
            "INST_PAYMENT_MAX": ("AMT_PAYMENT", "max"),
            "INST_INSTALMENT_SUM": ("AMT_INSTALMENT", "sum"),
        },
    )


def _cards(read: Read) -> pd.DataFrame:
    cards = read("credit_card_balance")
    limit = cards["AMT_CREDIT_LIMIT_ACTUAL"]
    cards["use"] = (cards["AMT_BALANCE"] / limit.where(limit != 0)).clip(0, 5)
    cards["late"] = cards["SK_DPD"] > 0
    return _per_client(
        cards,
        {
            "CARD_MONTHS": ("SK_ID_PREV", "size"),
            "CARD_CARDS": ("SK_ID_PREV", "nunique"),
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
