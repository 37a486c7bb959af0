"""`Idempotency-Key`: what is sent twice is done once, whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from monitoring.models import Prediction
from scoring.api import idempotency
from scoring.api.base import ApiView
from scoring.models import KeptAnswer
from scoring.tasks import forget_kept_answers
from tests.scoring.factories import APPLICATION, partner
from tests.scoring.test_api import client_of

URL = "/api/v1/scores/"
KEY = {"HTTP_IDEMPOTENCY_KEY": "8e03978e-40d5-43e6-bc93-6894a57f9324"}
MADE = "made-by-a-test"


class Notes(ApiView):
    """Makes an account for each note; misbehaves when it is asked to."""

    right = "scoring.request_score"
    parser_classes = [JSONParser, MultiPartParser]

    def post(self, request: Request) -> Response:
        made = User.objects.create(username=f"{MADE}-{User.objects.count()}")
        match request.data.get("then"):
            case "refuse":
                raise ValidationError({"then": ["No."]})
            case "answer 409":
                return Response({"detail": "No."}, status=409)
            case "crash":
                raise RuntimeError("The power went.")
            case "wait":
                BARRIER.wait(timeout=10)
        return Response(
            {"made": made.pk}, status=status.HTTP_201_CREATED, headers={"Location": f"/{made.pk}/"}
        )

    def get(self, request: Request) -> Response:
        return Response({"made": User.objects.filter(username__startswith=MADE).count()})


BARRIER = threading.Barrier(1)
urlpatterns = [path("notes/", Notes.as_view()), path("others/", Notes.as_view())]


@pytest.fixture(autouse=True)
def addresses(request: pytest.FixtureRequest) -> Iterator[None]:
    if "champion" in request.fixturenames:
        yield
    else:
        with override_settings(ROOT_URLCONF=__name__):
            yield


def made() -> int:
    return User.objects.filter(username__startswith=MADE).count()


@pytest.fixture
def api(db: None) -> APIClient:
    client = client_of(partner())
    client.raise_request_exception = False
    return client


# --- what it promises --------------------------------------------------------
@pytest.mark.usefixtures("champion")
def test_a_score_asked_for_twice_is_given_once(api: APIClient) -> None:
    first = api.post(URL, {"application": APPLICATION}, **KEY)
    again = api.post(URL, {"application": APPLICATION}, **KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Prediction.objects.count() == 1


def test_without_a_key_each_request_counts(api: APIClient) -> None:
    api.post("/notes/", {})
    api.post("/notes/", {})
    assert made() == 2
    assert not KeptAnswer.objects.exists()


def test_another_body_is_refused(api: APIClient) -> None:
    api.post("/notes/", {"a": 1}, **KEY)
    answer = api.post("/notes/", {"a": 2}, **KEY)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/api/v1/problems/#idempotency_key_reused"
    assert made() == 1


def test_another_query_is_another_request(api: APIClient) -> None:
    api.post("/notes/", {}, **KEY)
    assert api.post("/notes/?x=1", {}, **KEY).status_code == 422


@pytest.mark.parametrize("key", ["", " ", "two words", "é", "x" * 256, '""'])
def test_an_unusable_key_is_refused(api: APIClient, key: str) -> None:
    answer = api.post("/notes/", {}, HTTP_IDEMPOTENCY_KEY=key)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/api/v1/problems/#bad_idempotency_key"
    assert made() == 0


def test_quotes_around_a_key_may_be_left_out(api: APIClient) -> None:
    first = api.post("/notes/", {}, HTTP_IDEMPOTENCY_KEY='"abc"')
    assert api.post("/notes/", {}, HTTP_IDEMPOTENCY_KEY="abc").content == first.content


def test_a_key_is_its_callers_and_its_addresss_own(api: APIClient) -> None:
    api.post("/notes/", {}, **KEY)
    assert "Idempotent-Replayed" not in api.post("/others/", {}, **KEY)
    assert "Idempotent-Replayed" not in client_of(partner("else")).post("/notes/", {}, **KEY)
    assert made() == 3


def test_nobody_without_the_right_learns_of_an_answer(api: APIClient) -> None:
    api.post("/notes/", {}, **KEY)
    assert APIClient().post("/notes/", {}, **KEY).status_code == 401
    User.objects.get(username="partner").groups.clear()
    assert api.post("/notes/", {}, **KEY).status_code == 403


def test_uploads_are_known_by_their_parts(api: APIClient) -> None:
    """Clients put a boundary of their own between the parts at each sending."""

    def send(content: bytes, boundary: str) -> Any:
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n'
        ).encode() + content
        return api.post(
            "/notes/",
            body + f"\r\n--{boundary}--\r\n".encode(),
            content_type=f"multipart/form-data; boundary={boundary}",
            **KEY,
        )

    first = send(b"1,2", "one")
    assert first.status_code == 201
    assert send(b"1,2", "another").content == first.content
    assert send(b"1,3", "one").status_code == 422
    assert made() == 1


def test_an_upload_is_still_there_for_the_handler(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(
        Notes, "post", lambda self, request: Response(read.append(request.data["f"].read()))
    )
    upload = SimpleUploadedFile("a.csv", b"1,2" * 1000)
    api.post("/notes/", {"f": upload}, format="multipart", **KEY)
    assert read == [b"1,2" * 1000]


# --- what fails is not kept --------------------------------------------------
@pytest.mark.parametrize(("then", "code"), [("refuse", 400), ("answer 409", 409), ("crash", 500)])
def test_a_failure_leaves_nothing_and_the_key_free(
    api: APIClient, settings: Any, then: str, code: int
) -> None:
    settings.DEBUG = False
    assert api.post("/notes/", {"then": then}, **KEY).status_code == code
    assert made() == 0
    assert not KeptAnswer.objects.exists()
    assert api.post("/notes/", {}, **KEY).status_code == 201


def test_a_crash_before_the_answer_is_kept_undoes_the_work(
    api: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = False
    with monkeypatch.context() as broken:
        broken.setattr(idempotency.sealing, "seal", lambda _content: 1 / 0)
        assert api.post("/notes/", {}, **KEY).status_code == 500
    assert made() == 0
    assert api.post("/notes/", {}, **KEY).status_code == 201
    assert made() == 1


def test_what_is_kept_cannot_be_read_in_the_database(api: APIClient) -> None:
    answer = api.post("/notes/", {}, **KEY)
    assert answer.content not in bytes(KeptAnswer.objects.get().body)


def test_a_lost_key_of_the_site_is_told_and_nothing_done_again(
    api: APIClient, settings: Any
) -> None:
    api.post("/notes/", {}, **KEY)
    settings.SECRET_KEY = "another" * 10
    assert api.post("/notes/", {}, **KEY).status_code == 409
    assert made() == 1


# --- what it costs -----------------------------------------------------------
def test_two_queries(api: APIClient) -> None:
    def queries(**headers: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            api.post("/notes/", {}, **headers)
        return sum("SAVEPOINT" not in query["sql"] for query in captured)

    queries()  # notes the token's first use
    plain = queries()
    assert queries(**KEY) == plain + 2  # the claim; the answer
    assert queries(**KEY) == plain  # the claim in vain, and the answer; none of the handler's two


# --- two at once -------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_four_sendings_at_once_one_is_done() -> None:
    # Emptying the database after such tests takes the roles away; this one needs none.
    api = client_of(User.objects.create_user("partner", is_superuser=True))
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait(timeout=10)
        answers.append(api.post("/notes/", {}, **KEY))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 3
    assert made() == 1


# --- for how long ------------------------------------------------------------
def test_answers_are_forgotten_after_a_day(api: APIClient) -> None:
    api.post("/notes/", {}, **KEY)
    KeptAnswer.objects.update(kept_at=timezone.now() - timedelta(hours=23))
    assert forget_kept_answers() == 0
    KeptAnswer.objects.update(kept_at=timezone.now() - timedelta(hours=25))
    assert forget_kept_answers() == 1
    api.post("/notes/", {}, **KEY)
    assert made() == 2
