"""The price of a loan: yearly interest rate and number of instalments of an annuity."""

from __future__ import annotations

import math

import polars as pl

from ml.features.policy import NOTHING

_LEAST_RATE = 0.2  # what Home Credit's cheapest usual tariff takes in a year
_STEP, _LONGEST = 6, 60  # instalments: its terms are half-years, up to five years
_MONTHS = 12


def yearly_rate(payment: pl.Expr, loan: pl.Expr, instalments: pl.Expr) -> pl.Expr:
    """Nominal yearly interest rate of an annuity loan.

    The monthly rate `i` solves `payment / loan = i / (1 - (1 + i) ** -n)`. It is taken from
    Francis' approximation `i = ((1 + payment / loan) ** (1 / q) - 1) ** q - 1` with
    `q = log2(1 + 1 / n)`, which at rates up to 50 % a year is right to 0.3 percentage points.

    Parameters
    ----------
    payment : polars.Expr
        Monthly instalment, in currency units.
    loan : polars.Expr
        Amount lent, in currency units.
    instalments : polars.Expr
        Their number `n`.

    Returns
    -------
    polars.Expr
        Rate as a fraction of the loan per year, from -0.5 to 2; null unless all three are
        positive.

    References
    ----------
    "Mortgage calculator", Wikipedia, section "Monthly interest rate".

    Examples
    --------
    >>> loan = pl.DataFrame({"A": [1_852.69], "C": [20_000.0], "n": [12.0]})
    >>> rate = yearly_rate(pl.col("A"), pl.col("C"), pl.col("n"))
    >>> round(loan.select(rate).item(), 3)
    0.2
    """
    q = (1 + 1 / instalments).log(2)
    monthly = ((1 + payment / loan).pow(1 / q) - 1).pow(q) - 1
    lent = (payment > NOTHING) & (loan > NOTHING) & (instalments > NOTHING)
    return pl.when(lent).then((monthly * _MONTHS).clip(-0.5, 2))


def usual_term(payment: pl.Expr, loan: pl.Expr) -> pl.Expr:
    """Number of instalments a loan most likely has, when that is not stated.

    The shortest half-yearly term at which the loan costs at least 20 % a year. At the rate
    `i` a loan takes `-log(1 - i * loan / payment) / log(1 + i)` payments. Of Home Credit's
    earlier cash loans, whose terms are known, about two in three have exactly this one.

    Parameters
    ----------
    payment, loan : polars.Expr
        Monthly instalment and amount lent, in currency units.

    Returns
    -------
    polars.Expr
        6, 12, ... 60; null unless both are positive.

    Examples
    --------
    >>> loan = pl.DataFrame({"A": [24_700.5], "C": [406_597.5]})
    >>> loan.select(usual_term(pl.col("A"), pl.col("C"))).item()
    24.0
    """
    rate = _LEAST_RATE / _MONTHS
    unpaid = (1 - rate * loan / payment).clip(lower_bound=NOTHING)
    exact = -unpaid.log() / math.log(1 + rate)
    lent = (payment > NOTHING) & (loan > NOTHING)
    return pl.when(lent).then((exact / _STEP).ceil().clip(1, _LONGEST // _STEP) * _STEP)
