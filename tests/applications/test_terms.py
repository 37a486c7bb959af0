"""What a loan is under other terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applications.choices import Contract
from applications.models import LoanApplication
from applications.what_if.repayment import annuity
from applications.what_if.terms import Filed, filed


def _loan(**changes: object) -> Filed:
    values = {"amount": 450_000.0, "annuity": 24_700.5, "goods_price": 400_000.0, **changes}
    return filed(LoanApplication(monthly_income=180_000.0, **values))


def test_the_terms_as_filed_change_nothing() -> None:
    loan = _loan(annuity=24_700.53, goods_price=399_999.99)

    assert loan.under(loan.terms) == loan.offer


def test_another_amount_moves_instalment_and_goods_along() -> None:
    loan = _loan()

    half = loan.under(replace(loan.terms, amount=225_000.0))

    assert (half.amount, half.goods_price, half.monthly_income) == (225_000.0, 200_000.0, 180_000.0)
    assert half.annuity == 12_350.25  # half of it: the rate and the term stay


def test_a_longer_term_keeps_the_rate() -> None:
    loan = _loan()
    assert loan.plan is not None

    longer = loan.under(replace(loan.terms, instalments=36))

    assert longer.annuity == round(annuity(450_000.0, loan.plan.monthly_rate, 36), 2)
    assert longer.annuity < 24_700.5
    assert 36 * longer.annuity > 24 * 24_700.5


def test_a_down_payment_is_for_the_same_goods() -> None:
    loan = _loan()

    offer = loan.under(replace(loan.terms, down_payment=45_000.0))

    assert (offer.amount, offer.goods_price) == (405_000.0, 400_000.0)
    assert offer.annuity == pytest.approx(0.9 * 24_700.5, abs=0.005)


def test_a_fixed_instalment_leaves_the_term_open() -> None:
    loan = _loan()
    terms = replace(loan.terms, instalments=None, instalment=20_000.0)

    assert loan.under(terms).annuity == 20_000.0
    months = loan.instalments(terms)
    assert months is not None
    assert loan.plan is not None
    assert annuity(450_000.0, loan.plan.monthly_rate, months) == pytest.approx(20_000.0)


def test_a_co_borrower_adds_income() -> None:
    loan = _loan()

    assert loan.under(replace(loan.terms, extra_income=20_000.0)).monthly_income == 200_000.0


def test_without_an_instalment_only_the_amount_counts() -> None:
    loan = _loan(annuity=None, goods_price=None)

    offer = loan.under(replace(loan.terms, amount=300_000.0))

    assert loan.plan is None
    assert (offer.amount, offer.annuity, offer.goods_price) == (300_000.0, None, None)


@pytest.mark.parametrize(
    "changes", [{"contract_type": Contract.REVOLVING}, {"annuity": 1_000.0}], ids=["line", "odd"]
)
def test_without_a_plan_the_instalment_stays_the_same_part(changes: dict[str, object]) -> None:
    loan = _loan(**changes)

    offer = loan.under(replace(loan.terms, amount=225_000.0))

    assert loan.plan is None
    assert offer.annuity == round((loan.offer.annuity or 0) / 2, 2)
