"""The terms of a loan that an applicant can change, and what is filed under them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from applications import home_credit
from applications.choices import Contract
from applications.models import LoanApplication
from applications.what_if import repayment

LOWEST, HIGHEST = 1.0, 1e12  # amounts that a score takes


@dataclass(frozen=True)
class LoanTerms:
    """What an applicant may change, and nothing else.

    Attributes
    ----------
    amount : float
        Asked for, before the down payment.
    instalments : float or None
        Their number; None where the instalment is fixed instead, or no plan is known.
    instalment : float or None
        Where it is fixed, and the number of instalments follows.
    down_payment : float
        Own money towards the goods, beyond what was filed.
    extra_income : float
        Monthly income of a co-borrower.
    """

    amount: float
    instalments: float | None = None
    instalment: float | None = None
    down_payment: float = 0.0
    extra_income: float = 0.0

    @property
    def lent(self) -> float:
        return self.amount - self.down_payment


@dataclass(frozen=True)
class Offer:
    """What an application under some terms says: the values of its fields."""

    amount: float
    annuity: float | None
    goods_price: float | None
    monthly_income: float

    @property
    def columns(self) -> dict[str, Any]:
        """As raw columns, which are scored."""
        return home_credit.terms(asdict(self))

    @property
    def burden(self) -> float | None:
        """Which part of the income the instalment takes."""
        return None if self.annuity is None else self.annuity / self.monthly_income


@dataclass(frozen=True)
class Filed:
    """The loan as it was filed, which every other one is derived from."""

    offer: Offer
    plan: repayment.Plan | None

    @property
    def terms(self) -> LoanTerms:
        return LoanTerms(self.offer.amount, self.plan.instalments if self.plan else None)

    @property
    def highest_amount(self) -> float:
        """The largest loan whose goods still have a price that a score takes."""
        return HIGHEST / max(1.0, (self.offer.goods_price or 0.0) / self.offer.amount)

    @property
    def highest_extra_income(self) -> float:
        return HIGHEST - self.offer.monthly_income

    def under(self, terms: LoanTerms) -> Offer:
        """Return the loan under other terms.

        A down payment makes the loan smaller for the same goods; another amount is asked for
        goods that cost accordingly. The interest rate stays.
        """
        return Offer(
            amount=terms.lent,
            annuity=self._annuity(terms),
            goods_price=self._goods_price(terms.amount),
            monthly_income=self.offer.monthly_income + terms.extra_income,
        )

    def instalments(self, terms: LoanTerms) -> float | None:
        """How many instalments there would be; None where no plan is known."""
        if self.plan is None or terms.instalment is None:
            return terms.instalments
        return self.plan.instalments_of(terms.lent, terms.instalment)

    def _annuity(self, terms: LoanTerms) -> float | None:
        filed = self.offer
        if filed.annuity is None or terms.instalment is not None:
            return terms.instalment
        if terms.lent == filed.amount and terms.instalments == self.terms.instalments:
            return filed.annuity
        if self.plan is None or terms.instalments is None:
            # At the same rate and term, whatever they are, it moves with the amount.
            return round(filed.annuity * terms.lent / filed.amount, 2)
        return round(self.plan.instalment(terms.lent, terms.instalments), 2)

    def _goods_price(self, amount: float) -> float | None:
        price, filed = self.offer.goods_price, self.offer.amount
        return price if price is None or amount == filed else round(price * amount / filed, 2)


def filed(application: LoanApplication) -> Filed:
    """Return the loan that a submitted application asks for."""
    offer = offer_of(application)
    # A line of credit has no term: its instalment is a part of the limit.
    fixed_term = application.contract_type != Contract.REVOLVING
    plan = repayment.implied(offer.amount, offer.annuity) if fixed_term and offer.annuity else None
    return Filed(offer, plan)


def offer_of(application: LoanApplication) -> Offer:
    """Return the terms that an application holds."""
    return Offer(**{name: getattr(application, name) for name in home_credit.TERMS})
