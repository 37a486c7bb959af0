"""Policy rules on past decisions, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from applications import rule_trial
from monitoring.models import Outcome
from scoring.strategies import StrategyTerms
from tests.applications.factories import DecisionFactory, WatchListEntryFactory

pytestmark = pytest.mark.django_db
RULES: dict[str, Any] = {
    "minimum_age": {"outcome": "decline", "limit": 30},
    "large_amount": {"outcome": "refer", "limit": 500_000},
}


def _terms(rules: dict[str, Any]) -> StrategyTerms:
    return StrategyTerms(refer_from=0.08, decline_from=0.12, cost_ratio=10.0, rules=rules)


@pytest.fixture
def decisions() -> list[str]:
    """References of: young and good, large and good, large and bad, nothing special."""
    made = [
        (25, 100_000.0, 0.05, Outcome.APPROVE),
        (45, 500_000.0, 0.05, Outcome.APPROVE),
        (45, 900_000.0, 0.20, Outcome.DECLINE),
        (45, 100_000.0, 0.10, Outcome.APPROVE),
    ]
    return [
        DecisionFactory(
            outcome=outcome,
            decided_at=timezone.now() - timedelta(days=days),
            prediction__pd=pd,
            application__birth_date=date(timezone.localdate().year - age - 1, 12, 31),
            prediction__inputs={"AMT_CREDIT": amount},
        ).application.reference
        for days, (age, amount, pd, outcome) in enumerate(made)
    ]


def test_each_rule_and_all_together(decisions: list[str]) -> None:
    young, large, _bad, _plain = decisions
    trial = rule_trial.tried(_terms(RULES))

    age, amount = trial.effects["minimum_age"], trial.effects["large_amount"]
    assert (age.spoke, age.changed) == (1, 1)
    assert [(e.reference, e.was, e.would_be) for e in age.examples] == [
        (young, "approve", "decline")
    ]
    # The bad one is declined by the score already: the rule changes nothing.
    assert (amount.spoke, amount.changed) == (2, 1)
    assert [e.reference for e in amount.examples] == [large]
    assert (trial.together.spoke, trial.together.changed) == (3, 2)


def test_against_the_decisions_as_made(decisions: list[str]) -> None:
    """The plain one has a PD in the referral band, but was approved in its day."""
    trial = rule_trial.tried(_terms(RULES))

    assert trial.made_otherwise.changed == 3
    assert trial.outcomes == [("approve", 3, 0), ("refer", 0, 2), ("decline", 1, 2)]
    assert decisions[3] in [e.reference for e in trial.made_otherwise.examples]


@pytest.mark.usefixtures("decisions")
def test_the_sample_is_stated() -> None:
    trial = rule_trial.tried(_terms(RULES), latest=2)

    assert (trial.decisions, trial.of) == (2, 4)
    assert trial.oldest is not None
    assert timezone.now() - trial.oldest < timedelta(days=1, minutes=1)
    assert trial.effects["large_amount"].spoke == 1


@pytest.mark.parametrize(
    ("entry", "listed"),
    [
        ({"client_number": 77}, True),
        ({"client_number": 78}, False),
        ({"client_number": None, "last_name": "KELLER", "birth_date": date(1980, 1, 2)}, True),
        ({"client_number": None, "last_name": "Keller", "birth_date": date(1980, 1, 3)}, False),
        (
            {
                "client_number": None,
                "first_name": "Marc",
                "last_name": "Keller",
                "birth_date": date(1980, 1, 2),
            },
            False,
        ),
        ({"client_number": 77, "removed_at": timezone.now()}, False),
    ],
)
def test_todays_watch_list(entry: dict[str, Any], listed: bool) -> None:
    WatchListEntryFactory(**entry)
    DecisionFactory(
        application__client_number=77,
        application__first_name="Anna",
        application__last_name="Keller",
        application__birth_date=date(1980, 1, 2),
    )

    trial = rule_trial.tried(_terms({"watch_list": {"outcome": "refer"}}))

    assert trial.effects["watch_list"].spoke == listed


def test_nothing_to_test_on() -> None:
    trial = rule_trial.tried(_terms(RULES))
    assert (trial.decisions, trial.oldest) == (0, None)


@pytest.mark.usefixtures("decisions")
def test_queries(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(3):  # decisions, watch list, how many there are
        rule_trial.tried(_terms(RULES | {"watch_list": {"outcome": "refer"}}))
