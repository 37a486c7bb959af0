"""The pages of the strategy: simulate, propose, settle, return."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Decision, Entry
from applications.services import steering
from scoring.models import ModelVersion, Strategy
from scoring.strategies import StrategyTerms
from tests.applications.factories import DecisionFactory, StrategyFactory
from tests.applications.forms import typed
from tests.applications.journals import edited

LogIn = Callable[[User], Client]
OVERVIEW = reverse("applications:strategy")
SIMULATE = reverse("applications:simulate")
PROPOSE = reverse("applications:strategy-propose")
TERMS = StrategyTerms(refer_from=0.07, decline_from=0.12, cost_ratio=10.0)
FORM = {
    "refer_from": "7",
    "decline_from": "12.5",
    "cost_ratio": "8",
    "rule_minimum_age": "on",
    "limit_minimum_age": "21",
    "outcome_minimum_age": "decline",
    "rule_maximum_debt_ratio": "on",
    "limit_maximum_debt_ratio": "40",
    "outcome_maximum_debt_ratio": "refer",
    "rule_watch_list": "on",
    "outcome_watch_list": "refer",
    "limit_minimum_income": "12",
    "second_manager_amount": "500000",
    "second_manager_pd": "15",
    "comment": "Fewer defaults.",
    "action": "propose",
}
TRIED = {"on": "decisions", "period": "90", "refer_from": "5", "decline_from": "9"}


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def _page(name: str, version: int) -> str:
    return reverse(f"applications:{name}", args=[version])


def _settle(client: Client, version: int, action: str, answer: str = "") -> Any:
    return client.post(
        _page("strategy-settle", version), {"action": action, "answer": answer}, follow=True
    )


def test_a_proposal_holds_what_was_typed(manager: User, logged_in: LogIn) -> None:
    answer = logged_in(manager).post(PROPOSE, FORM)

    strategy = Strategy.objects.get()
    assert answer["Location"] == _page("strategy-version", strategy.version)
    assert StrategyTerms.of(strategy) == StrategyTerms(
        refer_from=0.07,
        decline_from=0.125,
        cost_ratio=8.0,
        rules={
            "minimum_age": {"outcome": "decline", "limit": 21.0},
            "maximum_debt_ratio": {"outcome": "refer", "limit": 0.4},
            "watch_list": {"outcome": "refer"},
        },
        second_manager_amount=500_000.0,
        second_manager_pd=0.15,
    )
    entry = Entry.objects.get()
    assert (entry.kind, entry.actor, entry.application) == (Entry.Kind.STRATEGY, manager, None)
    assert (entry.data["what"], entry.data["version"]) == ("proposed", 1)
    assert entry.data["terms"]["refer_from"] == 0.07


def test_a_double_click_proposes_once(manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)
    for _ in range(2):
        client.post(PROPOSE, FORM)
    assert Strategy.objects.count() == 1
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"refer_from": "13"}, "at or above the PD from which loans are referred"),
        ({"refer_from": "0"}, "Write a number from 0.1 to 99.9"),
        ({"decline_from": "a lot"}, "Write a number, such as 3.5"),
        ({"decline_from": ""}, "This field is required"),
        ({"cost_ratio": "0"}, "Write a number from 0.1 to 1,000"),
        ({"limit_minimum_age": "17"}, "Enter a limit from 18 years to 100 years"),
        ({"limit_minimum_age": ""}, "Enter a limit from 18 years to 100 years"),
        ({"limit_maximum_debt_ratio": "2000"}, "Enter a limit from 0.1"),
        ({"limit_maximum_debt_ratio": "nan"}, "Write a number, such as 3.5"),
        ({"outcome_minimum_age": "approve"}, "Select a valid choice"),
        ({"second_manager_amount": "-1"}, "Write a number from 1 to"),
        ({"effective_from": "2020-01-01T10:00"}, "This is in the past"),
        ({"effective_from": "soon"}, "such as 31/12/1980 09:30"),
        ({"comment": " "}, "Say why you propose this"),
    ],
)
def test_bad_proposals_name_the_field(
    changes: dict[str, str], message: str, manager: User, logged_in: LogIn
) -> None:
    page = logged_in(manager).post(PROPOSE, FORM | changes)

    html = page.content.decode()
    assert page.status_code == 422
    assert message in html
    assert 'name="limit_minimum_income" value="12"' in html
    assert not Strategy.objects.exists()


def test_testing_saves_nothing_and_needs_no_comment(manager: User, logged_in: LogIn) -> None:
    decision = DecisionFactory(application__birth_date=date(timezone.localdate().year - 20, 1, 1))
    page = logged_in(manager).post(PROPOSE, FORM | {"action": "test", "comment": ""})

    html = page.content.decode()
    assert page.status_code == 200
    assert "The rules on past decisions" in html
    assert decision.application.reference in html
    assert not Strategy.objects.exists()


def test_another_manager_approves_and_it_decides(
    manager: User,
    other_manager: User,
    banker: User,
    logged_in: LogIn,
    champion: ModelVersion,
) -> None:
    logged_in(manager).post(PROPOSE, FORM | {"refer_from": "0.1", "decline_from": "99.9"})
    own = _settle(logged_in(manager), 1, "approve")
    assert "Another manager has to settle it" in own.content.decode()

    page = _settle(logged_in(other_manager), 1, "approve", "Agreed.")
    assert "Version 1 is approved" in page.content.decode()
    logged_in(banker).post(reverse("applications:new"), typed(action="submit"))

    decision = Decision.objects.get()
    assert decision.prediction.cut_offs_version == 1
    assert decision.outcome == "refer"
    whats = [
        e.data["what"] for e in Entry.objects.filter(kind=Entry.Kind.STRATEGY).order_by("sequence")
    ]
    assert whats == ["proposed", "approved"]
    assert edited() == []


def test_a_stale_form_changes_nothing(manager: User, other_manager: User, logged_in: LogIn) -> None:
    StrategyFactory(version=1, proposed_by=manager)
    _settle(logged_in(manager), 1, "withdraw")

    page = _settle(logged_in(other_manager), 1, "approve")

    assert page.status_code == 422
    assert "settled already: withdrawn" in page.content.decode()
    assert Strategy.objects.get().status == Strategy.Status.WITHDRAWN


def test_a_refusal_needs_a_reason(manager: User, other_manager: User, logged_in: LogIn) -> None:
    StrategyFactory(version=1, proposed_by=manager)
    client = logged_in(other_manager)

    page = _settle(client, 1, "refuse", " ")
    assert page.status_code == 422
    assert "Say why you refuse" in page.content.decode()

    _settle(client, 1, "refuse", "Too loose.")
    assert Strategy.objects.get().answer == "Too loose."
    assert Entry.objects.get().data["answer"] == "Too loose."


def test_a_return_proposes_the_same_again(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(version=1, approved=True, refer_from=0.03)
    StrategyFactory(version=2, approved=True, refer_from=0.09)

    logged_in(manager).post(_page("strategy-return", 1), {"comment": "Back."})

    again = Strategy.objects.get(version=3)
    assert (again.refer_from, again.status, again.proposed_by) == (0.03, "proposed", manager)
    assert Entry.objects.get().data["returns_to"] == 1


@pytest.mark.parametrize("action", ["propose", "return", "approve", "refuse", "withdraw"])
def test_bankers_steer_nothing(action: str, banker: User) -> None:
    StrategyFactory(version=1)
    calls: dict[str, Callable[[], object]] = {
        "propose": lambda: steering.propose_strategy(terms=TERMS, comment="x", proposed_by=banker),
        "return": lambda: steering.propose_return(version=1, comment="x", proposed_by=banker),
        "approve": lambda: steering.approve_strategy(version=1, settled_by=banker),
        "refuse": lambda: steering.refuse_strategy(version=1, settled_by=banker, answer="x"),
        "withdraw": lambda: steering.withdraw_strategy(version=1, withdrawn_by=banker),
    }
    with pytest.raises(PermissionDenied):
        calls[action]()
    assert Strategy.objects.get().status == Strategy.Status.PROPOSED


def test_the_overview_shows_all_that_matters(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(
        version=1, approved=True, rules={"minimum_age": {"outcome": "decline", "limit": 21}}
    )
    later = timezone.now() + timedelta(days=9)
    StrategyFactory(
        version=2,
        approved=True,
        effective_from=later,
        settled_at=timezone.now(),
        comment="For spring.",
    )
    StrategyFactory(version=3, comment="Tighter.")

    html = logged_in(manager).get(OVERVIEW).content.decode()

    assert "The applicant is younger than 21 years." in html
    assert "In force" in html
    assert "Takes effect on" in html
    assert "Waits for your answer" in html


def test_before_any_strategy_the_models_cut_offs_are_shown(
    manager: User, logged_in: LogIn, champion: ModelVersion
) -> None:
    html = logged_in(manager).get(OVERVIEW).content.decode()
    assert "the model’s own cut-offs decide" in html
    assert "Nothing is proposed" in html


@pytest.mark.parametrize("address", [OVERVIEW, SIMULATE])
def test_before_any_model_the_pages_say_so(address: str, manager: User, logged_in: LogIn) -> None:
    assert "No model is active yet" in logged_in(manager).get(address).content.decode()


def test_a_simulation_is_carried_into_the_proposal(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(approved=True, second_manager_pd=0.2)
    DecisionFactory(prediction__pd=0.06)
    client = logged_in(manager)
    query = {
        **TRIED,
        "cost_ratio": "10",
        "rule_large_amount": "on",
        "limit_large_amount": "800000",
        "outcome_large_amount": "refer",
    }

    page = client.get(SIMULATE, query)
    assert page.context["simulation"].overall.today.approved == 1
    assert page.context["simulation"].overall.tried.referred == 1
    assert page.context["trial"].decisions == 1

    form = client.get(PROPOSE, query).context["form"]
    assert form["refer_from"].value() == "5"
    assert form["rule_large_amount"].value()
    assert form["limit_large_amount"].value() == "800000"
    assert form["second_manager_pd"].value() == 20


def test_a_version_opens_in_the_simulator(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(version=1, approved=True)
    tried = StrategyFactory(
        version=2,
        refer_from=0.0512,
        rules={
            "maximum_debt_ratio": {"outcome": "decline", "limit": 0.35},
            "watch_list": {"outcome": "refer"},
        },
    )
    DecisionFactory()
    client = logged_in(manager)

    query = client.get(_page("strategy-version", 2)).context["simulate"]
    page = client.get(f"{SIMULATE}?{query}")

    terms = page.context["tried"]
    assert terms.refer_from == pytest.approx(tried.refer_from)
    assert terms.rules["maximum_debt_ratio"] == {
        "outcome": "decline",
        "limit": pytest.approx(0.35),
    }
    assert set(terms.rules) == set(tried.rules)


def test_what_an_address_leaves_out_is_as_it_is_today(manager: User, logged_in: LogIn) -> None:
    rules = {"minimum_age": {"outcome": "decline", "limit": 21}}
    StrategyFactory(approved=True, refer_from=0.07, decline_from=0.13, rules=rules)
    DecisionFactory()

    page = logged_in(manager).get(SIMULATE, {"refer_from": "6", "cost_ratio": "10"})

    assert not page.context["form"].errors
    tried = page.context["tried"]
    assert (tried.refer_from, tried.decline_from) == pytest.approx((0.06, 0.13))
    assert tried.rules == rules


def test_rules_switched_off_stay_off_in_the_simulator(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(approved=True, rules={"minimum_age": {"outcome": "decline", "limit": 21}})
    DecisionFactory()

    page = logged_in(manager).get(SIMULATE, TRIED | {"cost_ratio": "10"})

    assert not page.context["tried"].rules


def test_wrong_values_are_not_simulated(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(approved=True)
    page = logged_in(manager).get(SIMULATE, TRIED | {"refer_from": "20", "cost_ratio": "10"})
    assert "These values cannot be simulated" in page.content.decode()
    assert "simulation" not in page.context


def test_htmx_gets_the_results_alone(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(approved=True)
    page = logged_in(manager).get(SIMULATE, headers={"HX-Request": "true"})
    assert "<html" not in page.content.decode()
    assert "Choose a longer period" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 12])
def test_queries(
    rows: int,
    manager: User,
    logged_in: LogIn,
    django_assert_num_queries: Callable[..., object],
) -> None:
    rules = {"watch_list": {"outcome": "refer"}}
    StrategyFactory(version=100, approved=True, rules=rules)
    StrategyFactory.create_batch(rows)
    StrategyFactory(version=101)
    DecisionFactory.create_batch(rows)
    client = logged_in(manager)
    cache.clear()  # of what another test counted

    # Each page: session, user, own permissions, group permissions, strategy in force; then
    with django_assert_num_queries(10):  # proposals, to come, count, page of versions
        client.get(OVERVIEW)
    with django_assert_num_queries(10):  # the version, decisions by segment, by PD, settled
        client.get(_page("strategy-version", 101))
    cache.clear()
    with django_assert_num_queries(12):  # by segment, by PD, settled; sample, watch list, all
        client.get(SIMULATE)
    with django_assert_num_queries(6):
        client.get(PROPOSE)
