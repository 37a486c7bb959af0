"""A session lost with an unsaved form: what was typed comes back to its owner alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from applications import kept_forms
from applications.models import LoanApplication
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.applications.forms import filled_in, typed

LogIn = Callable[[User], Client]
NEW = reverse("applications:new")
LOGIN = reverse("login")
PASSWORD = "a-long-enough-secret"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def passwords(banker: User, other_banker: User) -> None:
    for user in (banker, other_banker):
        user.set_password(PASSWORD)
        user.save()


def log_in(client: Client, user: User, back_to: str = NEW) -> Any:
    return client.post(
        LOGIN, {"username": user.username, "password": PASSWORD, "next": back_to}, follow=True
    )


def opened(client: Client, address: str = NEW, **changes: Any) -> dict[str, str]:
    return filled_in(client.get(address).content.decode(), **changes)


def lose_session(client: Client) -> None:
    Session.objects.all().delete()


@pytest.mark.parametrize("action", ["draft", "submit", "lookup"])
def test_the_form_comes_back_unsaved_after_logging_in(
    action: str, banker: User, logged_in: LogIn
) -> None:
    client = logged_in(banker)
    sent = opened(client, **typed(amount="much", action=action))
    lose_session(client)

    answer = client.post(NEW, sent)
    login_page = client.get(answer["Location"]).content.decode()
    page = log_in(client, banker)

    assert answer["Location"] == f"{LOGIN}?next={NEW}"
    assert "What you typed is kept" in login_page
    assert "Keller" not in login_page
    html = page.content.decode()
    assert "This is what you typed before you were logged out" in html
    assert "It is not saved yet" in html
    back = filled_in(html)
    assert {name: back[name] for name in typed()} == typed(amount="much")
    assert back["key"] == sent["key"]
    assert not LoanApplication.objects.exists()


def test_saved_it_is_kept_no_longer(banker: User, logged_in: LogIn) -> None:
    client = logged_in(banker)
    sent = opened(client, last_name="Keller")
    lose_session(client)
    client.post(NEW, {**sent, "action": "draft"})
    page = log_in(client, banker)

    client.post(NEW, filled_in(page.content.decode(), action="draft"))

    assert LoanApplication.objects.get().last_name == "Keller"
    assert filled_in(client.get(NEW).content.decode())["last_name"] == ""


def test_it_survives_a_reload_and_can_be_thrown_away(banker: User, logged_in: LogIn) -> None:
    client = logged_in(banker)
    sent = opened(client, last_name="Keller")
    lose_session(client)
    client.post(NEW, {**sent, "action": "draft"})
    log_in(client, banker)
    assert opened(client)["last_name"] == "Keller"

    client.post(NEW, opened(client, action="discard"))

    assert opened(client)["last_name"] == ""


def test_a_draft_comes_back_at_its_own_address(banker: User, logged_in: LogIn) -> None:
    draft = LoanApplicationFactory(filed_by=banker, last_name="Keller")
    address = reverse("applications:edit", args=[draft.pk])
    client = logged_in(banker)
    sent = opened(client, address, last_name="Kellner")
    lose_session(client)

    client.post(address, {**sent, "action": "draft"})
    page = log_in(client, banker, address)

    assert filled_in(page.content.decode())["last_name"] == "Kellner"
    assert filled_in(client.get(NEW).content.decode())["last_name"] == ""
    draft.refresh_from_db()
    assert draft.last_name == "Keller"


def test_another_user_sees_none_of_it(banker: User, other_banker: User, logged_in: LogIn) -> None:
    client = logged_in(banker)
    sent = opened(client, last_name="Keller")
    lose_session(client)
    client.post(NEW, {**sent, "action": "draft"})

    page = log_in(client, other_banker)

    assert "Keller" not in page.content.decode()
    assert "kept_form" not in client.session
    client.post(reverse("logout"))
    assert "Keller" not in log_in(client, banker).content.decode()


@pytest.mark.parametrize("owner", ["", "1", "1:forged"])
def test_without_a_true_note_nothing_is_kept(owner: str, client: Client) -> None:
    answer = client.post(NEW, {**typed(), "owner": owner})

    assert answer["Location"] == f"{LOGIN}?next={NEW}"
    assert "What you typed is kept" not in client.get(answer["Location"]).content.decode()


def test_too_much_is_not_kept(banker: User, client: Client) -> None:
    note = kept_forms.owner_note(banker)
    client.post(NEW, {**typed(first_name="x" * 70_000), "owner": note})

    assert "kept_form" not in client.session


def test_what_is_no_field_is_not_kept(banker: User, client: Client) -> None:
    client.post(NEW, {**typed(), "owner": kept_forms.owner_note(banker), "password": "secret"})

    assert "secret" not in client.session["kept_form"]["data"]


@pytest.mark.parametrize("action", ["autosave", "check", "lookup"])
def test_an_update_of_a_part_says_so_and_leaves_the_page(
    action: str, banker: User, logged_in: LogIn
) -> None:
    client = logged_in(banker)
    sent = opened(client, last_name="Keller")
    lose_session(client)

    answer = client.post(NEW, {**sent, "action": action}, headers=HTMX)

    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#save-state"
    assert "You were logged out" in answer.content.decode()
    client.post(NEW, {**sent, "action": "autosave"}, headers=HTMX)  # as the page does next
    assert filled_in(log_in(client, banker).content.decode())["last_name"] == "Keller"


def test_a_stale_token_brings_the_form_back(banker: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(banker)
    sent = opened(client, last_name="Keller", csrfmiddlewaretoken="x" * 64)

    answer = client.post(NEW, {**sent, "action": "draft"}, follow=True)

    assert answer.redirect_chain == [(NEW, 302)]
    html = answer.content.decode()
    assert "It is not saved yet" in html
    fresh = filled_in(html, action="draft")
    assert fresh["last_name"] == "Keller"
    client.post(NEW, fresh)
    assert LoanApplication.objects.get().last_name == "Keller"


def test_a_stale_token_of_somebody_logged_out_leads_to_the_login_page(banker: User) -> None:
    client = Client(enforce_csrf_checks=True)
    note = kept_forms.owner_note(banker)

    answer = client.post(NEW, {**typed(), "owner": note})

    assert answer["Location"] == f"{LOGIN}?next={NEW}"
    assert "What you typed is kept" in client.get(answer["Location"]).content.decode()


def test_a_foreign_site_gets_nothing_shown(banker: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(banker)

    answer = client.post(NEW, typed(last_name="Forged"))

    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()
    assert "Forged" not in client.get(NEW).content.decode()


def test_a_form_of_somebody_else_is_refused(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    sent = opened(logged_in(banker), last_name="Keller", action="draft")

    browser = logged_in(other_banker)
    answer = browser.post(NEW, sent)
    quiet = browser.post(NEW, {**sent, "action": "autosave"}, headers=HTMX)

    assert answer.status_code == 403
    assert "somebody else has logged in" in quiet.content.decode()
    assert not LoanApplication.objects.exists()


def test_submitted_meanwhile_its_decision_is_shown(banker: User, logged_in: LogIn) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    address = reverse("applications:edit", args=[draft.pk])
    client = logged_in(banker)
    sent = opened(client, address)
    lose_session(client)
    client.post(address, sent)
    LoanApplication.objects.filter(pk=draft.pk).delete()
    DecisionFactory(application__filed_by=banker, application__id=draft.pk)

    page = log_in(client, banker, address)

    assert page.redirect_chain[-1][0] == reverse("applications:detail", args=[draft.pk])
