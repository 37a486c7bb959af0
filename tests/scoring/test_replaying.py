"""A stored score comes out again, and where it does not, the replay says what differs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ml import features
from monitoring.models import Prediction, Source
from scoring import registry, replaying, services
from scoring.models import ClientFile, ModelVersion
from scoring.replaying import Features, replay
from tests.scoring.factories import APPLICATION
from tests.sql import execute

pytestmark = pytest.mark.django_db


def _score(client: ClientFile | None = None) -> Prediction:
    return services.score(
        application=APPLICATION, client_id=client.client_id if client else None, source=Source.API
    )


def _edit(change: str) -> Prediction:
    execute(f"UPDATE monitoring_prediction SET {change}")  # noqa: S608 - our own words
    return Prediction.objects.get()


def test_a_known_client(champion: ModelVersion, known_client: ClientFile) -> None:
    prediction = _score(known_client)

    found = replay(Prediction.objects.get(pk=prediction.pk))

    assert found.features is Features.EQUAL
    assert (found.raw_score_again, found.pd_again) == (prediction.raw_score, prediction.pd)
    assert found.confirmed
    assert json.loads(json.dumps(found.as_json()))["confirmed"] is True


def test_somebody_new(champion: ModelVersion) -> None:
    _score()
    assert replay(Prediction.objects.get()).confirmed


def test_changed_inputs_name_the_features(champion: ModelVersion) -> None:
    _score()
    inputs = json.dumps({**Prediction.objects.get().inputs, "EXT_SOURCE_2": 0.9})

    found = replay(_edit(f"inputs = '{inputs}'"))

    assert found.features is Features.DIFFERENT
    assert "EXT_SOURCE_2" in found.different
    assert found.score_is_equal
    assert not found.confirmed


def test_a_changed_pd_shows(champion: ModelVersion) -> None:
    _score()

    found = replay(_edit("pd = pd * 0.999999"))

    assert found.features is Features.EQUAL
    assert not found.score_is_equal


@pytest.mark.parametrize("change", ["features = x'00'", "history = x'00'"])
def test_a_damaged_vector_is_different(
    change: str, champion: ModelVersion, known_client: ClientFile
) -> None:
    _score(known_client)

    found = replay(_edit(change))

    assert found.features is Features.DIFFERENT
    assert not found.confirmed


@pytest.mark.parametrize("damage", ["gone", "damaged", "unregistered"])
def test_without_the_model_nothing_is_confirmed(
    damage: str, own_bundles: Path, champion_bundle: Path
) -> None:
    version = services.activate_model(version=services.register_model(bundle_path=champion_bundle))
    prediction = _score()
    if damage == "gone":
        shutil.rmtree(version.path)
    elif damage == "damaged":  # after it was loaded, so that only reading it anew can tell
        (version.path / "model.txt").write_text("tree")
    else:
        version.delete()

    found = replay(prediction)

    assert found.features is Features.NOT_TRIED
    assert found.pd_again is None
    assert found.problem
    assert not found.confirmed


def test_features_of_another_time_leave_the_score_to_confirm(
    champion: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    prediction = _score()
    monkeypatch.setattr("ml.bundle.HISTORY_FINGERPRINT", "of tomorrow")
    monkeypatch.setattr(replaying, "HISTORY_FINGERPRINT", "of tomorrow")
    registry.forget()

    found = replay(prediction)

    assert found.features is Features.OTHER_LAYOUT
    assert found.score_is_equal
    assert not found.confirmed


def test_a_feature_that_is_no_longer_computed(
    champion: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    prediction = _score()
    left: dict[str, Any] = dict(features.FEATURES)
    del left[registry.champion().needs[0]]
    monkeypatch.setattr(replaying, "FEATURES", left)

    assert replay(prediction).features is Features.OTHER_LAYOUT
