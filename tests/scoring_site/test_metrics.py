"""What Prometheus is told, and who may ask."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from monitoring import metrics
from monitoring.models import Source
from scoring import services
from scoring.models import ModelVersion
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db

Sample = tuple[str, frozenset[tuple[str, str]]]
TOKEN = "for-prometheus"


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def _scrape(client: Client) -> dict[Sample, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def _name(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Token {TOKEN}"},
        {"Authorization": "Bearer ünï"},
    ],
)
def test_without_the_token_there_is_nothing(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("demo", "address", "status"),
    [(True, "127.0.0.1", 200), (True, "192.0.2.1", 404), (False, "127.0.0.1", 404)],
)
def test_where_no_token_is_set_only_a_demo_tells_its_own_machine(
    client: Client, settings: Settings, demo: bool, address: str, status: int
) -> None:
    settings.METRICS_TOKEN, settings.DEMO, settings.DEBUG = "", demo, False
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == status


def test_requests_are_counted_by_route(client: Client) -> None:
    labels = {"method": "GET", "route": "clients/<int:number>/"}
    before = _scrape(client)
    client.get("/clients/100001/")
    client.get("/clients/100002/")
    after = _scrape(client)

    counted = _name("desk_requests_total", status="302", **labels)
    assert after[counted] - before.get(counted, 0) == 2
    assert _name("desk_request_seconds_count", **labels) in after
    assert not any("10000" in value for _, labels in after for _, value in labels)


def test_strange_methods_and_addresses_are_one_series_each(client: Client) -> None:
    for word in ("BREW", "SPILL"):
        client.generic(word, f"/nowhere/{word}/")
    seen = {labels for name, labels in _scrape(client) if name == "desk_requests_total"}
    strange = [labels for labels in seen if ("method", "other") in labels]
    assert [dict(labels)["route"] for labels in strange] == ["unmatched"]


def test_a_committed_prediction_is_counted(
    client: Client,
    champion: ModelVersion,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as committed:
        prediction = services.score(application=APPLICATION, source=Source.API)
    counted = _name(
        "desk_predictions_total",
        model_version=champion.version,
        source="api",
        decision=prediction.outcome,
    )
    before = _scrape(client)
    with patch("scoring.backlog.add"):
        for callback in committed:
            callback()
    after = _scrape(client)

    assert after[counted] - before.get(counted, 0) == 1
    assert after[_name("desk_explanations_pending")] == 1
    assert (
        after[
            _name(
                "desk_champion_info",
                model=champion.name,
                version=champion.version,
                sha256=champion.sha256,
            )
        ]
        == 1
    )
    assert after[_name("desk_broker_up")] == after[_name("desk_database_up")] == 1


def test_a_scrape_costs_two_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # pending explanations, champion
        _scrape(client)


@pytest.mark.parametrize("stage", metrics.STAGES)
def test_a_stage_is_timed_also_when_it_fails(client: Client, stage: metrics.Stage) -> None:
    counted = _name("desk_score_stage_seconds_count", stage=stage)
    before = _scrape(client)[counted]
    with pytest.raises(ZeroDivisionError), metrics.stage(stage):
        _ = 1 / 0
    assert _scrape(client)[counted] - before == 1
