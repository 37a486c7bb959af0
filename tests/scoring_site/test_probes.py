"""Probes: cheap, honest, open to anybody."""

from __future__ import annotations

import shutil

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from scoring import registry
from scoring.models import ModelVersion

pytestmark = pytest.mark.django_db


def test_healthz(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_readyz(client: Client, champion: ModelVersion) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


@pytest.mark.usefixtures("own_bundles")
def test_readyz_reads_no_files(
    client: Client, champion: ModelVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shutil.rmtree(champion.path)
    registry.forget()
    with django_assert_num_queries(2):  # the database answers, a champion is active
        assert client.get("/readyz").status_code == 200


def test_readyz_names_what_is_missing(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert "No model is active" in answer.json()["champion"]
