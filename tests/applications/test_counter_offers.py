"""Counter-offers: another version of an application, filed as it was tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from applications.exceptions import (
    AlreadyOffered,
    Outdated,
    ScoringUnavailable,
)
from applications.models import Case, Decision, Entry, LoanApplication, Note
from applications.services import counter_offers
from applications.services.counter_offers import Wish
from applications.what_if.form import query
from applications.what_if.terms import LoanTerms
from monitoring.models import Prediction
from scoring.models import ClientFile, ModelVersion
from tests.applications.factories import LoanApplicationFactory
from tests.applications.journals import edited
from tests.applications.what_if import in_force, studied, submitted

LogIn = Callable[[User], Client]
TERMS = LoanTerms(amount=300_000.0, instalments=36, down_payment=20_000.0, extra_income=45_000.0)


def _wish(application: LoanApplication, **changes: Any) -> Wish:
    stamp = studied(application).basis.stamp
    values = {"source_id": application.pk, "terms": TERMS, "version": 2, "stamp": stamp}
    return Wish(**{**values, **changes})


def _post(client: Client, application: LoanApplication, **changes: Any) -> HttpResponse:
    """What the button sends."""
    wish = _wish(application)
    sent = {**query(TERMS), "version": "2", "stamp": wish.stamp, **changes}
    return client.post(
        reverse("applications:counter-offer", args=[application.pk]), sent, follow=True
    )


@pytest.mark.usefixtures("champion")
def test_it_is_decided_with_the_very_pd_that_was_tried(banker: User) -> None:
    source = submitted(banker)
    tried = studied(source).of(TERMS)

    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    decision = Decision.objects.select_related("prediction").get(application=made)
    assert decision.prediction.pd == tried.tried.pd
    assert decision.outcome == tried.tried.outcome
    assert decision.prediction.inputs == {
        **studied(source).basis.columns,
        **tried.offer.columns,
    }
    assert decision.kind == Decision.Kind.AUTOMATIC
    assert Case.objects.get(application=made).decision == decision


def test_a_known_client_keeps_the_history_that_was_scored(
    banker: User, champion: ModelVersion, known_client: ClientFile
) -> None:
    number = known_client.client_id
    source = submitted(banker, client_number=number)
    tried = studied(source).of(TERMS)
    known_client.delete()  # whatever became of the file since

    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    prediction = Prediction.objects.get(decisions__application=made)
    assert prediction.pd == tried.tried.pd
    assert prediction.history is not None
    assert prediction.client_id == made.client_number == number


@pytest.mark.usefixtures("champion")
def test_same_applicant_other_terms(banker: User) -> None:
    source = submitted(banker)

    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    assert (made.reference, made.version) == (f"{source.reference}-2", 2)
    assert made.original == source
    assert made.filed_by == banker
    assert made.status == LoanApplication.Status.SUBMITTED
    offer = studied(source).of(TERMS).offer
    assert {name: getattr(made, name) for name in asdict(offer)} == asdict(offer)
    same = ("first_name", "last_name", "birth_date", "education", "employed_since", "purpose")
    assert [getattr(made, name) for name in same] == [getattr(source, name) for name in same]
    source.refresh_from_db()
    assert (source.amount, source.original_id) == (450_000.0, None)


@pytest.mark.usefixtures("champion")
def test_the_journal_tells_of_it_on_both(banker: User) -> None:
    source = submitted(banker)

    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    told = Entry.objects.filter(kind=Entry.Kind.COUNTER_OFFERED)
    assert {entry.application_id for entry in told} == {source.pk, made.pk}
    for entry in told:
        assert entry.actor == banker
        assert entry.data["counter_offer"] == made.reference
        assert (entry.data["to"], entry.data["amount"]) == (source.reference, 280_000.0)
    kinds = list(made.entries.values_list("kind", flat=True))
    assert kinds == ["created", "submitted", "decided", "counter", "noted"]
    assert edited() == []


@pytest.mark.usefixtures("champion")
def test_a_co_borrowers_income_is_noted(banker: User) -> None:
    source = submitted(banker)
    alone = replace(TERMS, extra_income=0.0)

    made = counter_offers.file(wish=_wish(source), offered_by=banker)
    without = counter_offers.file(wish=_wish(source, version=3, terms=alone), offered_by=banker)

    assert made.monthly_income == 225_000.0
    note = Note.objects.get(application=made)
    assert note.author == banker
    assert "€225,000 is €180,000 of the applicant and €45,000 of a co-borrower" in note.text
    assert without.monthly_income == 180_000.0
    assert not without.notes.exists()


@pytest.mark.usefixtures("champion")
def test_a_counter_offer_to_a_counter_offer_belongs_to_the_same_original(banker: User) -> None:
    source = submitted(banker)
    second = counter_offers.file(wish=_wish(source), offered_by=banker)
    second = LoanApplication.objects.with_decision().get(pk=second.pk)

    wish = _wish(second, version=3, terms=LoanTerms(amount=200_000.0, instalments=24))
    third = counter_offers.file(wish=wish, offered_by=banker)

    assert (third.reference, third.original) == (f"{source.reference}-3", source)
    assert third.monthly_income == 225_000.0
    assert [v.version for v in LoanApplication.objects.versions_of(third)] == [1, 2, 3]
    assert source.entries.filter(kind=Entry.Kind.COUNTER_OFFERED).count() == 1
    assert second.entries.filter(kind=Entry.Kind.COUNTER_OFFERED).count() == 2


@pytest.mark.usefixtures("champion")
def test_two_clicks_make_one(banker: User, logged_in: LogIn) -> None:
    source = submitted(banker)
    client = logged_in(banker)

    first, second = _post(client, source), _post(client, source)

    made = source.counter_offers.get()
    address = reverse("applications:detail", args=[made.pk])
    assert first.redirect_chain[-1][0] == second.redirect_chain[-1][0] == address
    assert "is filed and decided" in first.content.decode()
    assert "was made already" in second.content.decode()
    assert Decision.objects.count() == Prediction.objects.count() == 2


@pytest.mark.usefixtures("champion")
def test_a_version_that_the_banker_had_not_seen_is_shown(banker: User) -> None:
    source = submitted(banker)
    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    with pytest.raises(AlreadyOffered) as caught:
        counter_offers.file(wish=_wish(source), offered_by=banker)

    assert caught.value.version == made.pk


@pytest.mark.usefixtures("champion")
def test_other_terms_of_a_second_window_are_kept(banker: User, logged_in: LogIn) -> None:
    source = submitted(banker)
    client = logged_in(banker)
    _post(client, source)

    page = _post(client, source, amount="250000")

    made = source.counter_offers.get()
    assert page.redirect_chain[-1][0].startswith(
        reverse("applications:what-if", args=[source.pk]) + "?amount=250000"
    )
    html = page.content.decode()
    assert f"{made.reference} was made in another window" in html
    assert page.context["variant"].terms == replace(TERMS, amount=250_000.0)
    assert page.context["next_version"] == 3


def test_the_database_keeps_one_of_each_version(banker: User) -> None:
    original = LoanApplicationFactory(filed_by=banker)
    LoanApplicationFactory(filed_by=banker, original=original, version=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        LoanApplicationFactory(filed_by=banker, original=original, version=2)


@pytest.mark.usefixtures("champion")
def test_only_its_banker_makes_one(
    banker: User, other_banker: User, manager: User, logged_in: LogIn
) -> None:
    source = submitted(banker)
    both = User.objects.create_user("both")
    both.groups.set(Group.objects.filter(name__in=["Bankers", "Managers"]))

    for user, status in ((other_banker, 404), (manager, 403), (both, 404)):
        assert _post(logged_in(user), source).status_code == status
        with pytest.raises(PermissionDenied):
            counter_offers.file(wish=_wish(source), offered_by=user)
    banker.groups.clear()
    with pytest.raises(PermissionDenied):
        counter_offers.file(wish=_wish(source), offered_by=User.objects.get(pk=banker.pk))
    assert LoanApplication.objects.count() == 1


@pytest.mark.usefixtures("champion")
def test_a_manager_tries_and_is_told_who_files(
    banker: User, manager: User, logged_in: LogIn
) -> None:
    page = logged_in(manager).get(reverse("applications:what-if", args=[submitted(banker).pk]))

    assert "Only the banker who filed" in page.content.decode()
    assert "Make this the counter-offer" not in page.content.decode()


@pytest.mark.usefixtures("champion")
def test_terms_that_a_version_has_are_no_counter_offer(banker: User, logged_in: LogIn) -> None:
    source = submitted(banker)
    address = reverse("applications:what-if", args=[source.pk])
    client = logged_in(banker)
    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    for terms, version in ((studied(source).filed.terms, source), (TERMS, made)):
        with pytest.raises(AlreadyOffered, match="these very terms") as caught:
            counter_offers.file(wish=_wish(source, terms=terms, version=3), offered_by=banker)
        assert caught.value.version == version.pk
        assert "disabled>" in client.get(address, query(terms)).content.decode()
    assert (
        f"{made.reference}</a> has these terms"
        in client.get(address, query(TERMS)).content.decode()
    )
    assert source.counter_offers.count() == 1


@pytest.mark.usefixtures("champion")
def test_other_cut_offs_than_seen_are_looked_at_first(banker: User, logged_in: LogIn) -> None:
    source = submitted(banker)
    seen = _wish(source)
    in_force(refer_from=0.5, decline_from=0.6)

    with pytest.raises(Outdated):
        counter_offers.file(wish=seen, offered_by=banker)
    page = _post(logged_in(banker), source, stamp=seen.stamp)

    assert "changed while you looked" in page.content.decode()
    assert page.context["variant"].terms == TERMS  # nothing typed is lost
    assert not source.counter_offers.exists()


@pytest.mark.usefixtures("champion")
@pytest.mark.parametrize("changes", [{"amount": "-5"}, {"version": "x"}, {"stamp": ""}])
def test_bad_input_makes_none(changes: dict[str, str], banker: User, logged_in: LogIn) -> None:
    source = submitted(banker)

    page = _post(logged_in(banker), source, **changes)

    assert page.request["PATH_INFO"] == reverse("applications:what-if", args=[source.pk])
    assert "No counter-offer was made" in page.content.decode()
    assert not source.counter_offers.exists()


def test_without_a_model_none_is_made(
    banker: User, logged_in: LogIn, champion: ModelVersion
) -> None:
    source = submitted(banker)
    wish = _wish(source)
    ModelVersion.objects.update(is_champion=False)

    with pytest.raises(ScoringUnavailable, match="No counter-offer was made"):
        counter_offers.file(wish=wish, offered_by=banker)


@pytest.mark.usefixtures("champion")
def test_a_crash_while_scoring_leaves_nothing(banker: User) -> None:
    source = submitted(banker)
    wish, entries = _wish(source), Entry.objects.count()

    with (
        mock.patch("scoring.services.score", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        counter_offers.file(wish=wish, offered_by=banker)

    assert LoanApplication.objects.get() == source
    assert (Note.objects.count(), Entry.objects.count()) == (0, entries)


@pytest.mark.usefixtures("champion")
def test_result_pages_link_both_ways(banker: User, logged_in: LogIn) -> None:
    source = submitted(banker)
    client = logged_in(banker)
    alone = client.get(reverse("applications:detail", args=[source.pk])).content.decode()
    made = counter_offers.file(wish=_wish(source), offered_by=banker)

    pages = {
        application: client.get(
            reverse("applications:detail", args=[application.pk])
        ).content.decode()
        for application in (source, made)
    }

    assert "Versions" not in alone
    assert "Try other terms" in alone
    for page in pages.values():
        assert made.reference in page
        assert reverse("applications:detail", args=[source.pk]) in page
        assert reverse("applications:detail", args=[made.pk]) in page
    assert "Counter-offer to" in pages[made]
    assert "Counter-offer to" not in pages[source]
