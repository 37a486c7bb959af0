"""What the risk model looks at: a few figures per client, from the tables as they are.

The same expressions run on real tables when fitting and on drawn ones when generating.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from ml.schema import NOT_EMPLOYED

_EXTERNAL: Final = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")


def drivers(tables: Mapping[str, pl.LazyFrame], applications: pl.DataFrame) -> pl.DataFrame:
    """Return the risk drivers of `applications`, in their order, next to their columns.

    Parameters
    ----------
    tables
        Auxiliary tables by name; `installments_payments` may be absent.

    Returns
    -------
    DataFrame
        The application's columns and one column per derived driver, null where unknown.
    """
    parts = [
        _bureau(tables["bureau"]),
        _balance(tables["bureau"], tables["bureau_balance"]),
        _previous(tables["previous_application"]),
        _pos(tables["POS_CASH_balance"]),
        _cards(tables["credit_card_balance"]),
    ]
    if "installments_payments" in tables:
        parts.append(_payments(tables["installments_payments"]))
    frame = applications
    for part in pl.collect_all(parts):
        frame = frame.join(part, on="SK_ID_CURR", how="left", maintain_order="left")
    return frame.with_columns(*_application()).with_columns(
        NO_BUREAU=pl.col("BUREAU_LOANS").is_null().cast(pl.Float64),
        NO_PREVIOUS=pl.col("PREVIOUS_LOANS").is_null().cast(pl.Float64),
        NO_CARD=pl.col("CARD_USE").is_null().cast(pl.Float64),
    )


def _application() -> list[pl.Expr]:
    credit, annuity = pl.col("AMT_CREDIT"), pl.col("AMT_ANNUITY")
    income, birth = pl.col("AMT_INCOME_TOTAL"), pl.col("DAYS_BIRTH")
    employed = pl.col("DAYS_EMPLOYED")
    external = pl.mean_horizontal(_EXTERNAL)
    return [
        external.alias("EXT_MEAN"),
        pl.min_horizontal(_EXTERNAL).alias("EXT_MIN"),
        pl.max_horizontal(_EXTERNAL).alias("EXT_MAX"),
        pl.sum_horizontal(pl.col(x).is_null() for x in _EXTERNAL).alias("EXT_UNKNOWN"),
        (credit / pl.col("AMT_GOODS_PRICE")).alias("CREDIT_TO_GOODS"),
        (credit / annuity).alias("TERM"),
        (annuity / income).alias("ANNUITY_TO_INCOME"),
        (credit / income).alias("CREDIT_TO_INCOME"),
        pl.when(employed != NOT_EMPLOYED).then(employed / birth).alias("EMPLOYED_TO_AGE"),
        (external * credit / annuity).alias("EXT_X_TERM"),
        (external * birth).alias("EXT_X_AGE"),
        (external * (income + 1).log()).alias("EXT_X_INCOME"),
    ]


def _bureau(bureau: pl.LazyFrame) -> pl.LazyFrame:
    active = pl.col("CREDIT_ACTIVE") == "Active"
    opened, debt = pl.col("DAYS_CREDIT"), pl.col("AMT_CREDIT_SUM_DEBT").clip(0)
    card = pl.col("CREDIT_TYPE") == "Credit card"
    return bureau.group_by("SK_ID_CURR").agg(
        BUREAU_LOANS=pl.len(),
        BUREAU_ACTIVE=active.sum(),
        BUREAU_ACTIVE_SHARE=active.mean(),
        BUREAU_OPENED=opened.mean(),
        BUREAU_FIRST=opened.min(),
        BUREAU_LAST=opened.max(),
        BUREAU_RECENT=(opened > -365).sum(),
        BUREAU_DEBT=debt.sum(),
        BUREAU_DEBT_SHARE=debt.sum() / (pl.col("AMT_CREDIT_SUM").filter(active).sum() + 1),
        BUREAU_OVERDUE=pl.col("AMT_CREDIT_MAX_OVERDUE").fill_null(0).max(),
        BUREAU_ENDS=pl.col("DAYS_CREDIT_ENDDATE").filter(active).mean(),
        BUREAU_CARDS=(card & active).sum(),
        BUREAU_MICRO=(pl.col("CREDIT_TYPE") == "Microloan").sum(),
        BUREAU_UPDATED=pl.col("DAYS_CREDIT_UPDATE").mean(),
    )


def _balance(bureau: pl.LazyFrame, balance: pl.LazyFrame) -> pl.LazyFrame:
    late = pl.col("STATUS").is_in(["1", "2", "3", "4", "5"])
    per_loan = balance.group_by("SK_ID_BUREAU").agg(late=late.sum(), months=pl.len())
    owner = bureau.select("SK_ID_CURR", "SK_ID_BUREAU")
    joined = per_loan.join(owner, on="SK_ID_BUREAU", how="inner").group_by("SK_ID_CURR")
    return joined.agg(BALANCE_LATE=pl.col("late").sum() / pl.col("months").sum())


def _previous(previous: pl.LazyFrame) -> pl.LazyFrame:
    status = pl.col("NAME_CONTRACT_STATUS")
    refused, approved = status == "Refused", status == "Approved"
    count, decided = pl.col("CNT_PAYMENT"), pl.col("DAYS_DECISION")
    ended = pl.col("DAYS_TERMINATION") < 0
    return previous.group_by("SK_ID_CURR").agg(
        PREVIOUS_LOANS=pl.len(),
        PREVIOUS_REFUSED=refused.sum(),
        PREVIOUS_REFUSED_SHARE=refused.mean(),
        PREVIOUS_SCORED_OUT=pl.col("CODE_REJECT_REASON").is_in(["SCO", "SCOFR", "HC"]).mean(),
        PREVIOUS_TERM=count.filter(approved).mean(),
        PREVIOUS_LAST=decided.max(),
        PREVIOUS_FIRST=decided.min(),
        PREVIOUS_ANNUITY=pl.col("AMT_ANNUITY").filter(approved).mean(),
        PREVIOUS_DOWN=pl.col("RATE_DOWN_PAYMENT").mean(),
        PREVIOUS_RUNNING=(approved & ~ended).sum(),
        PREVIOUS_HIGH_YIELD=(pl.col("NAME_YIELD_GROUP") == "high").mean(),
        PREVIOUS_GRANTED=(
            pl.col("AMT_CREDIT").filter(approved).sum()
            / (pl.col("AMT_APPLICATION").filter(approved).sum() + 1)
        ),
    )


def _pos(pos: pl.LazyFrame) -> pl.LazyFrame:
    return pos.group_by("SK_ID_CURR").agg(
        POS_LATE=(pl.col("SK_DPD") > 0).mean(),
        POS_MONTHS=pl.len(),
        POS_LEFT=pl.col("CNT_INSTALMENT_FUTURE").mean(),
    )


def _cards(cards: pl.LazyFrame) -> pl.LazyFrame:
    limit = pl.col("AMT_CREDIT_LIMIT_ACTUAL").filter(pl.col("AMT_CREDIT_LIMIT_ACTUAL") > 0)
    return cards.group_by("SK_ID_CURR").agg(
        CARD_USE=pl.col("AMT_BALANCE").mean() / (limit.mean() + 1),
        CARD_ATM=pl.col("CNT_DRAWINGS_ATM_CURRENT").mean(),
        CARD_DRAWN=(pl.col("AMT_DRAWINGS_CURRENT") > 0).mean(),
        CARD_LATE=(pl.col("SK_DPD") > 0).mean(),
    )


def _payments(payments: pl.LazyFrame) -> pl.LazyFrame:
    late = pl.col("DAYS_ENTRY_PAYMENT") > pl.col("DAYS_INSTALMENT")
    return payments.group_by("SK_ID_CURR").agg(PAYMENTS_LATE=late.mean())
