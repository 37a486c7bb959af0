"""How a loan is repaid: equal monthly instalments, an annuity, at a fixed rate.

An application states amount and instalment, not the term. `ml.features.interest` tells which
term such a loan most likely has; the rate follows from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from ml.features.interest import usual_term

SHORTEST, LONGEST = 6, 60  # instalments, as the bank offers them
_HIGHEST_RATE = 2 / 12  # a month; beyond, amount and instalment do not belong together
_HALVINGS = 60  # of an interval of this width: far below the last digit of a rate


@dataclass(frozen=True)
class Plan:
    """A number of monthly instalments at a monthly interest rate."""

    instalments: int
    monthly_rate: float

    @property
    def yearly_rate(self) -> float:
        """Nominal, as a fraction."""
        return 12 * self.monthly_rate

    def instalment(self, amount: float, instalments: float) -> float:
        """What each of so many instalments comes to, at the plan's rate."""
        return annuity(amount, self.monthly_rate, instalments)

    def instalments_of(self, amount: float, instalment: float) -> float:
        """How many instalments of a size repay an amount; infinitely many if none do.

        >>> round(Plan(12, 0.01).instalments_of(1_000.0, 88.85), 2)
        12.0
        """
        if self.monthly_rate == 0:
            return amount / instalment
        unpaid = 1 - self.monthly_rate * amount / instalment
        return -math.log(unpaid) / math.log1p(self.monthly_rate) if unpaid > 0 else math.inf


def annuity(amount: float, monthly_rate: float, instalments: float) -> float:
    """Return the instalment `a = C i / (1 - (1 + i) ** -n)`.

    >>> round(annuity(1_000.0, 0.01, 12), 2)
    88.85
    >>> annuity(1_200.0, 0.0, 12)
    100.0
    """
    if monthly_rate == 0:
        return amount / instalments
    return amount * monthly_rate / -math.expm1(-instalments * math.log1p(monthly_rate))


def implied(amount: float, instalment: float) -> Plan | None:
    """Return the plan behind an amount and an instalment.

    None where they imply none: the longest term would not repay the loan, or only the
    shortest at an absurd rate.
    """
    if amount <= 0 or instalment <= 0:
        return None
    loan = pl.DataFrame({"payment": [instalment], "loan": [amount]})
    term = int(loan.select(usual_term(pl.col("payment"), pl.col("loan"))).item())
    if not annuity(amount, 0.0, term) <= instalment <= annuity(amount, _HIGHEST_RATE, term):
        return None
    return Plan(term, _rate(amount, instalment, term))


def _rate(amount: float, instalment: float, term: int) -> float:
    """The monthly rate at which the formula gives the very instalment that was filed.

    `interest.yearly_rate` approximates it; the last digit counts here, so it is found by halving.
    """
    low, high = 0.0, _HIGHEST_RATE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if annuity(amount, middle, term) < instalment:
            low = middle
        else:
            high = middle
    return high
