"""The result page: decision, cut-offs and reasons, which arrive by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

import scoring.services
from applications.models import Decision
from applications.services import filing
from monitoring.models import Outcome
from scoring.models import Explanation
from tests.applications.factories import DecisionFactory, LoanApplicationFactory

LogIn = Callable[[User], Client]


def _page(client: Client, decision: Decision, **extra: Any) -> Any:
    return client.get(reverse("applications:detail", args=[decision.application_id]), **extra)


def _reasons(client: Client, decision: Decision) -> str:
    address = reverse("applications:explanation", args=[decision.application_id])
    return client.get(address, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.APPROVE, "can be granted"),
        (Outcome.REFER, "a manager looks"),
        (Outcome.DECLINE, "human review"),
    ],
)
def test_the_decision_in_one_glance(
    outcome: Outcome, word: str, banker: User, logged_in: LogIn
) -> None:
    decision = DecisionFactory(
        outcome=outcome,
        prediction__pd=0.1234,
        application__filed_by=banker,
        application__client_number=100017,
    )
    html = _page(logged_in(banker), decision).content.decode()

    assert word in html
    assert "12.3\u00a0%" in html
    assert "9.0\u00a0%" in html
    assert "15.0\u00a0%" in html
    assert "100017" in html
    assert "450,000" in html
    assert "style=" not in html


def test_reasons_are_asked_for_until_they_arrive(
    banker: User, logged_in: LogIn, champion: Any
) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    client = logged_in(banker)

    assert 'data-state="pending"' in _page(client, decision).content.decode()
    assert "hx-trigger" in _reasons(client, decision)

    scoring.services.explain(prediction_id=decision.prediction_id)

    arrived = _reasons(client, decision)
    assert 'data-state="ready"' in arrived
    assert "hx-trigger" not in arrived
    assert "Speaks for the loan" in arrived
    assert 'data-state="ready"' in _page(client, decision).content.decode()
    for column in ("EXT_SOURCE", "AMT_", "DAYS_"):
        assert column not in arrived


def test_reasons_that_failed_say_what_to_do(banker: User, logged_in: LogIn) -> None:
    decision = DecisionFactory(application__filed_by=banker)
    Explanation.objects.create(prediction=decision.prediction, status=Explanation.Status.FAILED)

    html = _reasons(logged_in(banker), decision)

    assert "could not be computed" in html
    assert "hx-trigger" not in html


def test_a_manager_reads_who_filed_it(manager: User, logged_in: LogIn) -> None:
    decision = DecisionFactory(application__filed_by__username="camille")

    assert "filed by camille" in _page(logged_in(manager), decision).content.decode()


def test_queries_of_the_result(
    banker: User, logged_in: LogIn, django_assert_num_queries: Callable[..., object]
) -> None:
    decision = DecisionFactory(application__filed_by=banker)
    client = logged_in(banker)

    # session, user, own permissions, group permissions,
    # application with its banker and case, its decisions with scores, explanation, journal
    with django_assert_num_queries(8):
        _page(client, decision)


def test_a_draft_has_no_result_yet(banker: User, logged_in: LogIn) -> None:
    draft = LoanApplicationFactory(filed_by=banker)

    answer = logged_in(banker).get(reverse("applications:detail", args=[draft.pk]))

    assert answer["Location"] == reverse("applications:edit", args=[draft.pk])
