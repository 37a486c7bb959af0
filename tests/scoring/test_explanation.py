"""Explanations: additive, equal to shap's, computed by a task that survives failures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import numpy as np
import pytest
import shap
from django.utils import timezone
from kombu.exceptions import OperationalError

from monitoring.models import Prediction, Source
from scoring import backlog, registry, services, tasks
from scoring.exceptions import NoChampion
from scoring.models import Explanation, ModelVersion
from scoring.reasons import told
from tests.scoring.factories import APPLICATION

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


@pytest.fixture
def prediction(champion: ModelVersion) -> Prediction:
    return services.score(application=APPLICATION, source=Source.API)


def test_contributions_add_up_to_the_raw_score(prediction: Prediction) -> None:
    found = services.explain(prediction_id=prediction.pk)
    assert found.base_value is not None
    total = found.base_value + found.shap_values.sum()
    assert total == pytest.approx(prediction.raw_score, abs=1e-9)
    assert found.base_value + sum(r["contribution"] for r in found.reasons) == pytest.approx(
        prediction.raw_score, abs=1e-9
    )


def test_contributions_are_those_of_shap(prediction: Prediction) -> None:
    found = services.explain(prediction_id=prediction.pk)
    explainer = shap.TreeExplainer(registry.champion().booster)
    theirs = explainer(prediction.feature_vector.reshape(1, -1)).values
    np.testing.assert_allclose(found.shap_values, theirs[0], atol=1e-9)


def test_reasons_are_ranked_and_in_plain_words(prediction: Prediction) -> None:
    reasons = services.explain(prediction_id=prediction.pk).reasons
    strengths = [abs(reason["contribution"]) for reason in reasons]
    assert strengths == sorted(strengths, reverse=True)
    assert {reason["direction"] for reason in reasons} == {"for", "against"}
    for reason in reasons:
        assert (reason["contribution"] > 0) == (reason["direction"] == "against")
        assert "_" not in reason["sentence"]


def test_what_was_scored_is_explained_together_once_it_is_committed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with (
        patch.object(tasks.explain_predictions, "delay") as delay,
        patch.object(backlog.threading, "Timer") as timer,
    ):
        with django_capture_on_commit_callbacks(execute=True):
            made = [services.score(application=APPLICATION, source=Source.API) for _ in range(3)]
            assert not timer.called
        timer.assert_called_once()
        delay.assert_not_called()
        backlog.flush()
        delay.assert_called_once_with([str(prediction.pk) for prediction in made])
        backlog.flush()
        delay.assert_called_once()


def test_an_unreachable_broker_is_left_to_the_sweep(
    prediction: Prediction, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        patch.object(tasks.explain_predictions, "delay", side_effect=OperationalError),
        patch.object(backlog.threading, "Timer"),
    ):
        backlog.add(prediction.pk)
        backlog.flush()
    assert "the sweep will explain 1" in caplog.text


def test_the_task_may_run_twice(prediction: Prediction) -> None:
    tasks.explain_predictions.run([str(prediction.pk)])
    first = Explanation.objects.get(pk=prediction.pk)
    tasks.explain_predictions.run([str(prediction.pk)])
    assert Explanation.objects.get(pk=prediction.pk).finished_at == first.finished_at


def test_many_are_explained_as_each_alone() -> None:
    made = [
        services.score(application=APPLICATION | {"AMT_CREDIT": amount}, source=Source.API)
        for amount in (100_000, 400_000, 900_000)
    ]
    services.explain_all(prediction_ids=[prediction.pk for prediction in made[1:]])
    assert Explanation.objects.count() == 2
    for prediction in made[1:]:
        together = Explanation.objects.get(pk=prediction.pk)
        bundle = registry.champion()
        alone = bundle.contributions(prediction.feature_vector.reshape(1, -1))[0]
        np.testing.assert_array_equal(together.shap_values, alone[:-1])


def test_explained_at_once_is_explained_alike(django_assert_num_queries: Any) -> None:
    prediction = services.score(application=APPLICATION, source=Source.API, explained=True)
    with django_assert_num_queries(0):
        at_once = services.explanation_of(prediction)
    assert at_once is not None
    later = services.score(application=APPLICATION, source=Source.API)
    assert services.explain(prediction_id=later.pk).grouped == at_once.grouped


def test_without_its_model_a_score_fails_to_be_explained_until_it_is_there(
    prediction: Prediction,
) -> None:
    with patch.object(services.registry, "by_sha256", side_effect=NoChampion("disk gone")):
        services.explain_all(prediction_ids=[prediction.pk])
    found = Explanation.objects.get(pk=prediction.pk)
    assert (found.status, found.error) == (Explanation.Status.FAILED, "disk gone")
    found = services.explain(prediction_id=prediction.pk)
    assert (found.status, found.error) == (Explanation.Status.READY, "")


def test_another_try_drops_what_failed_and_keeps_what_is_ready(prediction: Prediction) -> None:
    Explanation.objects.create(prediction=prediction, status=Explanation.Status.FAILED)
    services.retry_explanation(prediction_id=prediction.pk)
    assert not Explanation.objects.exists()
    services.explain(prediction_id=prediction.pk)
    services.retry_explanation(prediction_id=prediction.pk)
    assert Explanation.objects.get().status == Explanation.Status.READY


def test_the_sweep_explains_what_was_lost(prediction: Prediction) -> None:
    services.score(application=APPLICATION, source=Source.BATCH)
    assert services.sweep_explanations() == 0
    late = timezone.now() + services.LOST_AFTER + timedelta(seconds=1)
    assert services.sweep_explanations(now=late) == 1
    assert Explanation.objects.get().prediction == prediction
    assert services.sweep_explanations(now=late) == 0


def test_an_older_model_still_explains_what_it_said(prediction: Prediction) -> None:
    ModelVersion.objects.update(is_champion=False)
    assert services.explain(prediction_id=prediction.pk).status == Explanation.Status.READY


def test_nothing_is_explained_that_was_not_scored() -> None:
    with pytest.raises(Explanation.DoesNotExist):
        services.explain(prediction_id=uuid4())


@pytest.mark.parametrize(
    ("values", "contribution", "sentence"),
    [
        ([3.0, None], 0.4, "Instalments to us were late or short."),
        ([3.0, None], -0.4, "Instalments to us were paid in full and on time."),
        ([None, None], 0.4, "Not known of this applicant, which speaks for a higher risk."),
        ([None, None], -0.4, "Not known of this applicant, which speaks for a lower risk."),
    ],
)
def test_nothing_is_claimed_of_what_is_not_known(
    values: list[float | None], contribution: float, sentence: str
) -> None:
    drivers = [
        {"feature": "F", "label": "Payments", "value": value, "contribution": contribution / 2}
        for value in values
    ]
    group = {"concept": "payment_conduct", "contribution": contribution, "drivers": drivers}
    assert told([group])[0]["sentence"] == sentence
