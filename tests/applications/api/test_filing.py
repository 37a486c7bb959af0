"""Filing over REST: the form's fields and checks, drafts, versions, submission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from applications.api.examples import APPLICATION
from applications.forms import ApplicationForm
from applications.models import Decision, Entry, LoanApplication
from monitoring.models import Prediction, Source
from scoring.exceptions import InvalidInput, NoChampion
from tests.applications.factories import CaseFactory, LoanApplicationFactory, UserFactory

Calling = Callable[[User], APIClient]
URL = "/api/v1/applications/"
PROBLEM = "application/problem+json"


def address(application: LoanApplication) -> str:
    return f"{URL}{application.pk}/"


def wrong(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.json()
    assert answer["Content-Type"] == PROBLEM
    return {error["field"] for error in answer.json()["errors"]}


@pytest.mark.usefixtures("champion")
def test_filed_and_decided_at_once(api: APIClient, partner: User) -> None:
    answer = api.post(URL, {**APPLICATION, "submit": True})

    assert answer.status_code == 201
    told = answer.json()
    decision = Decision.objects.select_related("application", "prediction").get()
    assert (decision.application.filed_by, decision.prediction.source) == (partner, Source.API)
    assert told["status"] == "submitted"
    assert told["decision"]["outcome"] == decision.outcome
    assert told["decision"]["pd"] == decision.prediction.pd
    assert told["currency"] == "EUR"
    assert told["submitted_at"].endswith("Z")
    assert {name: told[name] for name in APPLICATION} == APPLICATION
    assert api.get(answer["Location"]).json() == told
    assert set(ApplicationForm.base_fields) <= set(told)


@pytest.mark.usefixtures("champion")
def test_it_is_scored_as_on_the_desk(api: APIClient, banker: User, calling: Calling) -> None:
    """The very numbers that were sent, none of them read as a thousand of what it is."""
    sent = {**APPLICATION, "annuity": 123.456, "external_score_2": 0.125, "amount": 1234.567}
    api.post(URL, {**sent, "submit": True}, headers={"accept-language": "fr"})

    inputs = Prediction.objects.get().inputs
    assert inputs["AMT_ANNUITY"] == 123.456
    assert inputs["AMT_CREDIT"] == 1234.567
    assert inputs["EXT_SOURCE_2"] == 0.125
    assert inputs["FLAG_OWN_CAR"] == "N"


def test_a_draft_may_hold_next_to_nothing(api: APIClient) -> None:
    answer = api.post(URL, {"last_name": "Keller"})

    assert answer.status_code == 201
    assert answer.json()["status"] == "draft"
    assert answer.json()["decision"] is None
    assert answer.json()["first_name"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amont": 1}, "amont"),
        ({"amount": "45000"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10**400}, "amount"),
        ({"children": 1.5}, "children"),
        ({"children": 31}, "children"),
        ({"client_number": 0}, "client_number"),
        ({"owns_car": "yes"}, "owns_car"),
        ({"education": "PhD"}, "education"),
        ({"education": ["PhD"]}, "education"),
        ({"birth_date": "12.4.1985"}, "birth_date"),
        ({"birth_date": "2020-01-01"}, "birth_date"),
        ({"last_name": 5}, "last_name"),
        ({"last_name": "x" * 81}, "last_name"),
        ({"email": "nobody"}, "email"),
        ({"region_rating": 7}, "region_rating"),
        ({"family_members": 1}, "family_members"),
        ({"car_age": 3}, "car_age"),
        ({"annuity": 99_000}, "annuity"),
        ({"submit": "now"}, "submit"),
    ],
)
@pytest.mark.parametrize("submit", [True, False])
def test_a_wrong_field_is_named(
    api: APIClient, changes: dict[str, Any], field: str, submit: bool
) -> None:
    answer = api.post(URL, {**APPLICATION, "submit": submit, **changes})

    assert wrong(answer) == {field}
    assert not LoanApplication.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("client_number", 12), ("employment", None), ("monthly_income", None)]
)
def test_what_a_decision_needs_a_draft_may_lack(api: APIClient, name: str, value: Any) -> None:
    assert wrong(api.post(URL, {**APPLICATION, name: value, "submit": True})) == {name}
    assert api.post(URL, {**APPLICATION, name: value}).status_code == 201


def test_all_mistakes_are_told_at_once(api: APIClient) -> None:
    answer = api.post(URL, {"amount": "x", "annuity": 5, "kids": 2, "submit": True})

    assert {"amount", "kids", "first_name", "birth_date"} <= wrong(answer)


def test_a_misspelt_field_gets_a_guess(api: APIClient) -> None:
    answer = api.post(URL, {"montly_income": 3})

    assert "Did you mean monthly_income?" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("body", ["[]", "3", "null", '"x"', "{", '{"amount": NaN}'])
def test_no_body_breaks_it(api: APIClient, body: str) -> None:
    answer = api.post(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM


def test_what_cannot_be_scored_leaves_nothing_behind(api: APIClient) -> None:
    api.raise_request_exception = False
    with mock.patch("scoring.services.score", side_effect=NoChampion("none")):
        answer = api.post(URL, {**APPLICATION, "submit": True})
    assert answer.status_code == 503
    refused = InvalidInput({"application.AMT_CREDIT": ["Too much."]})
    with mock.patch("scoring.services.score", side_effect=refused):
        answer = api.post(URL, {**APPLICATION, "submit": True})
    assert wrong(answer) == {"amount"}
    assert not LoanApplication.objects.exists()


@pytest.mark.usefixtures("champion")
def test_a_draft_is_changed_and_submitted(api: APIClient) -> None:
    draft = api.post(URL, {**APPLICATION, "amount": None}).json()

    changed = api.patch(draft["url"], {"amount": 40000, "version": draft["version"]})
    assert changed.status_code == 200
    assert (changed.json()["amount"], changed.json()["last_name"]) == (40000.0, "Keller")
    assert changed.json()["version"] != draft["version"]

    answer = api.post(f"{draft['url']}submit/")
    assert answer.json()["decision"]["number"] == 1
    again = api.post(f"{draft['url']}submit/")
    assert again.status_code == 409
    assert Decision.objects.count() == 1


def test_an_incomplete_draft_is_not_submitted(api: APIClient, partner: User) -> None:
    draft = LoanApplicationFactory(filed_by=partner, amount=None)

    assert wrong(api.post(f"{address(draft)}submit/")) == {"amount"}
    assert LoanApplication.objects.get().is_draft


def test_nobody_saves_over_what_they_have_not_seen(api: APIClient, partner: User) -> None:
    draft = LoanApplicationFactory(filed_by=partner)
    seen = api.get(address(draft)).json()["version"]
    api.patch(address(draft), {"amount": 1000, "annuity": 50, "version": seen})

    stale = api.patch(address(draft), {"amount": 2000, "version": seen})
    by_header = api.patch(address(draft), {"amount": 2000}, headers={"if-match": f'"{seen}"'})
    without = api.patch(address(draft), {"amount": 2000})

    assert (stale.status_code, by_header.status_code) == (409, 412)
    assert wrong(without) == {"version"}
    assert LoanApplication.objects.get().amount == 1000


@pytest.mark.parametrize("header", ['"{}"', 'W/"{}"', "{}", "*"])
def test_the_header_names_the_version(api: APIClient, partner: User, header: str) -> None:
    draft = LoanApplicationFactory(filed_by=partner)
    seen = api.get(address(draft)).json()["version"]

    answer = api.patch(
        address(draft), {"amount": 90_000}, headers={"if-match": header.format(seen)}
    )

    assert answer.json()["amount"] == 90_000


def test_what_is_submitted_is_not_changed(api: APIClient, partner: User) -> None:
    case = CaseFactory(decision__application__filed_by=partner)
    url = address(case.application)

    assert api.patch(url, {"amount": 1, "version": "1-decided"}).status_code == 409
    assert api.delete(url).status_code == 409
    assert LoanApplication.objects.get().amount == 450_000


def test_a_draft_is_thrown_away(api: APIClient, partner: User) -> None:
    draft = LoanApplicationFactory(filed_by=partner)

    assert api.delete(address(draft)).status_code == 204
    assert api.get(address(draft)).status_code == 404


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_others_applications_are_not_there(
    api: APIClient, method: str, manager: User, calling: Calling
) -> None:
    draft = LoanApplicationFactory()
    filed = CaseFactory().application

    assert getattr(api, method)(address(draft)).status_code == 404
    assert getattr(api, method)(address(filed)).status_code == 404
    assert calling(manager).get(address(draft)).status_code == 404
    assert calling(manager).get(address(filed)).status_code == 200


def test_a_banker_uses_it_too(banker: User, calling: Calling) -> None:
    answer = calling(banker).post(URL, {"last_name": "Keller"})

    assert answer.json()["filed_by"] == banker.get_full_name()
    assert not Entry.objects.exists()  # drafts may still be thrown away


def test_the_list_is_filtered_and_paged(api: APIClient, partner: User) -> None:
    for name in ("Keller", "Meier", "Keller"):
        LoanApplicationFactory(filed_by=partner, last_name=name)
    CaseFactory(decision__application__filed_by=partner, decision__outcome="decline")
    CaseFactory()

    assert len(api.get(URL).json()["results"]) == 4
    assert len(api.get(URL, {"q": "keller"}).json()["results"]) == 2
    assert len(api.get(URL, {"outcome": "decline"}).json()["results"]) == 1
    page = api.get(URL, {"page_size": 3}).json()
    rest = api.get(page["next"]).json()
    names = [row["id"] for row in page["results"] + rest["results"]]
    assert len(set(names)) == 4
    assert rest["next"] is None
    assert api.get(page["next"], {"cursor": "x"}).status_code == 400


def test_a_misspelt_filter_lets_nothing_through(api: APIClient) -> None:
    assert wrong(api.get(URL, {"outcom": "approve"})) == {"outcom"}
    assert wrong(api.get(URL, {"outcome": "yes"})) == {"outcome"}


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_takes_few_queries(
    rows: int, manager: User, calling: Calling, django_assert_max_num_queries: Any
) -> None:
    filer = UserFactory(role="Bankers")
    for _ in range(rows):
        CaseFactory(decision__application__filed_by=filer)
    client = calling(manager)

    with django_assert_max_num_queries(6):
        assert len(client.get(URL).json()["results"]) == rows


def test_one_application_takes_few_queries(
    api: APIClient, partner: User, django_assert_max_num_queries: Any
) -> None:
    case = CaseFactory(decision__application__filed_by=partner)

    with django_assert_max_num_queries(6):
        api.get(address(case.application))
