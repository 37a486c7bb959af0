"""What-ifs and counter-offers over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from applications.api.examples import APPLICATION
from applications.models import LoanApplication
from monitoring.models import Prediction, Source
from tests.applications.factories import CaseFactory

Calling = Callable[[User], APIClient]


@pytest.fixture
def url(api: APIClient, champion: Any) -> str:
    filed = api.post("/api/v1/applications/", {**APPLICATION, "submit": True})
    return str(filed["Location"])


def test_terms_are_tried_and_nothing_is_stored(api: APIClient, url: str) -> None:
    told = api.post(f"{url}what-ifs/", {"amount": 30_000}).json()

    assert told["tried"]["amount"] == told["tried"]["goods_price"] == 30_000
    assert told["as_filed"]["amount"] == 45_000
    assert told["as_filed"]["pd"] == Prediction.objects.get().pd
    assert told["as_filed"]["instalments"] == told["tried"]["instalments"]
    assert told["offer_number"] == 2


def test_no_terms_are_those_that_were_filed(api: APIClient, url: str) -> None:
    told = api.post(f"{url}what-ifs/", {}).json()

    assert told["tried"] == told["as_filed"]


def test_an_instalment_stands_for_their_number(api: APIClient, url: str) -> None:
    told = api.post(f"{url}what-ifs/", {"instalment": 1400.125}).json()

    assert told["tried"]["annuity"] == 1400.125
    assert told["tried"]["instalments"] > told["as_filed"]["instalments"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"amount": "5"}, "amount"),
        ({"amount": 0}, "amount"),
        ({"instalments": 5}, "instalments"),
        ({"instalments": 12, "instalment": 4_000}, "instalment"),
        ({"instalment": 1}, "instalment"),
        ({"down_payment": 45_000}, "down_payment"),
        ({"extra_income": -1}, "extra_income"),
        ({"downpayment": 1}, "downpayment"),
    ],
)
def test_wrong_terms_are_named(api: APIClient, url: str, sent: Any, field: str) -> None:
    answer = api.post(f"{url}what-ifs/", sent)

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {field}


def test_terms_that_a_loan_has_no_use_for(api: APIClient, champion: Any) -> None:
    filed = api.post(
        "/api/v1/applications/",
        {**APPLICATION, "goods_price": None, "annuity": None, "submit": True},
    ).json()
    answer = api.post(f"{filed['url']}what-ifs/", {"down_payment": 5, "instalments": 24})

    assert {error["field"] for error in answer.json()["errors"]} == {"down_payment", "instalments"}


def test_a_counter_offer_is_what_was_tried(api: APIClient, url: str) -> None:
    terms = {"down_payment": 5_000, "instalments": 48, "extra_income": 800}
    tried = api.post(f"{url}what-ifs/", terms).json()
    sent = {**terms, "offer_number": tried["offer_number"], "stamp": tried["stamp"]}

    made = api.post(f"{url}counter-offers/", sent)

    assert made.status_code == 201
    assert made.json()["decision"]["pd"] == tried["tried"]["pd"]
    assert made.json()["decision"]["outcome"] == tried["tried"]["decision"]
    assert made.json()["counter_offer_to"] == api.get(url).json()["reference"]
    assert made.json()["offer_number"] == 2
    assert {p.source for p in Prediction.objects.all()} == {Source.API}
    assert api.post(f"{url}counter-offers/", sent).status_code == 409
    stale = {**sent, "offer_number": 3, "instalments": 24, "stamp": "0" * 16 + "-0"}
    assert api.post(f"{url}counter-offers/", stale).status_code == 409
    assert LoanApplication.objects.count() == 2


def test_only_who_filed_it_offers(manager: User, calling: Calling, url: str) -> None:
    """A manager tries terms, but does not file."""
    client = calling(manager)

    assert client.post(f"{url}what-ifs/", {}).status_code == 200
    sent = {"offer_number": 2, "stamp": "x"}
    assert client.post(f"{url}counter-offers/", sent).status_code == 403


def test_others_and_drafts_are_not_there(api: APIClient, partner: User) -> None:
    draft = api.post("/api/v1/applications/", {"last_name": "Keller"}).json()["url"]
    other = f"/api/v1/applications/{CaseFactory().pk}/"

    for address in (draft, other):
        assert api.post(f"{address}what-ifs/", {}).status_code == 404
        sent = {"offer_number": 2, "stamp": "x"}
        assert api.post(f"{address}counter-offers/", sent).status_code == 404


def test_a_trial_takes_few_queries(
    api: APIClient, url: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        api.post(f"{url}what-ifs/", {"amount": 30_000})
