"""Probes: cheap, honest, open to anybody."""

from __future__ import annotations

import pytest
from django.test import Client

from scoring.models import ModelVersion

pytestmark = pytest.mark.django_db


def test_healthz(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_readyz(client: Client, champion: ModelVersion) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_readyz_names_what_is_missing(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert "No model is active" in answer.json()["champion"]
