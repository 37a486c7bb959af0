"""The scoring service: what is used, what is stored, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from django.utils import timezone

from ml import features
from ml.bundle import Bundle
from ml.schema import AUXILIARY
from ml.tables import Tables
from monitoring.models import Completeness, Prediction, Source
from scoring import registry, services
from scoring.exceptions import InvalidInput, NoChampion
from scoring.models import ClientFile, Explanation, ModelVersion
from tests.scoring.factories import APPLICATION, BUREAU

pytestmark = pytest.mark.django_db


def score(**changes: Any) -> Prediction:
    return services.score(**{"application": APPLICATION, "source": Source.API, **changes})


@pytest.mark.usefixtures("champion")
def test_a_score_is_stored_with_all_that_led_to_it(champion: ModelVersion) -> None:
    stored = Prediction.objects.get(pk=score().pk)
    bundle = registry.champion()
    assert stored.inputs == APPLICATION
    assert stored.model_sha256 == champion.sha256 == bundle.sha256
    assert stored.pd == bundle.predict(stored.feature_vector.reshape(1, -1))[0]
    assert stored.outcome == bundle.decide(stored.pd)
    assert (stored.completeness, stored.history_used) == (Completeness.FORM, [])
    assert stored.history_vector is None


@pytest.mark.usefixtures("champion")
def test_a_known_client_scores_as_in_the_training_matrix(
    known_client: ClientFile, synthetic_tables: Tables
) -> None:
    prediction = score(application={}, client_id=known_client.client_id)
    frames = synthetic_tables.frames
    row = features.matrix(
        frames,
        frames["application_train"].filter(pl.col("SK_ID_CURR") == known_client.client_id),
    )
    bundle = registry.champion()
    assert prediction.pd == pytest.approx(bundle.predict(bundle.encode(row))[0], abs=0)
    assert prediction.completeness == Completeness.FULL
    assert prediction.history_used == known_client.tables


@pytest.mark.usefixtures("champion")
def test_given_columns_override_what_is_on_file(known_client: ClientFile) -> None:
    changed = score(application={"AMT_CREDIT": 999_999.0}, client_id=known_client.client_id)
    assert changed.inputs == {**known_client.application, "AMT_CREDIT": 999_999.0}


@pytest.mark.usefixtures("champion")
def test_inline_records_give_the_same_score_as_the_stored_history(
    known_client: ClientFile, synthetic_tables: Tables
) -> None:
    stored = score(application={}, client_id=known_client.client_id)
    inline = score(
        application=known_client.application,
        client_id=known_client.client_id,
        history=_records(synthetic_tables, known_client.client_id),
    )
    assert inline.pd == pytest.approx(stored.pd, abs=1e-9)
    assert inline.history_as_of is None
    assert stored.history_as_of == known_client.as_of


def _records(tables: Tables, client_id: int) -> dict[str, list[dict[str, Any]]]:
    mine = pl.col("SK_ID_CURR") == client_id
    frames = {
        table.name: tables.frames[table.name].filter(mine).collect()
        for table in AUXILIARY
        if table.parent == "SK_ID_CURR"
    }
    loans = frames["bureau"]["SK_ID_BUREAU"].to_list()
    frames["bureau_balance"] = (
        tables.frames["bureau_balance"].filter(pl.col("SK_ID_BUREAU").is_in(loans)).collect()
    )
    return {name: frame.to_dicts() for name, frame in frames.items()}


@pytest.mark.usefixtures("champion")
def test_an_unknown_client_is_scored_from_the_form_alone() -> None:
    assert score(client_id=987_654_321).completeness == Completeness.FORM


@pytest.mark.usefixtures("champion")
def test_outdated_history_is_left_aside(known_client: ClientFile) -> None:
    known_client.history_fingerprint = "of other features"
    known_client.save()
    prediction = score(client_id=known_client.client_id)
    assert prediction.history_used == []
    assert prediction.history_vector is None


def test_without_a_champion_nothing_is_stored() -> None:
    with pytest.raises(NoChampion, match="register_model"):
        score()
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"application": {**APPLICATION, "AMT_CREDIT": "much"}}, "application.AMT_CREDIT"),
        ({"application": {**APPLICATION, "AMT_CREDIT": True}}, "application.AMT_CREDIT"),
        ({"application": {**APPLICATION, "AMT_CREDIT": -1}}, "application.AMT_CREDIT"),
        ({"application": {**APPLICATION, "AMT_CREDIT": float("inf")}}, "application.AMT_CREDIT"),
        ({"application": {**APPLICATION, "AMT_CREDIT": 10**400}}, "application.AMT_CREDIT"),
        ({"application": {**APPLICATION, "AMT_CREDIT": None}}, "application.AMT_CREDIT"),
        ({"application": {**APPLICATION, "DAYS_BIRTH": 14_000}}, "application.DAYS_BIRTH"),
        ({"application": {**APPLICATION, "DAYS_BIRTH": -9000.5}}, "application.DAYS_BIRTH"),
        ({"application": {**APPLICATION, "CODE_GENDER": "Q"}}, "application.CODE_GENDER"),
        ({"application": {**APPLICATION, "CODE_GENDER": ["F"]}}, "application.CODE_GENDER"),
        ({"application": {**APPLICATION, "TARGET": 0}}, "application.TARGET"),
        ({"application": {**APPLICATION, "AMT_CREDITS": 1}}, "application.AMT_CREDITS"),
        ({"application": {}, "client_id": 5}, "client_id"),
        ({"history": {"burau": []}}, "history.burau"),
        (
            {"history": {"bureau": [{**BUREAU, "DAYS_CREDIT": "x"}]}},
            "history.bureau[0].DAYS_CREDIT",
        ),
        ({"history": {"bureau": [BUREAU, {"WHAT": 1}]}}, "history.bureau[1].WHAT"),
        (
            {"history": {"bureau": [{**BUREAU, "SK_ID_CURR": 6}]}, "client_id": 5},
            "history.bureau[0].SK_ID_CURR",
        ),
        ({"history": {"bureau_balance": [{"SK_ID_BUREAU": 1}]}}, "history.bureau_balance"),
    ],
)
@pytest.mark.usefixtures("champion")
def test_wrong_input_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        score(**changes)
    assert list(caught.value.errors) == [field]
    assert not Prediction.objects.exists()


@pytest.mark.usefixtures("champion")
def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        score(application={"AMT_CREDIT": "x", "AMT_ANNUTY": 1})
    assert set(caught.value.errors) == {"application.AMT_CREDIT", "application.AMT_ANNUTY"}
    assert "AMT_ANNUITY" in caught.value.errors["application.AMT_ANNUTY"][0]


@pytest.mark.usefixtures("champion")
def test_queries_of_a_score(django_assert_num_queries: Any, known_client: ClientFile) -> None:
    # The client’s file, the champion, the strategy; the prediction.
    with django_assert_num_queries(4):
        score(client_id=known_client.client_id)


@pytest.mark.usefixtures("champion")
def test_the_past_can_be_written_down() -> None:
    then = timezone.now() - timedelta(days=30)
    assert Prediction.objects.get(pk=score(at=then).pk).created_at == then


@pytest.mark.usefixtures("champion")
def test_the_vector_is_what_the_bundle_makes_of_the_inputs() -> None:
    prediction = score()
    bundle: Bundle = registry.champion()
    again = bundle.row(prediction.inputs, prediction.history_vector)
    np.testing.assert_array_equal(prediction.feature_vector, again[0])
    assert not Explanation.objects.exists()
