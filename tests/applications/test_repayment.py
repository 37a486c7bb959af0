"""Instalments, terms and rates, worked by hand."""

from __future__ import annotations

import math

import pytest

from applications.what_if.repayment import Plan, annuity, implied


def test_an_annuity_worked_by_hand() -> None:
    # 210 grows to 231; 121 is paid; the 110 left grow to 121, which is paid.
    assert annuity(210.0, 0.1, 2) == pytest.approx(121.0)


def test_without_interest_the_amount_is_divided() -> None:
    assert annuity(1_200.0, 0.0, 12) == 100.0


def test_the_instalments_add_up_to_the_loan_and_its_interest() -> None:
    instalment, left = annuity(100_000.0, 0.02, 24), 100_000.0
    for _ in range(24):
        left = left * 1.02 - instalment

    assert left == pytest.approx(0.0, abs=1e-6)


def test_how_many_instalments_there_are() -> None:
    plan = Plan(2, 0.1)

    assert plan.instalments_of(210.0, 121.0) == pytest.approx(2.0)
    assert plan.instalments_of(210.0, 21.0) == math.inf  # it does not cover the interest
    assert Plan(12, 0.0).instalments_of(1_200.0, 100.0) == 12.0


@pytest.mark.parametrize(
    ("amount", "instalment", "term"),
    [(406_597.5, 24_700.5, 24), (1_293_502.5, 35_698.5, 60), (135_000.0, 6_750.0, 30)],
)
def test_a_plan_gives_back_what_was_filed(amount: float, instalment: float, term: int) -> None:
    plan = implied(amount, instalment)

    assert plan is not None
    assert plan.instalments == term
    assert plan.yearly_rate >= 0.2 or term == 60
    assert plan.instalment(amount, term) == pytest.approx(instalment, abs=1e-6)


@pytest.mark.parametrize(
    ("amount", "instalment"),
    [(450_000.0, 1_000.0), (450_000.0, 400_000.0), (450_000.0, 0.0), (0.0, 100.0)],
)
def test_amounts_that_imply_no_plan(amount: float, instalment: float) -> None:
    assert implied(amount, instalment) is None
