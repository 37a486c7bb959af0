"""Strategies: proposed by one manager, settled by another, never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from scoring import strategies
from scoring.exceptions import StrategyRefused
from scoring.models import ModelVersion, Strategy
from scoring.strategies import InForce, StrategyTerms, in_force

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = StrategyTerms(
    refer_from=0.07,
    decline_from=0.12,
    cost_ratio=10.0,
    rules={"minimum_age": {"outcome": "decline", "limit": 21}},
    second_manager_amount=1e6,
)


@pytest.fixture
def author(db: None) -> User:
    return User.objects.create_user("author")


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("other")


def _proposed(author: User, **changes: Any) -> Strategy:
    values = {"terms": TERMS, "comment": "Fewer defaults.", "at": NOW} | changes
    return strategies.propose(proposed_by=author, **values)


def test_a_proposal_decides_nothing_until_another_approves(author: User, other: User) -> None:
    strategy = _proposed(author)
    assert (strategy.version, strategy.status) == (1, Strategy.Status.PROPOSED)
    assert Strategy.objects.in_force(NOW + DAY) is None

    strategies.approve(version=1, settled_by=other, answer=" Agreed. ", at=NOW + DAY)

    assert Strategy.objects.in_force(NOW + DAY) == strategy
    assert StrategyTerms.of(Strategy.objects.get()) == TERMS
    assert Strategy.objects.get().answer == "Agreed."


def test_a_late_approval_leaves_the_past_alone(author: User, other: User) -> None:
    """Asked for at NOW, approved two days later: what was decided in between stays."""
    _proposed(author)
    strategies.approve(version=1, settled_by=other, at=NOW + 2 * DAY)

    assert Strategy.objects.in_force(NOW + DAY) is None
    assert Strategy.objects.in_force(NOW + 2 * DAY) is not None
    assert Strategy.objects.get().takes_effect_at == NOW + 2 * DAY


def test_a_version_takes_effect_on_its_day(author: User, other: User) -> None:
    _proposed(author)
    _proposed(author, comment="From next week on.", effective_from=NOW + 7 * DAY)
    for version in (2, 1):
        strategies.approve(version=version, settled_by=other, at=NOW + DAY)

    in_force = [Strategy.objects.in_force(NOW + days * DAY) for days in (2, 6, 7)]

    assert [found.version if found else None for found in in_force] == [1, 1, 2]
    assert [found.version for found in Strategy.objects.to_come(NOW + DAY)] == [2]


def test_an_older_proposal_that_is_approved_last_decides(author: User, other: User) -> None:
    _proposed(author)
    _proposed(author, comment="Another one.", at=NOW + DAY)
    strategies.approve(version=2, settled_by=other, at=NOW + 2 * DAY)
    strategies.approve(version=1, settled_by=other, at=NOW + 3 * DAY)

    found = Strategy.objects.in_force(NOW + 4 * DAY)
    assert found is not None
    assert found.version == 1


@pytest.mark.parametrize("settle", [strategies.approve, strategies.refuse])
def test_nobody_settles_their_own(settle: Any, author: User) -> None:
    _proposed(author)
    with pytest.raises(StrategyRefused, match="yourself"):
        settle(version=1, settled_by=author, answer="Good.", at=NOW)
    assert Strategy.objects.get().status == Strategy.Status.PROPOSED


def test_only_the_author_withdraws(author: User, other: User) -> None:
    _proposed(author)
    with pytest.raises(StrategyRefused, match="Only its author"):
        strategies.withdraw(version=1, withdrawn_by=other, at=NOW)
    assert strategies.withdraw(version=1, withdrawn_by=author, at=NOW).status == "withdrawn"


def test_of_two_answers_the_first_wins(author: User, other: User) -> None:
    third = User.objects.create_user("third")
    _proposed(author)
    strategies.approve(version=1, settled_by=other, at=NOW)

    with pytest.raises(StrategyRefused, match="settled already: approved"):
        strategies.approve(version=1, settled_by=third, at=NOW + DAY)
    with pytest.raises(StrategyRefused):
        strategies.withdraw(version=1, withdrawn_by=author, at=NOW + DAY)
    assert Strategy.objects.get().settled_by == other


def test_what_was_withdrawn_cannot_be_approved(author: User, other: User) -> None:
    _proposed(author)
    strategies.withdraw(version=1, withdrawn_by=author, at=NOW)
    with pytest.raises(StrategyRefused, match="withdrawn"):
        strategies.approve(version=1, settled_by=other, at=NOW)


def test_an_approved_version_can_be_refused_until_it_takes_effect(
    author: User, other: User
) -> None:
    _proposed(author, effective_from=NOW + 7 * DAY)
    strategies.approve(version=1, settled_by=other, at=NOW)
    with pytest.raises(StrategyRefused, match="yourself"):
        strategies.refuse(version=1, settled_by=author, answer="Rather not.", at=NOW)

    strategies.refuse(version=1, settled_by=other, answer="Rather not.", at=NOW + DAY)

    assert Strategy.objects.in_force(NOW + 8 * DAY) is None


def test_what_is_in_force_cannot_be_refused(author: User, other: User) -> None:
    _proposed(author)
    strategies.approve(version=1, settled_by=other, at=NOW)
    with pytest.raises(StrategyRefused, match="settled already"):
        strategies.refuse(version=1, settled_by=other, answer="No.", at=NOW + DAY)


def test_a_refusal_says_why(author: User, other: User) -> None:
    _proposed(author)
    with pytest.raises(StrategyRefused, match="Say why"):
        strategies.refuse(version=1, settled_by=other, answer="  ", at=NOW)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"terms": replace(TERMS, refer_from=0.13)}, "cut-offs"),
        ({"terms": replace(TERMS, refer_from=0.0)}, "cut-offs"),
        ({"terms": replace(TERMS, decline_from=1.0)}, "cut-offs"),
        ({"terms": replace(TERMS, cost_ratio=0.0)}, "cost ratio"),
        ({"terms": replace(TERMS, rules={"moon": {"outcome": "refer"}})}, "moon"),
        ({"terms": replace(TERMS, rules={"minimum_age": {"outcome": "refer"}})}, "minimum_age"),
        ({"comment": " "}, "comment"),
        ({"effective_from": NOW - DAY}, "past"),
    ],
)
def test_bad_proposals(changes: dict[str, Any], message: str, author: User) -> None:
    with pytest.raises(StrategyRefused, match=message):
        _proposed(author, **changes)
    assert not Strategy.objects.exists()


def test_a_proposal_sent_twice_is_one(author: User, other: User) -> None:
    assert _proposed(author) == _proposed(author, at=NOW + timedelta(seconds=1))
    assert _proposed(other).version == 2


def test_a_return_is_a_proposal_of_the_same_terms(author: User, other: User) -> None:
    _proposed(author)
    strategies.approve(version=1, settled_by=other, at=NOW)
    again = strategies.propose_return(version=1, comment="Back.", proposed_by=other, at=NOW + DAY)

    assert (again.version, again.status) == (2, Strategy.Status.PROPOSED)
    assert StrategyTerms.of(again) == TERMS


def test_without_a_strategy_the_champions_cut_offs_decide(champion: ModelVersion) -> None:
    found = in_force(NOW)

    assert found is not None
    terms = found.terms
    assert found.strategy is None
    assert (terms.refer_from, terms.decline_from) == (champion.refer_from, champion.decline_from)
    assert terms.rules == {}


@pytest.mark.usefixtures("champion")
def test_a_strategy_decides_rather_than_the_champion(author: User, other: User) -> None:
    _proposed(author)
    strategy = strategies.approve(version=1, settled_by=other, at=NOW)

    assert in_force(NOW + DAY) == InForce(TERMS, strategy)


@pytest.mark.django_db
def test_without_a_model_nothing_decides() -> None:
    assert in_force(NOW) is None


def test_the_cost_optimal_cut_off_by_hand() -> None:
    assert replace(TERMS, cost_ratio=9.0).cost_optimal == pytest.approx(0.1)
