"""The REST API of scores: rights, answers, errors, documentation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from knox.models import AuthToken
from rest_framework.test import APIClient

from monitoring.models import Prediction, Source
from scoring import services
from scoring.models import ClientFile, ModelVersion
from tests.scoring.factories import APPLICATION, BUREAU, partner

pytestmark = pytest.mark.django_db

URL = "/api/v1/scores/"
NOBODYS = UUID(int=1)
PROBLEM = "application/problem+json"


def client_of(user: User, expiry: timedelta | None = timedelta(days=1)) -> APIClient:
    _token, plain = AuthToken.objects.create(user=user, expiry=expiry)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {plain}")
    return client


@pytest.fixture
def api() -> APIClient:
    return client_of(partner())


@pytest.mark.usefixtures("champion")
def test_a_score_of_a_known_client(api: APIClient, known_client: ClientFile) -> None:
    answer = api.post(URL, {"client_id": known_client.client_id})
    assert answer.status_code == 201
    stored = Prediction.objects.get(pk=answer.json()["id"])
    assert answer.json()["pd"] == stored.pd
    assert answer.json()["decision"] == stored.outcome
    assert answer.json()["history_used"]["tables"] == known_client.tables
    assert stored.source == Source.API
    assert stored.requested_by is not None
    assert api.get(answer["Location"]).json() == answer.json()


@pytest.mark.usefixtures("champion")
def test_a_raw_row_with_its_client_number(api: APIClient, known_client: ClientFile) -> None:
    row = {**known_client.application, "SK_ID_CURR": known_client.client_id}
    by_row = api.post(URL, {"application": row}).json()
    by_number = api.post(URL, {"client_id": known_client.client_id}).json()
    assert by_row["pd"] == by_number["pd"]


@pytest.mark.usefixtures("champion")
def test_history_records(api: APIClient) -> None:
    answer = api.post(URL, {"application": APPLICATION, "history": {"bureau": [BUREAU]}})
    assert answer.status_code == 201
    assert answer.json()["history_used"]["tables"] == ["bureau"]
    assert answer.json()["completeness"] == "bureau"


@pytest.mark.usefixtures("champion")
def test_the_explanation_has_its_own_address(api: APIClient) -> None:
    answer = api.post(URL, {"application": APPLICATION}).json()
    assert api.get(answer["explanation_url"]).json()["status"] == "pending"
    services.explain(prediction_id=answer["id"])
    found = api.get(answer["explanation_url"]).json()
    assert found["status"] == "ready"
    total = found["base_value"] + sum(reason["contribution"] for reason in found["reasons"])
    assert total == pytest.approx(found["raw_score"], abs=1e-9)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "application"),
        ({"application": {}}, "application"),
        ({"client_id": "x"}, "client_id"),
        ({"client_id": 2**70}, "client_id"),
        ({"client_id": -1}, "client_id"),
        ({"client_id": 12}, "client_id"),
        ({"application": []}, "application"),
        ({"application": {"AMT_CREDIT": 1}}, "application.AMT_INCOME_TOTAL"),
        ({"application": {**APPLICATION, "SK_ID_CURR": "x"}}, "application.SK_ID_CURR"),
        (
            {"application": {**APPLICATION, "SK_ID_CURR": 1}, "client_id": 2},
            "application.SK_ID_CURR",
        ),
        ({"application": {**APPLICATION, "AMT_CREDIT": {}}}, "application.AMT_CREDIT"),
        ({"application": APPLICATION, "history": {"bureau": {}}}, "history.bureau"),
        ({"application": APPLICATION, "history": {"bureau": [3]}}, "history.bureau.0"),
        ({"application": APPLICATION, "explain_it": True}, "explain_it"),
    ],
)
@pytest.mark.usefixtures("champion")
def test_a_wrong_field_is_named(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(URL, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["status"] == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "3", "null", '{"application": NaN}', '"\\ud800"', "[" * 5000, '{"\\ud800": 1}'],
)
@pytest.mark.usefixtures("champion")
def test_no_body_breaks_it(api: APIClient, body: str) -> None:
    answer = api.post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM


@pytest.mark.usefixtures("champion")
def test_another_content_type_is_refused(api: APIClient) -> None:
    assert api.post(URL, "a=1", content_type="text/csv").status_code == 415


def test_without_a_champion_it_says_so(api: APIClient) -> None:
    api.raise_request_exception = False
    answer = api.post(URL, {"application": APPLICATION})
    assert answer.status_code == 503
    assert answer["Content-Type"] == PROBLEM


ADDRESSES = [
    ("post", URL),
    ("get", f"{URL}{NOBODYS}/"),
    ("get", f"{URL}{NOBODYS}/explanation/"),
    ("get", "/api/v1/models/champion/"),
]


@pytest.mark.parametrize(("method", "url"), ADDRESSES)
def test_an_outsider_is_refused(method: str, url: str) -> None:
    answer = getattr(APIClient(), method)(url)
    assert answer.status_code == 401
    assert answer["Content-Type"] == PROBLEM


@pytest.mark.parametrize(("method", "url"), ADDRESSES)
@pytest.mark.parametrize("role", ["Bankers", "Managers"])
def test_other_roles_are_refused(method: str, url: str, role: str) -> None:
    answer = getattr(client_of(partner("someone", role)), method)(url)
    assert answer.status_code == 403


def test_an_expired_token_is_refused() -> None:
    assert client_of(partner(), timedelta(seconds=-1)).post(URL).status_code == 401


@pytest.mark.usefixtures("champion")
def test_partners_do_not_see_each_others_scores(api: APIClient) -> None:
    answer = api.post(URL, {"application": APPLICATION}).json()
    other = client_of(partner("other"))
    assert other.get(f"{URL}{answer['id']}/").status_code == 404
    assert other.get(answer["explanation_url"]).status_code == 404
    assert other.get(f"{URL}{uuid4()}/").status_code == 404


def test_the_champion_is_described(api: APIClient, champion: ModelVersion) -> None:
    assert api.get("/api/v1/models/champion/").json()["sha256"] == champion.sha256


def test_the_schema_and_its_page_are_public(client: Any) -> None:
    schema = client.get(reverse("schema"), {"format": "json"}).json()
    assert set(schema["paths"]) == {
        "/api/v1/scores/",
        "/api/v1/scores/{id}/",
        "/api/v1/scores/{id}/explanation/",
        "/api/v1/models/champion/",
        "/api/v1/score-batches/",
        "/api/v1/score-batches/{id}/",
        "/api/v1/score-batches/{id}/results/",
        "/api/v1/score-batches/{id}/errors/",
        "/api/v1/score-batches/{id}/cancel/",
    }
    assert client.get(reverse("api-docs")).status_code == 200


@pytest.mark.usefixtures("champion")
def test_text_that_cannot_be_written_is_refused(api: APIClient) -> None:
    lone = '{"history": {"previous_application": [{"NAME_GOODS_CATEGORY": "\\ud800"}]}}'
    assert api.post(URL, lone, content_type="application/json").status_code == 400
    pair = '{"application": {"\\ud83d\\ude00": 1}}'
    assert api.post(URL, pair, content_type="application/json").json()["errors"][0]["field"] == (
        "application.\U0001f600"
    )
