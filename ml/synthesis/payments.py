"""How granted loans were paid back: monthly POS and cash balances, and single payments.

The payments have no real rows behind them here: their timing follows what is known of
Kaggle's table (most are paid about a week early, one in twelve late, few of them badly,
one in twelve in parts), and who pays late follows the days past due of the POS table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ml.schema import INSTALLMENTS_PAYMENTS, POS_CASH_BALANCE
from ml.synthesis import normal
from ml.synthesis.application import typed
from ml.synthesis.marginals import Column, Ints
from ml.synthesis.normal import Floats
from ml.synthesis.previous import DAYS_BETWEEN_INSTALMENTS, FAR_AWAY
from ml.synthesis.ranges import ranges

_OLDEST_MONTH: Final = 96
_NEVER_SEEN: Final = 0.002
"""Share of granted loans that the monthly tables do not hold."""


def pos_cash(
    loans: pl.DataFrame, drawn: Mapping[str, Column], noise: np.random.Generator
) -> pl.DataFrame:
    """Return POS_CASH_balance for the previous applications `loans` (all of them)."""
    rows = _instalment_loans(loans)
    rows = rows[noise.random(len(rows)) >= _NEVER_SEEN]
    first = np.floor(_days(loans, "DAYS_FIRST_DUE")[rows] / 30.4375).astype(np.int64) - 1
    end = _days(loans, "DAYS_TERMINATION")[rows]
    over = end < FAR_AWAY
    last = np.where(over, np.floor(end / 30.4375).astype(np.int64), -1)
    first = np.maximum(first, -_OLDEST_MONTH)
    months = np.maximum(np.minimum(last, -1) - first + 1, 0)
    loan, step = ranges(months)
    size = len(loan)
    count = _days(loans, "CNT_PAYMENT")[rows][loan]
    is_last = step == months[loan] - 1
    completed = is_last & over[loan]
    signed = (step == 0) & (noise.random(size) < 0.1) & ~completed
    future = np.where(completed, 0.0, np.maximum(count - step, 0.0))
    # At an early end the number of instalments shrinks to those that were paid.
    paid = np.minimum(np.maximum(step, 1.0), count)
    unknown = noise.random(size) < 0.0028
    late = _days_late(drawn, rows[loan], months[loan] - 1 - step, noise)
    values: dict[str, pl.Series | Floats] = {
        "SK_ID_PREV": loans["SK_ID_PREV"].gather(rows[loan]),
        "SK_ID_CURR": loans["SK_ID_CURR"].gather(rows[loan]),
        "MONTHS_BALANCE": (first[loan] + step).astype(np.float64),
        "CNT_INSTALMENT": np.where(unknown, np.nan, np.where(completed, paid, count)),
        "CNT_INSTALMENT_FUTURE": np.where(unknown, np.nan, future),
        "NAME_CONTRACT_STATUS": _statuses(completed, signed, noise),
        "SK_DPD": late,
        "SK_DPD_DEF": np.where(noise.random(size) < 0.5, late, 0.0),
    }
    return typed(values, POS_CASH_BALANCE.columns)


def instalments(
    loans: pl.DataFrame,
    cards: pl.DataFrame,
    accounts: tuple[pl.DataFrame, Floats],
    noise: np.random.Generator,
) -> pl.DataFrame:
    """Return installments_payments of `loans` and of the credit card months `cards`.

    `accounts` are SK_ID_PREV and SK_ID_CURR of the loans, followed by those of cards that
    are no loan on record, and for each a standard normal: high for those paid late.
    """
    rows = _instalment_loans(loans)
    rows = rows[noise.random(len(rows)) >= _NEVER_SEEN]
    first = _days(loans, "DAYS_FIRST_DUE")[rows]
    end = np.minimum(_days(loans, "DAYS_LAST_DUE")[rows], -1)
    count = np.maximum(_days(loans, "CNT_PAYMENT")[rows], 1).astype(np.int64)
    due_so_far = np.floor((end - first) / DAYS_BETWEEN_INSTALMENTS).astype(np.int64) + 1
    due = np.clip(due_so_far, 0, count)
    loan, step = ranges(due)
    annuity = _days(loans, "AMT_ANNUITY")[rows]
    settled = (due < count) & (_days(loans, "DAYS_LAST_DUE")[rows] < FAR_AWAY)
    settles = settled[loan] & (step == due[loan] - 1)
    # Who settles early pays what is left, less the interest, with the last instalment.
    amount = annuity[loan] * np.where(settles, 0.8 * (count - due)[loan] + 1, 1.0)
    changed = noise.random(len(rows)) < 0.15
    version = np.where(settles, 2, 1) + (changed[loan] & (step > 2))
    plan: dict[str, npt.NDArray[Any]] = {
        "row": rows[loan],
        "version": version,
        "number": step + 1,
        "day": first[loan] + DAYS_BETWEEN_INSTALMENTS * step,
    }
    card = _card_plan(accounts[0]["SK_ID_PREV"].to_numpy(), cards, noise)
    return _paid(accounts, plan, (amount, card), noise)


def _paid(
    accounts: tuple[pl.DataFrame, Floats],
    plan: Mapping[str, npt.NDArray[Any]],
    amounts: tuple[Floats, dict[str, Floats]],
    noise: np.random.Generator,
) -> pl.DataFrame:
    (keys, lateness), (amount, card) = accounts, amounts
    row = np.concatenate([plan["row"], card["row"]]).astype(np.int64)
    day = np.concatenate([plan["day"], card["day"]])
    due = np.round(np.concatenate([amount, card["amount"]]), 2)
    of_card = np.arange(len(row)) >= len(amount)
    delay = _delays(lateness[row], of_card, noise)
    paid = np.where(of_card, np.concatenate([np.zeros(len(amount)), card["paid"]]), due)
    split = ~of_card & (noise.random(len(row)) < normal.cdf(-1.47 + 0.35 * lateness[row]))
    part = np.where(split, noise.random(len(row)), 1.0)
    # The second part of a split payment is a row of its own, some days later.
    again = np.flatnonzero(split & (noise.random(len(row)) < 0.85))
    every = np.concatenate([np.arange(len(row)), again])
    second = np.arange(len(every)) >= len(row)
    order = np.lexsort((second, every))
    every, second = every[order], second[order]
    entry = np.minimum(day[every] + delay[every] + np.where(second, 12.0, 0.0), -1.0)
    unpaid = noise.random(len(every)) < 0.0002
    share = np.where(second, 1.0 - part[every], part[every])
    number = np.concatenate([plan["number"], card["number"]])
    version = np.concatenate([plan["version"], np.zeros(len(card["row"]))])
    values: dict[str, pl.Series | Floats] = {
        "SK_ID_PREV": keys["SK_ID_PREV"].gather(row[every]),
        "SK_ID_CURR": keys["SK_ID_CURR"].gather(row[every]),
        "NUM_INSTALMENT_VERSION": version[every].astype(np.float64),
        "NUM_INSTALMENT_NUMBER": number[every].astype(np.float64),
        "DAYS_INSTALMENT": day[every],
        "DAYS_ENTRY_PAYMENT": np.where(unpaid, np.nan, entry),
        "AMT_INSTALMENT": due[every],
        "AMT_PAYMENT": np.where(unpaid, np.nan, np.round(paid[every] * share, 2)),
    }
    return typed(values, INSTALLMENTS_PAYMENTS.columns)


def _delays(
    lateness: Floats,
    of_card: npt.NDArray[np.bool_],
    noise: np.random.Generator,
) -> Floats:
    """Return days from due to paid, negative when early."""
    size = len(lateness)
    late = noise.random(size) < normal.cdf(-1.75 + 0.6 * lateness)
    early = np.floor(noise.gamma(1.2, 8.0, size) * np.exp(-0.3 * lateness))
    early = np.where(of_card & (noise.random(size) < 0.6), 0.0, np.minimum(early, 60.0))
    # Late ones: mostly days, rarely months, the worse the later the client pays anyway.
    days = np.ceil(np.exp(1.4 + 0.9 * noise.standard_normal(size) + 0.3 * lateness))
    return np.where(late, np.minimum(days, 1000.0), -early)


def _card_plan(
    accounts: Ints, cards: pl.DataFrame, noise: np.random.Generator
) -> dict[str, Floats]:
    """Return the card months with something due or paid, as rows of payments."""
    least = cards["AMT_INST_MIN_REGULARITY"].fill_null(0.0).to_numpy()
    paid = cards["AMT_PAYMENT_TOTAL_CURRENT"].to_numpy()
    months = np.flatnonzero((least > 0) | (paid > 0))
    # A month's payment comes in one to four parts.
    parts = np.where(paid[months] > 0, 1 + noise.binomial(3, 0.55, len(months)), 1)
    share = np.repeat(1.0 / parts, parts)
    months = np.repeat(months, parts)
    row = np.searchsorted(accounts, cards["SK_ID_PREV"].to_numpy()[months])
    day = np.round((cards["MONTHS_BALANCE"].to_numpy()[months] + 0.5) * 30.4375)
    number = cards["CNT_INSTALMENT_MATURE_CUM"].fill_null(0.0).to_numpy()[months]
    return {
        "row": row.astype(np.float64),
        "day": day + noise.integers(-5, 6, len(months)),
        "amount": least[months],
        "paid": paid[months] * share,
        "number": np.maximum(number, 1.0),
    }


def _instalment_loans(loans: pl.DataFrame) -> Ints:
    granted = (
        (pl.col("NAME_CONTRACT_STATUS") == "Approved")
        & pl.col("NAME_CONTRACT_TYPE").is_in(["Consumer loans", "Cash loans"])
        & (pl.col("DAYS_FIRST_DUE") < 0)
        & (pl.col("CNT_PAYMENT") > 0)
    )
    return np.flatnonzero(loans.select(granted.fill_null(value=False)).to_series().to_numpy())


def _days(loans: pl.DataFrame, name: str) -> Floats:
    return loans[name].cast(pl.Float64).fill_null(FAR_AWAY).to_numpy()


def _days_late(
    drawn: Mapping[str, Column], row: Ints, to_end: Ints, noise: np.random.Generator
) -> Floats:
    share, most = drawn["MONTHS_LATE"].values[row], drawn["DAYS_LATE"].values[row]
    sometimes = np.where(noise.random(len(row)) < share, np.ceil(most * noise.random(len(row))), 0)
    # Debts older than two months grow by a month each month.
    growing = np.where(share > 0, np.maximum(np.round(most - 30.0 * to_end), 0.0), 0.0)
    return np.where(most > 60, growing, sometimes)


def _statuses(
    completed: npt.NDArray[np.bool_],
    signed: npt.NDArray[np.bool_],
    noise: np.random.Generator,
) -> pl.Series:
    names = pl.Series(["Active", "Completed", "Signed", "Returned to the store", "Demand"])
    draw = noise.random(len(completed))
    other = np.where(draw < 0.0006, 3, np.where(draw > 0.9991, 4, 0))
    return names.gather(pl.Series(np.where(completed, 1, np.where(signed, 2, other))))
