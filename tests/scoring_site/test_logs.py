"""Log lines: one per request, with its id, and nothing that is personal."""

from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from monitoring.models import Prediction
from scoring import services
from scoring.models import ModelVersion
from scoring.tasks import explain_predictions
from scoring_site import logs, tracing
from tests.applications.factories import DecisionFactory, UserFactory
from tests.applications.forms import typed
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db


class Log:
    """What was written, in the form of production or of a developer's machine."""

    def __init__(self, formatter: logging.Formatter) -> None:
        self._stream = io.StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(formatter)
        self.handler.addFilter(logs.Careful())

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    found = Log(getattr(request, "param", None) or logs.Json())
    root = logging.getLogger()
    root.addHandler(found.handler)
    yield found
    root.removeHandler(found.handler)


both = pytest.mark.parametrize(
    "log",
    [logs.Json(), logs.Line("%(levelname)s %(name)s [%(request_id)s]: %(message)s")],
    indirect=True,
    ids=["json", "line"],
)


def test_a_request_leaves_one_line(client: Client, log: Log) -> None:
    banker = UserFactory(role="Bankers")
    client.force_login(banker)

    answer = client.get(reverse("applications:list"), {"q": "Dupont"})

    [line] = log.lines
    assert line == {
        "timestamp": line["timestamp"],
        "level": "INFO",
        "logger": "scoring_site.access",
        "message": "GET applications/ 200",
        "request_id": answer["X-Request-ID"],
        "method": "GET",
        "route": "applications/",
        "status": 200,
        "duration_ms": line["duration_ms"],
        "user_id": banker.pk,
    }


def test_a_valid_request_id_is_kept(client: Client, log: Log) -> None:
    answer = client.get("/accounts/login/", headers={"X-Request-ID": "proxy-12345678"})
    assert answer["X-Request-ID"] == "proxy-12345678"
    assert log.lines[0]["request_id"] == "proxy-12345678"


@pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f g", "é" * 12, 'x"}{"y":"12345'])
def test_another_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert uuid.UUID(hex=answer["X-Request-ID"])


def test_probes_are_told_only_when_asked(client: Client, log: Log) -> None:
    client.get("/healthz")
    assert log.lines == []


@both
def test_nothing_personal_is_written(
    client: Client, log: Log, champion: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    decision = DecisionFactory(application__first_name="Zebulon", application__last_name="Quick")
    banker = UserFactory(username="belinda", role="Bankers", last_name="Hofstadter")
    client.force_login(banker)
    client.get(reverse("applications:list"), {"q": "Zebulon Quick"})
    client.get(reverse("applications:detail", args=[decision.application_id]))
    client.get("/clients/987654321/")
    client.get("/nowhere/987654321/")
    client.post(
        reverse("applications:new"),
        {"action": "submit", **typed(first_name="Zebulon", amount="87654.32")},
    )
    client.post(reverse("login"), {"username": "belinda", "password": "Zebulon-1"})
    integrator = UserFactory(role="Integrators")
    client.force_login(integrator)
    body = {"client_id": 987654321, "application": {**APPLICATION, "AMT_CREDIT": 87654.32}}
    assert client.post("/api/v1/scores/", body, "application/json").status_code == 201
    body = {"client_id": 987654321, "application": {"AMT_CREDIT": "Zebulon"}}
    assert client.post("/api/v1/scores/", body, "application/json").status_code == 400

    row = "(Zebulon, 987654321, 87654.32)"  # as PostgreSQL quotes it

    def refuse(**_: object) -> None:
        try:
            raise ValueError(row)
        except ValueError as error:
            raise IntegrityError(row) from error

    monkeypatch.setattr(services, "score", refuse)
    body = {"client_id": 987654321, "application": APPLICATION}
    assert client.post("/api/v1/scores/", body, "application/json").status_code == 500
    monkeypatch.setattr(services, "explain_all", refuse)
    prediction = Prediction.objects.latest("created_at")
    explain_predictions.apply([[str(prediction.pk)]])

    assert log.text.count("IntegrityError") >= 2  # of the request and of the task
    assert "test_logs.py" in log.text  # where it happened
    for secret in ("Zebulon", "Quick", "987654321", "87654", "Hofstadter", "belinda", "450000"):
        assert secret not in log.text, secret


def test_a_broken_connection_is_told(log: Log) -> None:
    try:
        raise OperationalError("connection to db:5432 refused")
    except OperationalError:
        logging.getLogger("desk").exception("Not reachable")
    assert "connection to db:5432 refused" in str(log.lines[0]["exc_info"])


def test_a_task_carries_the_id_of_its_request(log: Log, client: Client) -> None:
    sent: dict[str, object] = {}
    request = client.get("/healthz", headers={"X-Request-ID": "proxy-12345678"}).wsgi_request
    tracing.begin(request)
    tracing._send(headers=sent)
    assert sent == {"request_id": "proxy-12345678"}
