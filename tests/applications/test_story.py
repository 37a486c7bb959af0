"""The result page tells in words what the policy found and what happened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from applications import findings, journal, story
from applications.models import Case, Entry
from monitoring.models import Outcome
from tests.applications.factories import CaseFactory

LogIn = Callable[[User], Client]
YOUNG = {"code": "minimum_age", "outcome": "decline", "value": 19.42, "limit": 21}
LARGE = {"code": "large_amount", "outcome": "refer", "value": 450_000.0, "limit": 300_000.0}


def _page(client: Client, case: Case) -> str:
    html: str = client.get(reverse("applications:detail", args=[case.pk])).content.decode()
    return html


@pytest.mark.parametrize(
    ("finding", "figures"),
    [
        (YOUNG, "19.4 years; the limit is 21 years"),
        (YOUNG | {"value": 20.97}, "20.97 years; the limit is 21 years"),
        (LARGE, "€450,000; the limit is €300,000"),
        (
            {"code": "maximum_debt_ratio", "outcome": "refer", "value": 0.4512, "limit": 0.4},
            "45.1\u00a0%; the limit is 40\u00a0%",
        ),
        (
            {"code": "maximum_loan_to_income", "outcome": "refer", "value": 61.2, "limit": 60},
            "61.2 monthly incomes; the limit is 60 monthly incomes",
        ),
        ({"code": "watch_list", "outcome": "refer", "value": 1.0, "limit": None}, ""),
        ({"code": "given_up", "outcome": "refer", "value": 1.0, "limit": 2.0}, ""),
    ],
)
def test_findings_have_their_figures(finding: dict[str, object], figures: str) -> None:
    assert [told.figures for told in findings.told([finding])] == [figures]


def test_the_page_says_what_the_policy_found(banker: User, manager: User, logged_in: LogIn) -> None:
    case = CaseFactory(
        decision__outcome=Outcome.REFER,
        decision__prediction__outcome=Outcome.APPROVE,
        decision__findings=[LARGE],
        decision__application__filed_by=banker,
        referral_reasons=["large_amount"],
    )
    html = _page(logged_in(banker), case)
    assert "but the bank’s policy asks for a manager" in html
    assert "A loan of this size is decided by a manager." in html
    assert "€450,000; the limit is €300,000" in html
    assert "between the cut-offs" not in html
    assert "Large amount" in html


def test_a_decline_by_policy_is_not_laid_on_the_model(banker: User, logged_in: LogIn) -> None:
    case = CaseFactory(
        decision__outcome=Outcome.DECLINE,
        decision__prediction__outcome=Outcome.APPROVE,
        decision__findings=[YOUNG],
        decision__application__filed_by=banker,
    )
    html = _page(logged_in(banker), case)
    assert "whatever its probability" in html
    assert "the model recommends" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Entry.Kind)
def test_every_kind_of_entry_can_be_told(kind: Entry.Kind, banker: User, logged_in: LogIn) -> None:
    case = CaseFactory(decision__application__filed_by=banker)
    with transaction.atomic():
        journal.write(kind, application=case.application, actor=banker)

    event = story.told(case.application.entries.all())[0]

    assert event.title
    assert event.who == banker.get_full_name()
    assert str(event.title) in _page(logged_in(banker), case)


def test_the_latest_comes_first(banker: User) -> None:
    case = CaseFactory()
    with transaction.atomic():
        for kind in (Entry.Kind.CREATED, Entry.Kind.SUBMITTED):
            journal.write(kind, application=case.application, actor=banker)
    events = story.told(case.application.entries.all())
    assert [event.mark for event in events] == ["submitted", "created"]
