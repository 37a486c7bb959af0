"""Explanations: additive, equal to shap's, computed by a task that survives failures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import numpy as np
import pytest
import shap
from celery.exceptions import Retry
from django.utils import timezone

from monitoring.models import Prediction, Source
from scoring import registry, services, tasks
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


def test_the_task_is_queued_when_the_score_is_committed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with (
        patch.object(tasks.explain_prediction, "delay") as delay,
        django_capture_on_commit_callbacks(execute=True),
    ):
        prediction = services.score(application=APPLICATION, source=Source.API)
    delay.assert_called_once_with(str(prediction.pk))


def test_the_task_may_run_twice(prediction: Prediction) -> None:
    tasks.explain_prediction.run(str(prediction.pk))
    first = Explanation.objects.get(pk=prediction.pk)
    tasks.explain_prediction.run(str(prediction.pk))
    assert Explanation.objects.get(pk=prediction.pk).finished_at == first.finished_at


def test_a_failure_is_noted_and_tried_again(prediction: Prediction) -> None:
    with (
        patch.object(services.registry, "by_sha256", side_effect=OSError("disk gone")),
        pytest.raises((Retry, OSError)),
    ):
        tasks.explain_prediction.run(str(prediction.pk))
    found = Explanation.objects.get(pk=prediction.pk)
    assert (found.status, found.error) == (Explanation.Status.PENDING, "disk gone")


def test_a_final_failure_is_shown(prediction: Prediction) -> None:
    services.note_failed_explanation(prediction_id=prediction.pk, error="no", final=True)
    assert Explanation.objects.get(pk=prediction.pk).status == Explanation.Status.FAILED
    services.explain(prediction_id=prediction.pk)
    assert Explanation.objects.get(pk=prediction.pk).status == Explanation.Status.READY


def test_the_sweep_queues_what_was_lost(prediction: Prediction) -> None:
    with patch.object(tasks.explain_prediction, "delay") as delay:
        assert services.sweep_explanations() == 0
        late = timezone.now() + services.LOST_AFTER + timedelta(seconds=1)
        assert services.sweep_explanations(now=late) == 1
    delay.assert_called_once_with(str(prediction.pk))


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
