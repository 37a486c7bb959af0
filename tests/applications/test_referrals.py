"""The referrals queue and the second opinions: what they list, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Case, Override
from applications.services import deciding
from applications.services.deciding import Seen, Verdict
from applications.templatetags.cases import waiting_for
from applications.views import common
from monitoring.models import Outcome
from tests.applications.factories import CaseFactory, UserFactory

LogIn = Callable[[User], Client]
QUEUE = reverse("applications:referrals")
OPINIONS = reverse("applications:second-opinions")


def _referral(name: str, *, days: int = 0, **more: Any) -> Case:
    return CaseFactory(
        decision__outcome=Outcome.REFER,
        decision__application__last_name=name,
        referred_at=timezone.now() - timedelta(days=days),
        **more,
    )


def _shown(client: Client, **filters: str) -> list[str]:
    page = client.get(QUEUE, filters).context["page"]
    return [case.application.last_name for case in page]


@pytest.fixture
def queue(manager: User) -> None:
    other = UserFactory(role="Managers")
    _referral("New", days=1, referral_reasons=["pd", "watch_list"])
    _referral("Old", days=9, referral_reasons=["large_amount"])
    mine, theirs, asked = (_referral(name, days=4) for name in ("Mine", "Theirs", "Asked"))
    for case, by in ((mine, manager), (theirs, other), (asked, manager)):
        deciding.claim(application_id=case.pk, by=by, seen=Seen.of(case))
    asked.refresh_from_db()
    deciding.ask_back(application_id=asked.pk, by=manager, question="Why?", seen=Seen.of(asked))
    CaseFactory(decision__application__last_name="Approved")


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["Old", "Mine", "Theirs", "New"]),
        ({"who": "unclaimed"}, ["Old", "New"]),
        ({"who": "mine"}, ["Mine"]),
        ({"who": "asked"}, ["Asked"]),
        ({"who": "nonsense"}, ["Old", "Mine", "Theirs", "New"]),
        ({"reason": "watch_list"}, ["New"]),
        ({"reason": "large_amount"}, ["Old"]),
        ({"reason": "pd"}, ["Mine", "Theirs", "New"]),
        ({"who": "unclaimed", "reason": "pd"}, ["New"]),
        ({"reason": "minimum_age"}, []),
    ],
)
def test_the_queue_and_its_filters(
    filters: dict[str, str], expected: list[str], manager: User, logged_in: LogIn
) -> None:
    assert _shown(logged_in(manager), **filters) == expected


@pytest.mark.usefixtures("queue")
def test_the_queue_says_why_and_who(manager: User, logged_in: LogIn) -> None:
    html = logged_in(manager).get(QUEUE).content.decode()
    for words in (
        "PD between the cut-offs",
        "Watch list",
        "Large amount",
        "Nobody yet",
        "9",
        "You",
    ):
        assert words in html
    assert "1\u00a0week" in html


def test_empty_queues_say_what_comes_next(manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)
    assert "No case waits" in client.get(QUEUE).content.decode()
    assert "No case fits" in client.get(QUEUE, {"who": "mine"}).content.decode()
    assert "No proposal waits for you" in client.get(OPINIONS).content.decode()


def test_htmx_gets_the_results_alone(manager: User, logged_in: LogIn) -> None:
    answer = logged_in(manager).get(QUEUE, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()


def test_second_opinions_are_for_others_to_give(manager: User, logged_in: LogIn) -> None:
    second = UserFactory(role="Managers")
    case = CaseFactory(decision__outcome=Outcome.DECLINE, decision__prediction__pd=0.3)
    verdict = Verdict("approve", "security", "A guarantor signs.")
    deciding.decide(application_id=case.pk, by=manager, verdict=verdict, seen=Seen.of(case))

    own = logged_in(manager).get(OPINIONS)
    others = logged_in(second).get(OPINIONS)

    assert "No proposal waits for you" in own.content.decode()
    assert "What you proposed" in own.content.decode()
    assert "1 proposal waits for you" in others.content.decode()
    assert "A guarantor signs." in others.content.decode()
    assert (waiting_for(manager), waiting_for(second)) == (0, 1)


@pytest.mark.usefixtures("queue")
def test_the_badge_counts_what_nobody_has(
    manager: User, banker: User, logged_in: LogIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(1):
        assert waiting_for(manager) == 2
    shown = reverse("applications:letters")
    assert "desk-badge" in logged_in(manager).get(shown).content.decode()
    assert "desk-badge" not in logged_in(banker).get(shown).content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_of_the_queue(
    rows: int, manager: User, logged_in: LogIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(rows):
        _referral("Keller")
    client = logged_in(manager)

    # session, user, own permissions, group permissions,
    # count, page of cases with all they show, second opinions, badge
    with django_assert_num_queries(8):
        assert len(_shown(client)) == min(rows, common.PER_PAGE)


@pytest.mark.parametrize("rows", [1, 30])
def test_queries_of_the_second_opinions(
    rows: int, manager: User, logged_in: LogIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    second = UserFactory(role="Managers")
    for _ in range(rows):
        case = CaseFactory(decision__outcome=Outcome.DECLINE)
        Override.objects.create(
            application=case.application,
            overruled=case.decision,
            outcome=Outcome.APPROVE,
            reason_code="security",
            comment="x",
            proposed_by=second,
        )
    client = logged_in(manager)

    # session, user, own permissions, group permissions,
    # count, page of proposals with all they show, own proposals, badge
    with django_assert_num_queries(8):
        assert len(client.get(OPINIONS).context["page"]) == min(rows, common.PER_PAGE)


@pytest.mark.parametrize("events", [1, 20])
def test_queries_of_a_case_at_its_fullest(
    events: int, manager: User, logged_in: LogIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    """With a long history, a proposal once made and a form to decide."""
    case = CaseFactory(decision__outcome=Outcome.DECLINE, decision__prediction__pd=0.3)
    verdict = Verdict("approve", "security", "x")
    for _ in range(events):
        made = deciding.decide(
            application_id=case.pk, by=manager, verdict=verdict, seen=Seen.of(case)
        )
        assert isinstance(made, Override)
        deciding.withdraw(override_id=made.pk, by=manager)
    client = logged_in(manager)

    # session, user, own permissions, group permissions, application with its case, its decisions
    # with scores, explanation, journal, pending proposal, strategy in force, badge
    with django_assert_num_queries(12):
        client.get(reverse("applications:detail", args=[case.pk]))
