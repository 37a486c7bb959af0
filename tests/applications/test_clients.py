"""Searching known clients, and what is shown of one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applications import client_history
from ml.features import HISTORY, HISTORY_FINGERPRINT
from scoring.models import ClientFile
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.applications.forms import filled_in

LogIn = Callable[[User], Client]
SEARCH = reverse("applications:clients")


def client_page(number: int) -> str:
    return reverse("applications:client", args=[number])


def search(client: Client, words: object = "") -> list[int]:
    page = client.get(SEARCH, {"q": str(words)})
    assert page.status_code == 200
    return [found.number for found in page.context["found"]]


def file_of(number: int, **known: float) -> ClientFile:
    """A client's file that knows some history features."""
    vector = np.array([known.get(name, math.nan) for name in HISTORY], dtype="<f8")
    return ClientFile.objects.create(
        client_id=number,
        application={"AMT_INCOME_TOTAL": 180_000.0},
        history=vector.tobytes(),
        history_fingerprint=HISTORY_FINGERPRINT,
        tables=["bureau"] if known else [],
        as_of=timezone.now(),
    )


def facts_of(file: ClientFile, slug: str) -> dict[str, str]:
    cards = {card.slug: card for card in client_history.cards(file)}
    return {str(fact.label): fact.value for fact in cards[slug].facts}


def test_a_number_finds_its_file(banker: User, logged_in: LogIn) -> None:
    file_of(42)
    client = logged_in(banker)

    assert search(client, " 42 ") == [42]
    assert search(client, "43") == []
    assert search(client, "9" * 40) == []
    assert "No client fits" in client.get(SEARCH, {"q": "43"}).content.decode()


def test_a_name_finds_clients_that_anybody_filed_for(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    for number, first, last, owner in (
        (1, "Anna", "Keller", banker),
        (2, "Bruno", "Keller", other_banker),
        (3, "Anna", "Weber", other_banker),
    ):
        DecisionFactory(
            application__filed_by=owner,
            application__client_number=number,
            application__first_name=first,
            application__last_name=last,
        )
    client = logged_in(banker)

    assert sorted(search(client, "keller")) == [1, 2]
    assert search(client, "anna keller") == [1]
    assert search(client) == [1]  # one's own


def test_a_draft_of_another_banker_tells_nothing(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    LoanApplicationFactory(filed_by=other_banker, client_number=5, last_name="Keller")
    client = logged_in(banker)

    assert search(client, "keller") == []
    assert client.get(client_page(5)).status_code == 404


def test_the_content_of_another_bankers_application_is_not_shown(
    banker: User, other_banker: User, manager: User, logged_in: LogIn
) -> None:
    theirs = DecisionFactory(
        application__filed_by=other_banker,
        application__client_number=7,
        application__last_name="Keller",
        application__amount=123_456.0,
    ).application

    page = logged_in(banker).get(client_page(7)).content.decode()
    assert "Another banker filed one on" in page
    assert theirs.reference not in page
    assert "123,456" not in page

    for user in (other_banker, manager):
        page = logged_in(user).get(client_page(7)).content.decode()
        assert theirs.reference in page
        assert "123,456" in page
        assert "Another banker" not in page


@pytest.mark.django_db
def test_figures_are_told_in_a_bankers_words() -> None:
    file = file_of(
        42,
        BUREAU_COUNT=8,
        BUREAU_ACTIVE_COUNT=3,
        BUREAU_DEBT_SUM=620_563.77,
        BUREAU_OVERDUE_NOW=0,
        INST_COUNT=185,
        INST_LATE_SHARE=0.027,
        INST_LATENESS_MAX=1,
        INST_LATE_SHARE_365D_CHANGE=-0.2,
        CARD_MONTHS=0,
    )

    assert facts_of(file, "bureau") == {
        "Loans on record": "8",
        "Of these, open today": "3",
        "Still owed": "€620,564",
        "Overdue today": "€0",
    }
    payments = facts_of(file, "payments")
    assert payments["Paid late"] == "2.7\u00a0%"
    assert payments["Worst delay"] == "1 day"
    assert payments["Trend"] == "Better in the last year"
    assert facts_of(file, "cards") == {}


def test_what_is_missing_says_what_it_would_bring(banker: User, logged_in: LogIn) -> None:
    file_of(42, BUREAU_COUNT=1)

    page = logged_in(banker).get(client_page(42))

    assert [card.slug for card in page.context["cards"]] == ["bureau"]
    assert {card.slug for card in page.context["missing"]} == {
        "previous",
        "payments",
        "cards",
        "loans",
    }
    assert "how reliably this client pays" in page.content.decode()


@pytest.mark.django_db
def test_a_history_laid_out_otherwise_is_not_misread() -> None:
    file = file_of(42, BUREAU_COUNT=8)
    file.history_fingerprint = "of another version"

    assert not any(card.facts for card in client_history.cards(file))


def test_every_figure_is_a_history_feature() -> None:
    lines = [line for card in client_history._CARDS for line in card.lines]

    assert {line.feature for line in lines} <= set(HISTORY)
    assert {card.counted_by for card in client_history._CARDS} <= set(HISTORY)


@pytest.mark.parametrize("number", ["43", "9" * 30])
def test_an_unknown_client_says_what_to_do_next(
    number: str, banker: User, logged_in: LogIn
) -> None:
    page = logged_in(banker).get(f"{SEARCH}{number}/")

    assert page.status_code == 404
    assert "Search clients" in page.content.decode()


def test_a_new_application_is_filled_in(
    banker: User, logged_in: LogIn, known_client: ClientFile
) -> None:
    number = known_client.client_id
    DecisionFactory(
        application__filed_by=banker,
        application__client_number=number,
        application__first_name="Anna",
        application__last_name="Keller",
    )
    client = logged_in(banker)
    address = f"{reverse('applications:new')}?client={number}"
    assert address in client.get(client_page(number)).content.decode()

    html = client.get(address).content.decode()

    sent = filled_in(html)
    assert (sent["client_number"], sent["last_name"]) == (str(number), "Keller")
    assert sent["amount"]
    assert f"Client {number} is on file" in html


def test_a_manager_who_files_nothing_is_offered_no_form(manager: User, logged_in: LogIn) -> None:
    file_of(42)

    assert "New application" not in logged_in(manager).get(client_page(42)).content.decode()


@pytest.mark.parametrize("count", [1, 15])
def test_queries(
    count: int,
    banker: User,
    logged_in: LogIn,
    known_client: ClientFile,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        for client_number in (known_client.client_id, number + 1):
            DecisionFactory(
                application__filed_by=banker,
                application__client_number=client_number,
                application__last_name="Keller",
            )
    client = logged_in(banker)
    addresses: list[tuple[str, dict[str, Any]]] = [
        (SEARCH, {}),
        (SEARCH, {"q": "keller"}),
        (SEARCH, {"q": str(known_client.client_id)}),
        (client_page(known_client.client_id), {}),
    ]
    for address, query in addresses:
        with django_assert_max_num_queries(12):
            assert client.get(address, query).status_code == 200


def test_a_nul_character_in_a_search_is_dropped(banker: User, logged_in: LogIn) -> None:
    page = logged_in(banker).get(reverse("applications:clients"), {"q": "Pe\0tit"})

    assert page.context["words"] == "Petit"
