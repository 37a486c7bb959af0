"""Previous applications at Home Credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ml.schema import PREVIOUS_APPLICATION, Kind
from ml.synthesis.application import typed
from ml.synthesis.marginals import Column, Driver, Ints, level, number
from ml.synthesis.normal import Floats

FAR_AWAY: Final = 365_243
"""Home Credit's day of what has not happened, or never will."""
DAYS_BETWEEN_INSTALMENTS: Final = 30
OLDEST_DECISION: Final = -2922
_PHONE_CHANGED_WITH_APPLICATION: Final = 0.86

_KIND = ("NAME_CONTRACT_TYPE", "NAME_CONTRACT_STATUS")
_PRODUCT = ("PRODUCT_COMBINATION", "NAME_CONTRACT_STATUS")
_RATES = ("RATE_INTEREST_PRIMARY", "RATE_INTEREST_PRIVILEGED")

DRIVERS: Final[tuple[Driver, ...]] = (
    level("FIRST"),
    level("CARD"),
    level("NAME_CONTRACT_TYPE", "FIRST", "CARD"),
    level("NAME_CONTRACT_STATUS", "NAME_CONTRACT_TYPE", "FIRST", "CARD"),
    level("PRODUCT_COMBINATION", *_KIND),
    level("CODE_REJECT_REASON", *_KIND),
    level("NAME_CLIENT_TYPE", *_KIND, "FIRST"),
    level("CHANNEL_TYPE", *_PRODUCT),
    level("NAME_PORTFOLIO", *_PRODUCT),
    level("NAME_PRODUCT_TYPE", *_PRODUCT),
    level("NAME_YIELD_GROUP", *_PRODUCT),
    level("NAME_PAYMENT_TYPE", *_KIND),
    level("NAME_CASH_LOAN_PURPOSE", *_PRODUCT),
    level("NAME_GOODS_CATEGORY", *_PRODUCT),
    level("NAME_SELLER_INDUSTRY", "NAME_GOODS_CATEGORY"),
    level("NAME_TYPE_SUITE", *_KIND),
    level("FLAG_LAST_APPL_PER_CONTRACT", "NAME_CONTRACT_STATUS"),
    level("NFLAG_LAST_APPL_IN_DAY", "NAME_CONTRACT_STATUS"),
    level("WEEKDAY_APPR_PROCESS_START"),
    level("HOUR_APPR_PROCESS_START", "CHANNEL_TYPE"),
    level("CNT_PAYMENT", *_PRODUCT),
    level("NFLAG_INSURED_ON_APPROVAL", *_KIND),
    level("RATE_INTEREST_PRIMARY", *_KIND),
    level("RATE_INTEREST_PRIVILEGED", *_KIND),
    number("SELLERPLACE_AREA", "CHANNEL_TYPE"),
    number("DAYS_DECISION", *_KIND, "FIRST"),
    number("AMT_APPLICATION", *_PRODUCT),
    number("CREDIT_TO_APPLICATION", *_KIND),
    number("CREDIT_UNASKED", *_KIND),
    number("COST", *_PRODUCT),
    number("RATE_DOWN_PAYMENT", *_KIND),
    number("GOODS_MISSING", *_KIND),
    number("FIRST_DUE_LAG", *_KIND),
    number("FIRST_DRAWING_LAG", *_KIND),
    level("CARD_ENDED"),
    number("TERM_USED", "NAME_CONTRACT_TYPE"),
    number("TERMINATION_LAG", "NAME_CONTRACT_TYPE"),
    number("MONTHS_LATE", "NAME_CONTRACT_TYPE"),
    number("DAYS_LATE"),
)


def drivers(previous: pl.DataFrame, pos: pl.DataFrame) -> pl.DataFrame:
    """Return the drivers of real previous applications, with SK_ID_CURR."""
    late = pl.col("SK_DPD") > 0
    monthly = pos.group_by("SK_ID_PREV").agg(
        MONTHS_LATE=late.mean(), DAYS_LATE=pl.col("SK_DPD").filter(late).max()
    )
    asked, credit = pl.col("AMT_APPLICATION"), pl.col("AMT_CREDIT")
    count = pl.col("CNT_PAYMENT")
    first, last = pl.col("DAYS_FIRST_DUE"), pl.col("DAYS_LAST_DUE")
    drawing = pl.col("DAYS_FIRST_DRAWING")
    span = DAYS_BETWEEN_INSTALMENTS * (count - 1)
    known = first < FAR_AWAY
    # Only loans that should be over by now tell how early loans end.
    mature = known & (first + span <= 0) & (count > 1)
    decided = pl.col("DAYS_DECISION")
    card = pl.col("NAME_CONTRACT_TYPE") == "Revolving loans"
    ended = pl.when(card).then((pl.col("DAYS_TERMINATION") < FAR_AWAY).cast(pl.Float64))
    return previous.join(monthly, on="SK_ID_PREV", how="left").with_columns(
        FIRST=(decided.rank("ordinal").over("SK_ID_CURR") == 1).cast(pl.Float64),
        CARD=(card & (pl.col("NAME_CONTRACT_STATUS") == "Approved")).cast(pl.Float64),
        CARD_ENDED=ended,
        CREDIT_TO_APPLICATION=pl.when(asked > 0).then(credit / asked),
        CREDIT_UNASKED=pl.when(asked == 0).then(credit),
        COST=pl.when(credit > 0).then(pl.col("AMT_ANNUITY") * count.clip(1) / credit),
        GOODS_MISSING=pl.when(asked > 0).then(pl.col("AMT_GOODS_PRICE").is_null().cast(pl.Float64)),
        FIRST_DUE_LAG=pl.when(known).then(first - pl.col("DAYS_DECISION")),
        FIRST_DRAWING_LAG=pl.when(drawing < FAR_AWAY).then(drawing - pl.col("DAYS_DECISION")),
        TERM_USED=pl.when(mature).then(((last.clip(upper_bound=0) - first) / span).clip(0, 2)),
        TERMINATION_LAG=pl.when(last < FAR_AWAY).then(
            (pl.col("DAYS_TERMINATION") - last).clip(0, 400)
        ),
    )


def flags(
    owner: Ints, granted: npt.NDArray[np.bool_], noise: np.random.Generator
) -> dict[str, Column]:
    """Return the drivers FIRST and CARD for rows grouped by `owner`.

    The first row of each client is FIRST; one row of each `granted` client is the CARD,
    rarely the first one where there are others.
    """
    first = np.diff(owner, prepend=-1) != 0
    starts = np.flatnonzero(first)
    rows = np.diff(np.append(starts, len(owner)))
    later = 1 + np.floor(noise.random(len(rows)) * (rows - 1)).astype(np.int64)
    is_first = (rows == 1) | (noise.random(len(rows)) < 0.1)
    card = np.zeros(len(owner), dtype=bool)
    card[starts + np.where(is_first, 0, later)] = granted[owner[starts]]
    known = np.zeros(len(owner), dtype=bool)
    return {
        name: Column(values.astype(np.float64), known, (0.0, 1.0))
        for name, values in (("FIRST", first), ("CARD", card))
    }


def decided(
    drawn: Mapping[str, Column], owner: Ints, phone: Floats, noise: np.random.Generator
) -> dict[str, Column]:
    """Return the drivers with days of decision that fit the client's other days.

    Clients tend to change their phone number when they apply, so one decision often falls
    on the client's day of `phone` change.
    """
    days = np.clip(np.round(drawn["DAYS_DECISION"].values), OLDEST_DECISION, -1)
    changed = phone[owner]
    order = np.lexsort((np.abs(days - changed), owner))
    nearest = order[np.diff(owner[order], prepend=-1) != 0]
    fits = (changed[nearest] < -1) & (changed[nearest] >= OLDEST_DECISION)
    nearest = nearest[fits & (noise.random(len(nearest)) < _PHONE_CHANGED_WITH_APPLICATION)]
    days[nearest] = changed[nearest]
    return {**drawn, "DAYS_DECISION": Column(days, drawn["DAYS_DECISION"].missing)}


def in_order(drawn: Mapping[str, Column], owner: Ints) -> dict[str, Column]:
    """Return the drivers with decisions such that the first row is each client's oldest."""
    decided = drawn["DAYS_DECISION"].values
    starts = np.flatnonzero(np.diff(owner, prepend=-1) != 0)
    if len(starts) == 0:
        return dict(drawn)
    oldest = np.minimum.reduceat(decided, starts)
    client = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(owner))))
    swapped = np.where(decided == oldest[client], decided[starts][client], decided)
    swapped[starts] = oldest
    column = Column(swapped, drawn["DAYS_DECISION"].missing)
    return {**drawn, "DAYS_DECISION": column}


def columns(drawn: Mapping[str, Column], keys: Mapping[str, Ints]) -> pl.DataFrame:
    """Return the table's rows from drawn drivers and `SK_ID_PREV`, `SK_ID_CURR`."""
    values: dict[str, pl.Series | Floats] = {name: pl.Series(key) for name, key in keys.items()}
    for name, kind in PREVIOUS_APPLICATION.columns.items():
        if name in drawn:
            values[name] = drawn[name].strings() if kind is Kind.TEXT else drawn[name].floats()
    values["DAYS_DECISION"] = np.clip(np.round(drawn["DAYS_DECISION"].values), OLDEST_DECISION, -1)
    values["SELLERPLACE_AREA"] = np.round(drawn["SELLERPLACE_AREA"].values)
    together = drawn[_RATES[0]].missing | drawn[_RATES[1]].missing
    values |= {name: np.where(together, np.nan, drawn[name].floats()) for name in _RATES}
    values |= _amounts(drawn)
    values |= _days(drawn)
    return typed(values, PREVIOUS_APPLICATION.columns)


def _amounts(drawn: Mapping[str, Column]) -> dict[str, Floats]:
    asked = np.round(drawn["AMT_APPLICATION"].values / 4.5) * 4.5
    given = asked * drawn["CREDIT_TO_APPLICATION"].values
    credit = np.where(asked > 0, given, np.maximum(drawn["CREDIT_UNASKED"].values, 0))
    count = drawn["CNT_PAYMENT"].floats()
    annuity = credit * drawn["COST"].values / np.maximum(count, 1)
    share = drawn["RATE_DOWN_PAYMENT"].floats()
    # The rate is the down payment (and its fee of 9 %) over the price with it.
    down = share * credit / np.maximum(1.09 - share, 0.1)
    priced = (asked > 0) & (drawn["GOODS_MISSING"].values < 0.5)
    return {
        "AMT_APPLICATION": asked,
        "AMT_CREDIT": np.round(credit / 4.5) * 4.5,
        "AMT_ANNUITY": np.round(annuity, 2),
        "AMT_DOWN_PAYMENT": np.round(down / 4.5) * 4.5,
        "AMT_GOODS_PRICE": np.where(priced, asked, np.nan),
        "RATE_DOWN_PAYMENT": share,
    }


def _days(drawn: Mapping[str, Column]) -> dict[str, Floats]:
    """Return the days of a granted loan; all of them are missing for other applications."""
    decision = np.clip(np.round(drawn["DAYS_DECISION"].values), OLDEST_DECISION, -1)
    insured = drawn["NFLAG_INSURED_ON_APPROVAL"]
    dated = drawn["NAME_CONTRACT_STATUS"].equals("Approved") & ~insured.missing
    card = drawn["NAME_CONTRACT_TYPE"].equals("Revolving loans")
    lag = drawn["FIRST_DUE_LAG"]
    first = decision + np.clip(np.round(lag.values), 1, 400)
    count = np.maximum(np.nan_to_num(drawn["CNT_PAYMENT"].floats()), 1)
    span = DAYS_BETWEEN_INSTALMENTS * (count - 1)
    last = np.round(first + span * drawn["TERM_USED"].values)
    termination = last + np.round(np.clip(drawn["TERMINATION_LAG"].values, 0, 400))
    unpaid = (last > -2) | (first > -2) | card
    unended = (termination > -2) | unpaid
    drawing = drawn["FIRST_DRAWING_LAG"]
    drawn_on = np.minimum(decision + np.round(np.maximum(drawing.values, 0)), -1)
    # A card that was ended: its last day lies anywhere between decision and today.
    card_ended = card & (drawn["CARD_ENDED"].values > 0.5)
    end_of_card = np.minimum(np.round(decision * np.clip(drawn["TERM_USED"].values, 0.02, 0.9)), -1)
    days = {
        "DAYS_FIRST_DRAWING": np.where(card & ~drawing.missing, drawn_on, FAR_AWAY),
        "DAYS_FIRST_DUE": np.where(lag.missing, FAR_AWAY, first),
        "DAYS_LAST_DUE_1ST_VERSION": np.where(card, FAR_AWAY, first + span),
        "DAYS_LAST_DUE": np.where(unpaid, FAR_AWAY, last),
        "DAYS_TERMINATION": np.where(
            card_ended, end_of_card, np.where(unended, FAR_AWAY, termination)
        ),
    }
    values: dict[str, Floats] = {n: np.where(dated, v, np.nan) for n, v in days.items()}
    values["NFLAG_INSURED_ON_APPROVAL"] = np.where(dated, insured.floats(), np.nan)
    return values
