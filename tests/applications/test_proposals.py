"""Terms that would be approved: the least change of each kind, found on a grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from applications.what_if import proposals as searching
from applications.what_if.proposals import Kind, proposals
from applications.what_if.repayment import annuity
from monitoring.models import Outcome
from tests.applications.what_if import in_force, only_rules, studied, submitted

pytestmark = pytest.mark.usefixtures("champion")
# At 180,000 a month, the instalment may be at most 21,600 of the 24,700.50 that were filed.
BURDEN = {"outcome": "decline", "limit": 0.12}


def test_the_least_changes_worked_by_hand(banker: User) -> None:
    only_rules(maximum_debt_ratio=BURDEN)
    study = studied(submitted(banker))
    found = proposals(study).found
    assert study.filed.plan is not None

    terms = {kind: variant.terms for kind, variant in found.items()}
    assert terms[Kind.AMOUNT].amount == 390_000.0  # 450,000 * 21,600 / 24,700.50 = 393,514
    assert terms[Kind.DOWN_PAYMENT].down_payment == 60_000.0
    assert terms[Kind.INCOME].extra_income == 30_000.0  # 24,700.50 / 0.12 = 205,837.50
    assert terms[Kind.TERM].instalments == next(
        term
        for term in range(30, 61, 6)
        if annuity(450_000.0, study.filed.plan.monthly_rate, term) <= 21_600
    )
    assert all(variant.tried.outcome == Outcome.APPROVE for variant in found.values())


def test_a_combination_asks_for_less_of_each(banker: User) -> None:
    only_rules(maximum_debt_ratio={"outcome": "refer", "limit": 0.09})
    study = studied(submitted(banker))
    found = proposals(study).found

    both = found[Kind.COMBINATION].terms
    assert study.filed.terms.amount >= both.amount > found[Kind.AMOUNT].terms.amount
    assert both.down_payment < found[Kind.DOWN_PAYMENT].terms.down_payment
    if Kind.TERM in found:
        assert (both.instalments or 0) < (found[Kind.TERM].terms.instalments or 0)
    assert both.extra_income == 0  # not everybody has a co-borrower


def test_the_largest_amount_is_the_largest_of_the_grid(banker: User) -> None:
    application = submitted(banker)
    study = studied(application)
    amounts = [5_000.0 * count for count in range(10, 90)]
    pds = {
        amount: study.of(replace(study.filed.terms, amount=amount)).tried.pd for amount in amounts
    }
    cut_off = (min(pds.values()) + study.as_filed.tried.pd) / 2
    assert cut_off < study.as_filed.tried.pd
    in_force(refer_from=cut_off, decline_from=max(cut_off, 0.99))

    found = proposals(studied(application)).found[Kind.AMOUNT]

    assert found.terms.amount == max(amount for amount, pd in pds.items() if pd < cut_off)
    assert found.tried.pd == pds[found.terms.amount]


def test_what_is_approved_may_be_larger(banker: User) -> None:
    only_rules(large_amount={"outcome": "refer", "limit": 600_000})
    study = studied(submitted(banker))

    found = proposals(study)

    assert list(found.found) == [Kind.AMOUNT]
    assert found.found[Kind.AMOUNT].terms.amount == 595_000.0


def test_none_helps(banker: User) -> None:
    only_rules(minimum_age={"outcome": "decline", "limit": 99})

    found = proposals(studied(submitted(banker)))

    assert found.found == {}
    assert set(found.in_vain) == set(Kind)
    assert found.nearest is None  # nothing comes closer to an approval than the loan as filed


def test_where_nothing_is_approved_a_manager_may_look(banker: User) -> None:
    only_rules(maximum_debt_ratio=BURDEN, minimum_age={"outcome": "refer", "limit": 99})
    study = studied(submitted(banker))
    assert study.as_filed.tried.outcome == Outcome.DECLINE

    found = proposals(study)

    assert found.outcome == Outcome.REFER
    assert found.found[Kind.AMOUNT].terms.amount == 390_000.0  # as if it would be approved
    assert all(variant.tried.outcome == Outcome.REFER for variant in found.found.values())
    assert found.nearest is not None
    assert [finding.code for finding in found.nearest.tried.findings] == ["minimum_age"]


def test_a_manager_who_looks_already_is_no_proposal(banker: User) -> None:
    only_rules(minimum_age={"outcome": "refer", "limit": 99})

    assert proposals(studied(submitted(banker))).found == {}


def test_the_nearest_miss_is_the_lowest_pd(banker: User) -> None:
    application = submitted(banker)
    pds = [
        variant.tried.pd
        for terms in searching._easier(studied(application).filed).values()
        for variant in studied(application).of_all(terms)
    ]
    in_force(refer_from=min(pds) / 2, decline_from=min(pds) / 1.5)

    found = proposals(studied(application))

    assert found.found == {}
    assert found.nearest is not None
    assert found.nearest.tried.pd == pytest.approx(min(pds), abs=0.0011)  # or as near, and smaller
    assert found.nearest.tried == studied(application).of(found.nearest.terms).tried


def test_what_is_approved_needs_no_nearest(banker: User) -> None:
    only_rules(maximum_debt_ratio=BURDEN)
    assert proposals(studied(submitted(banker))).nearest is None
    in_force(refer_from=0.98, decline_from=0.99)
    assert proposals(studied(submitted(banker))).nearest is None


def test_a_co_borrower_comes_last(banker: User) -> None:
    terms = searching._easier(studied(submitted(banker)).filed)[Kind.COMBINATION]
    with_income = [one.extra_income > 0 for one in terms]

    assert with_income == sorted(with_income)
    assert any(with_income)
    assert len(terms) < 400  # so that the page stays fast


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"annuity": None, "goods_price": None}, {Kind.AMOUNT, Kind.INCOME, Kind.COMBINATION}),
        ({"goods_price": None}, set(Kind) - {Kind.DOWN_PAYMENT}),
    ],
)
def test_only_what_the_application_knows_is_moved(
    changes: dict[str, Any], kinds: set[Kind], banker: User
) -> None:
    only_rules(maximum_loan_to_income={"outcome": "refer", "limit": 2.0})
    study = studied(submitted(banker, **changes))

    found = proposals(study)

    assert {*found.found, *found.in_vain} == kinds
    for variant in found.found.values():
        assert (variant.offer.annuity is None) == (study.filed.offer.annuity is None)
        assert variant.terms.down_payment == 0.0


def test_a_proposal_that_does_not_hold_alone_is_left_out(
    banker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_rules(maximum_debt_ratio=BURDEN)
    study = studied(submitted(banker))
    # As if the pass over all of them had approved what is declined on its own.
    everything = [replace(study.as_filed, tried=replace(study.as_filed.tried, outcome="approve"))]

    assert searching._first_that_holds(study, everything, Outcome.APPROVE) is None


@pytest.mark.parametrize("amount", [800.0, 12_345.0, 9e7])
def test_amounts_are_round(amount: float, banker: User) -> None:
    only_rules(maximum_loan_to_income={"outcome": "refer", "limit": 0.9 * amount / 180_000})

    found = proposals(studied(submitted(banker, amount=amount, annuity=amount / 20))).found

    best = found[Kind.AMOUNT].terms.amount
    assert 0.85 * amount < best <= 0.9 * amount
    assert best % searching.step(amount) == 0


@pytest.mark.parametrize("amount", [1.0, 2.5, 1e12])
@pytest.mark.parametrize("approved", [True, False])
def test_the_ends_of_the_range_are_no_trouble(amount: float, approved: bool, banker: User) -> None:
    only_rules(**({} if approved else {"minimum_age": {"outcome": "decline", "limit": 99}}))
    application = submitted(
        banker, amount=amount, annuity=amount / 20, goods_price=amount, monthly_income=amount
    )

    assert set(proposals(studied(application)).found) <= {Kind.AMOUNT}
