"""Monthly balances of Home Credit's own credit cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ml.schema import CREDIT_CARD_BALANCE
from ml.synthesis.application import typed
from ml.synthesis.marginals import Driver, Ints, number
from ml.synthesis.normal import Floats
from ml.synthesis.ranges import ranges

Noise = np.random.Generator
Flags = npt.NDArray[np.bool_]

_OLDEST_MONTH: Final = 96
_MONTHLY_INTEREST: Final = 0.025
_LEAST_PAYMENT: Final = 0.05
"""Share of the balance that is due each month."""

DRIVERS: Final[tuple[Driver, ...]] = (
    number("CARD_LIMIT"),
    number("CARD_MONTHS_USED"),
    number("CARD_UTILISATION"),
    number("CARD_MONTHS_DRAWN"),
    number("CARD_ATM_SHARE"),
    number("CARD_DRAWINGS"),
    number("CARD_MONTHS_LATE"),
    number("CARD_DAYS_LATE"),
    number("CARD_SILENT"),
)
"""Habits of a client with cards; they are drawn with the application."""


def drivers(balances: pl.DataFrame) -> pl.DataFrame:
    """Return the card habits of real clients, one row per SK_ID_CURR."""
    limit = pl.col("AMT_CREDIT_LIMIT_ACTUAL").filter(pl.col("AMT_CREDIT_LIMIT_ACTUAL") > 0).median()
    balance = pl.col("AMT_BALANCE")
    used, late = balance > 0, pl.col("SK_DPD") > 0
    drawings, atm = pl.col("AMT_DRAWINGS_CURRENT"), pl.col("AMT_DRAWINGS_ATM_CURRENT")
    count = pl.col("CNT_DRAWINGS_CURRENT")
    return balances.group_by("SK_ID_CURR").agg(
        CARD_LIMIT=limit,
        CARD_MONTHS_USED=used.mean(),
        CARD_UTILISATION=(balance.filter(used).mean() / limit).clip(0, 1.5),
        CARD_MONTHS_DRAWN=(drawings > 0).filter(used).mean(),
        CARD_ATM_SHARE=pl.when(drawings.sum() > 0).then(atm.sum() / drawings.sum()),
        CARD_DRAWINGS=count.filter(count > 0).mean(),
        CARD_MONTHS_LATE=late.mean(),
        CARD_DAYS_LATE=pl.col("SK_DPD").filter(late).median(),
        CARD_SILENT=atm.is_null().mean(),
    )


def columns(cards: pl.DataFrame, habits: Mapping[str, Floats], noise: Noise) -> pl.DataFrame:
    """Return the table's rows for `cards` (SK_ID_PREV, SK_ID_CURR, DAYS_DECISION)."""
    decided = cards["DAYS_DECISION"].to_numpy().astype(np.int64)
    age = np.clip(-decided // 30, 1, _OLDEST_MONTH)
    # Statements end last month, a month before, or (few cards) long ago.
    recent = noise.choice(np.array([1, 2, 3]), len(age), p=[0.6, 0.3, 0.1])
    gone = np.floor(noise.random(len(age)) * age).astype(np.int64)
    newest = np.minimum(np.where(noise.random(len(age)) < 0.05, gone + 1, recent), age)
    months = np.maximum(age - newest + 1, 1)
    card, step = ranges(months)  # step counts from the oldest month
    total, habit = months[card], {name: v[card] for name, v in habits.items()}
    limit = np.round(habit["CARD_LIMIT"] / 4500) * 4500
    plan = _Plan(
        limit=limit,
        inside=_stretch(card, step, total, habit["CARD_MONTHS_USED"], noise),
        wish=_wishes(habit, limit, noise),
        target=np.minimum(habit["CARD_UTILISATION"], 1.1) * limit,
        haste=noise.random(len(months))[card],
    )
    balance, before, drawings, paid = _simulate(plan, months)
    used = balance > 0
    least = np.where(before > 0, _LEAST_PAYMENT * before, 0.0)
    late = used & (noise.random(len(card)) < habit["CARD_MONTHS_LATE"] / 0.6)
    days_late = np.where(late, np.ceil(habit["CARD_DAYS_LATE"] * noise.random(len(card))), 0)
    values: dict[str, pl.Series | Floats] = {
        "SK_ID_PREV": cards["SK_ID_PREV"].gather(card),
        "SK_ID_CURR": cards["SK_ID_CURR"].gather(card),
        "MONTHS_BALANCE": (step - total + 1 - newest[card]).astype(np.float64),
        "AMT_BALANCE": balance,
        "AMT_CREDIT_LIMIT_ACTUAL": np.where(used | (noise.random(len(card)) < 0.6), limit, 0.0),
        "AMT_INST_MIN_REGULARITY": np.where(step > 0, np.round(least, 2), np.nan),
        "AMT_PAYMENT_TOTAL_CURRENT": paid,
        "AMT_RECEIVABLE_PRINCIPAL": np.round(balance * 0.955, 2),
        "AMT_RECIVABLE": balance,
        "AMT_TOTAL_RECEIVABLE": balance,
        "CNT_INSTALMENT_MATURE_CUM": np.where(step > 0, _running(used, step), np.nan),
        "NAME_CONTRACT_STATUS": _statuses(card, step, total, newest, noise),
        "SK_DPD": days_late,
        "SK_DPD_DEF": np.where(noise.random(len(card)) < 0.5, days_late, 0),
        **_drawings(drawings, habit, noise),
    }
    unpaid = np.isnan(np.asarray(values["AMT_DRAWINGS_ATM_CURRENT"])) & (paid == 0)
    values["AMT_PAYMENT_CURRENT"] = np.where(unpaid, np.nan, paid)
    return typed(values, CREDIT_CARD_BALANCE.columns)


@dataclass(frozen=True)
class _Plan:
    """What each card month is heading for, in rows of all cards end to end."""

    limit: Floats
    inside: Flags
    wish: Floats
    target: Floats
    haste: Floats


def _stretch(card: Ints, step: Ints, total: Ints, share: Floats, noise: Noise) -> Flags:
    """Return the months in use: one stretch of each card's months."""
    first = noise.random(int(card[-1]) + 1 if len(card) else 0)[card]
    start = np.floor(first * (1 - share) * total)
    length = np.where(share > 0, np.maximum(np.round(share * total), 1), 0)
    return np.asarray((step >= start) & (step < start + length), dtype=bool)


def _wishes(habit: Mapping[str, Floats], limit: Floats, noise: Noise) -> Floats:
    """Return what clients would like to draw each month; little when they draw often."""
    often = habit["CARD_MONTHS_DRAWN"]
    draws = noise.random(len(limit)) < often
    size = limit * (0.1 + 0.3 * (1 - often)) * noise.exponential(size=len(limit))
    return np.where(draws, np.maximum(np.round(size / 45) * 45, 450.0), 0.0)


def _simulate(plan: _Plan, months: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Run all cards month by month: balance after and before, drawn and paid amounts."""
    rows = int(months.sum())
    balance, before, drawn, paid = np.zeros((4, rows))
    starts = np.cumsum(months) - months
    owing = np.zeros(len(months))
    for month in range(int(months.max(initial=0))):
        alive = np.flatnonzero(months > month)
        row = starts[alive] + month
        had, target, limit = owing[alive], plan.target[row], plan.limit[row]
        opens = plan.inside[row] & (had < 0.1 * target)
        draw = np.where(opens, np.maximum(target - had, 450.0), plan.wish[row])
        draw = np.where(plan.inside[row], np.minimum(draw, np.maximum(1.1 * limit - had, 0)), 0)
        owed = had * (1 + _MONTHLY_INTEREST)
        above = np.maximum(owed + draw - 1.2 * target, 0.0)
        pay = np.minimum(_LEAST_PAYMENT * had * (1 + plan.haste[row]) + 0.5 * above, owed + draw)
        pay = np.round(np.where(plan.inside[row], pay, owed), 2)
        left = np.round(owed + draw - pay, 2)
        left = np.where(left < 1.0, 0.0, left)
        before[row], drawn[row], paid[row], balance[row] = had, np.round(draw, 2), pay, left
        owing[alive] = left
    return balance, before, drawn, paid


def _running(used: Flags, step: Ints) -> Floats:
    total = np.cumsum(used)
    starts = np.flatnonzero(step == 0)
    lengths = np.diff(np.append(starts, len(step)))
    before: Ints = np.repeat(total[starts] - used[starts], lengths)
    return np.asarray(total - before, dtype=np.float64)


def _drawings(amount: Floats, habit: Mapping[str, Floats], noise: Noise) -> dict[str, Floats]:
    rows = len(amount)
    count = np.where(amount > 0, 1 + noise.poisson(np.maximum(habit["CARD_DRAWINGS"] - 1, 0)), 0)
    atm = np.where(noise.random(rows) < 0.7, np.round(habit["CARD_ATM_SHARE"]), 0.5)
    atm_amount = np.round(amount * atm / 45) * 45
    other = np.where(noise.random(rows) < 0.01, amount - atm_amount, 0.0)
    pos = amount - atm_amount - other
    atm_count = np.where(atm_amount > 0, np.minimum(count, 1 + noise.poisson(0.6, rows)), 0)
    count = np.maximum(count, atm_count + (pos > 0) + (other > 0))
    silent = (amount == 0) & (noise.random(rows) < habit["CARD_SILENT"] * 1.25)
    parts = {
        "AMT_DRAWINGS_ATM_CURRENT": atm_amount,
        "AMT_DRAWINGS_OTHER_CURRENT": other,
        "AMT_DRAWINGS_POS_CURRENT": pos,
        "CNT_DRAWINGS_ATM_CURRENT": atm_count,
        "CNT_DRAWINGS_OTHER_CURRENT": (other > 0).astype(np.float64),
        "CNT_DRAWINGS_POS_CURRENT": count - atm_count - (other > 0),
    }
    values: dict[str, Floats] = {n: np.where(silent, np.nan, v) for n, v in parts.items()}
    return values | {
        "AMT_DRAWINGS_CURRENT": amount,
        "CNT_DRAWINGS_CURRENT": count.astype(np.float64),
    }


def _statuses(card: Ints, step: Ints, total: Ints, newest: Ints, noise: Noise) -> pl.Series:
    names = pl.Series(["Active", "Completed", "Signed"])
    completed = newest > 12  # a card long without statements was given back
    over = completed[card] & (step > 0.8 * total)
    signed = (step == 0) & (noise.random(len(card)) < 0.12)
    return names.gather(pl.Series(np.where(over, 1, np.where(signed, 2, 0))))
