"""Filing: drafts, submission, and the decision that follows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.exceptions import AlreadySubmitted, Frozen
from applications.models import Decision, LoanApplication
from applications.services import filing
from monitoring.models import Prediction, Source
from scoring.exceptions import InvalidInput
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.applications.forms import filled_in, typed

LogIn = Callable[[User], Client]
NEW = reverse("applications:new")


def test_an_empty_draft_can_be_saved_and_finished(
    banker: User, logged_in: LogIn, champion: Any
) -> None:
    client = logged_in(banker)

    page = client.post(NEW, {"action": "draft", "last_name": "Keller"}, follow=True)
    draft = LoanApplication.objects.get()
    assert draft.is_draft
    assert draft.reference == f"A-{timezone.localdate().year}-000001"
    assert "is saved" in page.content.decode()

    again = filled_in(page.content.decode(), **typed(action="submit", last_name="Keller"))
    result = client.post(reverse("applications:edit", args=[draft.pk]), again, follow=True)

    decision = Decision.objects.get()
    assert result.redirect_chain[-1][0] == reverse("applications:detail", args=[draft.pk])
    assert decision.application_id == draft.pk
    assert decision.kind == Decision.Kind.AUTOMATIC
    assert decision.decided_by is None
    prediction = decision.prediction
    assert (prediction.source, prediction.requested_by) == (Source.WEB, banker)
    assert prediction.outcome == decision.outcome
    assert prediction.inputs["AMT_CREDIT"] == 450_000.0
    draft.refresh_from_db()
    assert draft.submitted_at == decision.decided_at


def test_references_count_up(banker: User, logged_in: LogIn) -> None:
    client = logged_in(banker)
    for _ in range(3):
        client.post(NEW, {"action": "draft"})

    numbers = LoanApplication.objects.order_by("reference").values_list("reference", flat=True)
    assert [reference[-6:] for reference in numbers] == ["000001", "000002", "000003"]


def test_a_first_save_sent_twice_makes_one_draft(banker: User, logged_in: LogIn) -> None:
    client = logged_in(banker)
    sent = filled_in(client.get(NEW).content.decode(), action="draft", last_name="Keller")

    client.post(NEW, sent)
    client.post(NEW, sent)

    assert LoanApplication.objects.get().last_name == "Keller"


def test_a_submission_sent_twice_makes_one_decision(
    banker: User, logged_in: LogIn, champion: Any
) -> None:
    client = logged_in(banker)
    sent = filled_in(client.get(NEW).content.decode(), **typed(action="submit"))

    client.post(NEW, sent)
    second = client.post(NEW, sent, follow=True)

    assert Decision.objects.count() == Prediction.objects.count() == 1
    address = reverse("applications:detail", args=[LoanApplication.objects.get().pk])
    assert second.redirect_chain == [(address, 302)]
    assert "its decision stands" in second.content.decode()


def test_only_one_of_two_submissions_wins(banker: User, champion: Any) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    filing.submit(application_id=draft.pk, submitted_by=banker)

    with pytest.raises(AlreadySubmitted, match=draft.reference):
        filing.submit(application_id=draft.pk, submitted_by=banker)
    assert Decision.objects.count() == 1


def test_the_key_of_another_bankers_draft_is_not_taken(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    theirs = LoanApplicationFactory(filed_by=other_banker, last_name="Theirs")

    answer = logged_in(banker).post(
        NEW, {"action": "draft", "key": str(theirs.pk), "last_name": "Mine"}
    )

    assert answer.status_code == 404
    theirs.refresh_from_db()
    assert (theirs.last_name, theirs.filed_by) == ("Theirs", other_banker)


def test_a_malformed_key_is_replaced(banker: User, logged_in: LogIn) -> None:
    logged_in(banker).post(NEW, {"action": "draft", "key": "no-uuid"})

    assert isinstance(LoanApplication.objects.get().pk, uuid.UUID)


def test_without_a_model_the_draft_is_kept(banker: User, logged_in: LogIn) -> None:
    page = logged_in(banker).post(NEW, typed(action="submit"), follow=True)

    assert LoanApplication.objects.get().is_draft
    assert LoanApplication.objects.get().last_name == "Keller"
    assert not Decision.objects.exists()
    assert "no model is ready" in page.content.decode()


def test_what_the_score_refuses_is_shown_beside_its_field(banker: User, logged_in: LogIn) -> None:
    refused = InvalidInput(
        {"application.DAYS_BIRTH": ["too young"], "application.FLAG_DOCUMENT_3": ["odd"]}
    )
    with mock.patch("scoring.services.score", side_effect=refused):
        page = logged_in(banker).post(NEW, typed(action="submit"))

    form = page.context["form"]
    assert form.errors["birth_date"] == ["too young"]
    assert form.non_field_errors() == ["odd"]
    assert LoanApplication.objects.get().is_draft


def test_a_crash_while_scoring_leaves_the_draft(banker: User) -> None:
    draft = LoanApplicationFactory(filed_by=banker)

    with (
        mock.patch("scoring.services.score", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        filing.submit(application_id=draft.pk, submitted_by=banker)

    draft.refresh_from_db()
    assert draft.is_draft
    assert draft.submitted_at is None


def test_a_draft_can_be_deleted_and_a_submitted_one_not(banker: User, logged_in: LogIn) -> None:
    client = logged_in(banker)
    draft = LoanApplicationFactory(filed_by=banker)
    decided = DecisionFactory(application__filed_by=banker).application

    client.post(reverse("applications:delete", args=[draft.pk]))
    client.post(reverse("applications:delete", args=[decided.pk]))

    assert list(LoanApplication.objects.all()) == [decided]


def test_what_was_submitted_is_frozen(banker: User) -> None:
    decision = DecisionFactory(application__filed_by=banker)
    application = LoanApplication.objects.get(pk=decision.application_id)

    application.amount = 1.0
    with pytest.raises(Frozen):
        application.save()
    with pytest.raises(Frozen):
        application.delete()
    assert LoanApplication.objects.filter(pk=application.pk).update(amount=1.0) == 0
    with pytest.raises(AlreadySubmitted):
        filing.save_draft(application=application, filed_by=banker)
    with pytest.raises((Frozen, ProtectedError)):
        LoanApplication.objects.filter(pk=application.pk).delete()


@pytest.mark.django_db
def test_decisions_are_written_once() -> None:
    decision = DecisionFactory()
    with pytest.raises(Frozen):
        decision.save()
    with pytest.raises(Frozen):
        decision.delete()
    with pytest.raises(Frozen):
        Decision.objects.update(outcome="approve")
    with pytest.raises(Frozen):
        Decision.objects.all().delete()


def test_editing_a_submitted_application_shows_its_decision(banker: User, logged_in: LogIn) -> None:
    application = DecisionFactory(application__filed_by=banker).application

    answer = logged_in(banker).get(reverse("applications:edit", args=[application.pk]))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("applications:detail", args=[application.pk])
