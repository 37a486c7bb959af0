"""Saving while the form is being filled in, checking a field that is left, and two windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from applications.models import LoanApplication
from applications.services import filing
from scoring.models import ClientFile
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.applications.forms import filled_in, typed

LogIn = Callable[[User], Client]
NEW = reverse("applications:new")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(banker: User, logged_in: LogIn) -> Client:
    return logged_in(banker)


def edit_of(draft: LoanApplication) -> str:
    return reverse("applications:edit", args=[draft.pk])


def opened(client: Client, address: str = NEW, **changes: Any) -> dict[str, str]:
    """What a browser would send of the form at an address."""
    return filled_in(client.get(address).content.decode(), **changes)


def autosave(client: Client, sent: dict[str, str], address: str = NEW) -> Any:
    return client.post(address, {**sent, "action": "autosave"}, headers=HTMX)


def test_the_first_save_makes_one_draft_and_names_its_address(client: Client) -> None:
    sent = opened(client, last_name="Keller")

    first = autosave(client, sent)
    autosave(client, {**sent, **_seen(first), "first_name": "Anna"})

    draft = LoanApplication.objects.get()
    assert draft.applicant == "Anna Keller"
    assert first["HX-Replace-Url"] == edit_of(draft)
    assert "Saved at" in first.content.decode()
    assert draft.reference in first.content.decode()


def test_nothing_typed_makes_no_draft(client: Client) -> None:
    for changes in ({}, {"amount": "much"}):
        answer = autosave(client, opened(client, **changes))
        assert "Saved" not in answer.content.decode()
    assert not LoanApplication.objects.exists()


def test_what_is_wrong_is_left_out_and_said(client: Client, banker: User) -> None:
    draft = LoanApplicationFactory(filed_by=banker, amount=450_000.0)
    sent = opened(client, edit_of(draft), amount="much", children="4", first_name="Anna")

    answer = autosave(client, sent, edit_of(draft)).content.decode()

    draft.refresh_from_db()
    assert "but for 2 fields to mend" in answer
    assert (draft.first_name, draft.children) == ("Anna", 4)
    # Neither the old amount nor a contradiction stays behind.
    assert (draft.amount, draft.family_members) == (None, None)


def test_saving_again_without_a_change_leaves_the_time(client: Client, banker: User) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    before = LoanApplication.objects.get().updated_at

    autosave(client, opened(client, edit_of(draft)), edit_of(draft))

    assert LoanApplication.objects.get().updated_at == before


def test_a_submitted_application_is_never_saved_over(client: Client, banker: User) -> None:
    decided = DecisionFactory(application__filed_by=banker).application
    sent = typed(last_name="Changed", key=str(decided.pk), seen="")

    for address in (NEW, edit_of(decided)):
        answer = autosave(client, sent, address)
        assert "was submitted in another window" in answer.content.decode()
        answer = client.post(address, {**sent, "action": "draft"}, follow=True)
        assert "its decision stands" in answer.content.decode()
    decided.refresh_from_db()
    assert decided.last_name != "Changed"


def test_a_newer_draft_is_not_saved_over_by_itself(client: Client, banker: User) -> None:
    draft = LoanApplicationFactory(filed_by=banker, first_name="Anna", last_name="Keller")
    mine = opened(client, edit_of(draft), first_name="Ann")
    theirs = opened(client, edit_of(draft), last_name="Kellner")
    client.post(edit_of(draft), {**theirs, "action": "draft"})

    answer = autosave(client, mine, edit_of(draft))

    assert "changed in another window" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.applicant == "Anna Kellner"


@pytest.mark.parametrize("action", ["draft", "submit"])
def test_two_versions_are_shown_and_the_banker_decides(
    action: str, client: Client, banker: User, champion: Any
) -> None:
    draft = LoanApplicationFactory(filed_by=banker, first_name="Anna", last_name="Keller")
    mine = opened(client, edit_of(draft), first_name="Ann")
    theirs = opened(client, edit_of(draft), last_name="Kellner")
    client.post(edit_of(draft), {**theirs, "action": "draft"})

    page = client.post(edit_of(draft), {**mine, "action": action})

    assert page.status_code == 409
    shown = [(d.label, d.typed, d.stored) for d in page.context["conflicts"]]
    assert shown == [("First name", "Ann", "Anna"), ("Last name", "Keller", "Kellner")]
    again = filled_in(page.content.decode())
    assert again["first_name"] == "Ann"
    draft.refresh_from_db()
    assert draft.is_draft
    assert draft.applicant == "Anna Kellner"

    client.post(edit_of(draft), {**again, "action": "draft"})
    draft.refresh_from_db()
    assert draft.applicant == "Ann Keller"


def test_a_draft_deleted_meanwhile_can_be_filed_anew(client: Client, banker: User) -> None:
    draft = filing.save_draft(application=LoanApplication(last_name="Keller"), filed_by=banker)
    sent = opened(client, edit_of(draft), first_name="Anna")
    client.post(reverse("applications:delete", args=[draft.pk]))
    assert not LoanApplication.objects.exists()

    quiet = autosave(client, sent, edit_of(draft))
    page = client.post(edit_of(draft), {**sent, "action": "draft"})

    assert "was deleted in another window" in quiet.content.decode()
    assert not LoanApplication.objects.exists()
    assert page.status_code == 409
    client.post(NEW, filled_in(page.content.decode(), action="draft"))
    assert LoanApplication.objects.get().applicant == "Anna Keller"


def test_a_field_is_checked_when_it_is_left(client: Client) -> None:
    answer = _check(client, "children", children="3", family_members="3").content.decode()

    assert _message(answer, "children") == ""
    assert "at least 4 people" in _message(answer, "family_members")
    mended = _check(client, "family_members", children="3", family_members="4").content.decode()
    assert _message(mended, "family_members") == ""
    assert not LoanApplication.objects.exists()


def test_what_is_missing_is_not_asked_for_before_it_is_submitted(client: Client) -> None:
    early = _check(client, "amount", amount="").content.decode()
    late = _check(client, "amount", amount="", listed="submit").content.decode()

    assert _message(early, "amount") == ""
    assert "needed for a decision" in _message(late, "amount")
    assert 'id="form-errors"' not in early
    assert 'id="form-errors"' in late


def test_a_check_moves_the_progress_on(client: Client) -> None:
    answer = _check(client, "amount", amount="450 000", contract_type="Cash loans")

    assert (answer.context["picture"].filled, answer.context["picture"].needed) == (2, 13)
    in_work = _check(client, "employment", employment="in_work")
    assert in_work.context["picture"].needed == 14  # since when?


def test_the_picture_names_the_tier_and_what_would_help(
    client: Client, champion: Any, known_client: ClientFile
) -> None:
    empty = client.get(NEW).context["picture"]
    known = client.get(f"{NEW}?client={known_client.client_id}").context["picture"]

    assert (empty.tier, known.tier) == ("form", "full")
    assert len(empty.worth_asking) == 4
    assert {field.name for field in empty.worth_asking} & {f"external_score_{n}" for n in (1, 2, 3)}
    assert all(field.value() in (None, "") for field in known.worth_asking)


@pytest.mark.parametrize("action", ["autosave", "check", "lookup"])
def test_queries_while_filling_in(
    action: str,
    client: Client,
    champion: Any,
    known_client: ClientFile,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sent = opened(client, client_number=str(known_client.client_id), last_name="Keller")
    client.post(NEW, {"action": "draft"})  # the year's first reference, the champion's weights
    with django_assert_max_num_queries(12):
        client.post(NEW, {**sent, "action": action, "field": "amount"}, headers=HTMX)


def test_queries_of_the_form(
    client: Client,
    banker: User,
    champion: Any,
    known_client: ClientFile,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    draft = LoanApplicationFactory(filed_by=banker, client_number=known_client.client_id)
    with django_assert_max_num_queries(12):
        client.get(edit_of(draft))
    with django_assert_max_num_queries(12):
        client.get(f"{NEW}?client={known_client.client_id}")


def _seen(answer: Any) -> dict[str, str]:
    return {"seen": answer.context["seen"]}


def _check(client: Client, field: str, **sent: str) -> Any:
    return client.post(NEW, {"action": "check", "field": field, **sent}, headers=HTMX)


def _message(html: str, field: str) -> str:
    """What the answer puts beside a field."""
    _before, found, rest = html.partition(f'id="id_{field}_error"')
    assert found
    place = rest[: rest.index("</div>")]
    return "" if "<span>" not in place else place.rpartition("<span>")[2]
