"""What answers of the API have in common: ETag, version, request id, language, problem types."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.test import APIClient

from scoring.api.base import ConditionalView
from scoring_site import problems
from tests.scoring.factories import APPLICATION, partner
from tests.scoring.test_api import client_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/scores/"
CURRENT = "/api/v1/tokens/current/"


@pytest.fixture
def api() -> APIClient:
    return client_of(partner())


# --- ETag --------------------------------------------------------------------
@pytest.mark.usefixtures("champion")
def test_a_score_that_is_known_is_not_sent_again(api: APIClient) -> None:
    made = api.post(URL, {"application": APPLICATION})
    assert "ETag" not in made
    assert made["Cache-Control"] == "private, no-store"
    score = api.get(made["Location"])
    assert score["Cache-Control"] == "private, no-cache"

    same = api.get(made["Location"], HTTP_IF_NONE_MATCH=score["ETag"])
    assert same.status_code == 304
    assert same.content == b""
    assert same["ETag"] == score["ETag"]
    assert "RateLimit" in same
    other = api.get(made["Location"], HTTP_IF_NONE_MATCH='"other"')
    assert other.status_code == 200


@pytest.mark.usefixtures("champion")
def test_an_explanation_has_an_etag_for_each_language(api: APIClient) -> None:
    made = api.post(URL, {"application": APPLICATION}).json()
    english = api.get(made["explanation_url"])
    french = api.get(
        made["explanation_url"],
        HTTP_IF_NONE_MATCH=english["ETag"],
        HTTP_ACCEPT_LANGUAGE="fr",
    )
    assert french.status_code == 200
    again = api.get(made["explanation_url"], HTTP_IF_NONE_MATCH=english["ETag"])
    assert again.status_code == 304


@pytest.mark.usefixtures("champion")
def test_who_may_not_see_it_gets_no_304(api: APIClient) -> None:
    location = api.post(URL, {"application": APPLICATION})["Location"]
    etag = api.get(location)["ETag"]
    other = client_of(partner("other"))
    assert other.get(location, HTTP_IF_NONE_MATCH=etag).status_code == 404


def test_the_schema_is_made_once_and_has_an_etag(client: Client) -> None:
    schema = client.get(reverse("schema"))
    etag = schema["ETag"]
    assert client.get(reverse("schema"), HTTP_IF_NONE_MATCH=etag).status_code == 304
    json = client.get(reverse("schema"), {"format": "json"})
    assert json["ETag"] != etag


def test_the_schema_names_the_key_and_the_token(client: Client) -> None:
    schema = client.get(reverse("schema"), {"format": "json"}).json()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            named = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert ("Idempotency-Key" in named) == (method == "post"), path
            assert {"knoxApiToken": []} in operation["security"], path


def test_a_stream_may_name_its_own(rf: RequestFactory) -> None:
    class Stream(ConditionalView):
        permission_classes = []

        def get(self, request: Request) -> StreamingHttpResponse:
            return StreamingHttpResponse([b"1,2"], headers={"ETag": '"batch-7"'})

    view: Any = Stream.as_view()
    assert view(rf.get("/")).status_code == 200
    assert view(rf.get("/", HTTP_IF_NONE_MATCH='"batch-7"')).status_code == 304


# --- version and request id --------------------------------------------------
def test_answers_name_version_and_request(api: APIClient) -> None:
    answer = api.get(CURRENT)
    assert answer["Api-Version"] == "1.0.0"
    assert len(answer["X-Request-Id"]) == 32
    assert api.get(CURRENT)["X-Request-Id"] != answer["X-Request-Id"]


def test_a_callers_request_id_is_kept(api: APIClient) -> None:
    answer = api.get(f"{URL}nothing/", HTTP_X_REQUEST_ID="trace-0123456789")
    assert answer["X-Request-Id"] == "trace-0123456789"
    assert answer.json()["request_id"] == "trace-0123456789"


@pytest.mark.parametrize("given", ["short", "x" * 200, "with space in it", "new\tline-------"])
def test_an_unusable_one_is_replaced(api: APIClient, given: str) -> None:
    assert api.get(CURRENT, HTTP_X_REQUEST_ID=given)["X-Request-Id"] != given


# --- problems ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "code", "kind"),
    [
        (("post", URL), 400, "invalid"),
        (("get", "/api/v1/webhooks/"), 403, "permission_denied"),
        (("get", "/api/v1/nothing/"), 404, "not_found"),
        (("get", f"{URL}00000000-0000-0000-0000-000000000001/"), 404, "not_found"),
        (("delete", CURRENT), 405, "method_not_allowed"),
    ],
)
def test_each_problem_has_a_type_that_is_explained(
    api: APIClient, settings: Any, asked: tuple[str, str], code: int, kind: str
) -> None:
    settings.DEBUG = False
    answer = getattr(api, asked[0])(asked[1])
    assert answer.status_code == code
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/api/v1/problems/#{kind}"
    assert problem["request_id"] == answer["X-Request-Id"]
    assert f'id="{kind}"' in api.get("/api/v1/problems/").content.decode()


def test_a_body_that_is_too_large_is_refused(api: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    for headers in ({}, {"HTTP_IDEMPOTENCY_KEY": "k"}):
        answer = api.post(URL, {"application": {"AMT_CREDIT": "9" * 200}}, **headers)
        assert answer.status_code == 413
        assert answer.json()["type"] == problems.KINDS["too_large"].uri


def test_problems_speak_the_callers_language(french: None, api: APIClient) -> None:
    answer = api.post(URL, {"client_id": "x"}, HTTP_ACCEPT_LANGUAGE="fr")
    assert answer["Content-Language"] == "fr"
    assert answer.json()["errors"][0]["detail"] == "Un nombre entier valide est requis."


# --- other sites -------------------------------------------------------------
def test_pages_of_other_sites_are_kept_out_unless_named(client: Client, settings: Any) -> None:
    asked = {"HTTP_ORIGIN": "https://app.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    assert "Access-Control-Allow-Origin" not in client.options(URL, **asked)
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    answer = client.options(URL, **asked)
    assert answer["Access-Control-Allow-Origin"] == "https://app.example"
    assert "idempotency-key" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    page = client.get(reverse("login"), HTTP_ORIGIN="https://app.example")
    assert "Access-Control-Allow-Origin" not in page
