"""Looking up a known client fills the form in without changing a digit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

import scoring.services
from applications import home_credit, numbers
from applications.models import Decision, LoanApplication
from monitoring.models import Source
from scoring.models import ClientFile
from tests.applications.forms import filled_in

LogIn = Callable[[User], Client]
NEW = reverse("applications:new")


def look_up(client: Client, number: object, **typed: Any) -> Any:
    return client.post(NEW, {"action": "lookup", "client_number": str(number), **typed})


def test_the_form_is_filled_in_and_what_was_typed_stays(
    banker: User, logged_in: LogIn, known_client: ClientFile
) -> None:
    page = look_up(
        logged_in(banker), known_client.client_id, last_name="Keller", amount="1", purpose="home"
    )

    html = page.content.decode()
    sent = filled_in(html)
    assert f"Client {known_client.client_id} is on file" in html
    assert (sent["last_name"], sent["purpose"]) == ("Keller", "home")
    assert float(numbers.read(sent["amount"])) == known_client.application["AMT_CREDIT"]
    assert not LoanApplication.objects.exists()


def test_htmx_gets_the_form_alone(banker: User, logged_in: LogIn, known_client: ClientFile) -> None:
    page = logged_in(banker).post(
        NEW,
        {"action": "lookup", "client_number": str(known_client.client_id)},
        headers={"HX-Request": "true"},
    )

    html = page.content.decode()
    assert "<html" not in html
    assert filled_in(html)["amount"]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("42", "Nothing is on file for client"),
        ("", "Type a client number first"),
        ("abc", "Nothing is on file for client"),
        ("9" * 40, "Nothing is on file for client"),
        ("-1", "Nothing is on file for client"),
    ],
)
def test_a_number_without_a_file(number: str, message: str, banker: User, logged_in: LogIn) -> None:
    page = look_up(logged_in(banker), number, last_name="Keller")

    assert page.status_code == 200
    assert message in page.content.decode()
    assert filled_in(page.content.decode())["last_name"] == "Keller"


def test_submitted_unchanged_it_is_scored_like_over_rest(
    banker: User, logged_in: LogIn, champion: Any, known_client: ClientFile
) -> None:
    client = logged_in(banker)
    page = look_up(client, known_client.client_id)
    sent = filled_in(page.content.decode(), action="submit", first_name="Anna", last_name="Keller")

    client.post(NEW, sent)

    through_the_form = Decision.objects.get().prediction
    over_rest = scoring.services.score(
        application={
            column: value
            for column, value in known_client.application.items()
            if column != "SK_ID_CURR"
        },
        client_id=known_client.client_id,
        history=None,
        source=Source.API,
        requested_by=None,
    )
    assert through_the_form.pd == pytest.approx(over_rest.pd, abs=1e-9)
    assert through_the_form.history_used == over_rest.history_used
    filed = {c: through_the_form.inputs[c] for c in home_credit.COLUMNS}
    assert filed == {c: known_client.application.get(c) for c in home_credit.COLUMNS}


def test_what_the_banker_changes_overrides_the_file(
    banker: User, logged_in: LogIn, champion: Any, known_client: ClientFile
) -> None:
    client = logged_in(banker)
    page = look_up(client, known_client.client_id)
    changes = {"amount": "123456.5", "external_score_2": "", "annuity": ""}
    sent = filled_in(page.content.decode(), first_name="A", last_name="B", **changes)

    client.post(NEW, {**sent, "goods_price": "", "action": "submit"})

    inputs = Decision.objects.get().prediction.inputs
    assert inputs["AMT_CREDIT"] == 123456.5
    assert inputs["EXT_SOURCE_2"] is None
