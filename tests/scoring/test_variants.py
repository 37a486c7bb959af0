"""Scores that are tried out: like real ones, and stored nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from monitoring.models import Outcome, Prediction, Source
from scoring import services, variants
from scoring.exceptions import InvalidInput, NoChampion, OutdatedHistory
from scoring.models import ClientFile, Explanation
from tests.applications.factories import PredictionFactory
from tests.applications.what_if import only_rules
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db

AMOUNTS = [50_000.0, 225_000.0, 450_000.0, 451_234.56, 900_000.0, 2_000_000.0]


def _basis(prediction: Prediction, **changes: Any) -> variants.Basis:
    given = {"age": 30, "on_watch_list": False, "at": timezone.now(), **changes}
    return variants.basis(prediction=prediction, **given)


@pytest.fixture
def scored(champion: Any, known_client: ClientFile) -> Prediction:
    return services.score(
        application=APPLICATION, client_id=known_client.client_id, source=Source.WEB
    )


def test_no_change_gives_the_score_that_was_stored(scored: Prediction) -> None:
    tried = _basis(scored).score({})

    assert (tried.pd, tried.outcome) == (scored.pd, scored.outcome)
    assert (tried.refer_from, tried.decline_from) == (scored.refer_from, scored.decline_from)


def test_many_at_once_score_as_each_alone(scored: Prediction) -> None:
    basis = _basis(scored)
    changes = [{"AMT_CREDIT": amount, "AMT_ANNUITY": amount / 20} for amount in AMOUNTS]

    together = basis.score_all([*changes, {"AMT_ANNUITY": None}])

    assert together == [basis.score(one) for one in [*changes, {"AMT_ANNUITY": None}]]
    assert len({tried.pd for tried in together}) > 1
    assert basis.score_all([]) == []


def test_what_is_scored_like_an_earlier_score_differs_by_its_terms_alone(
    scored: Prediction, known_client: ClientFile
) -> None:
    tried = _basis(scored).score({"AMT_CREDIT": 900_000.0})
    known_client.delete()

    again = services.score(
        application={"AMT_CREDIT": 900_000.0},
        client_id=scored.client_id,
        like=scored,
        source=Source.WEB,
    )

    assert again.pd == tried.pd
    assert again.inputs == {**scored.inputs, "AMT_CREDIT": 900_000.0}
    assert again.history == scored.history
    assert (again.history_used, again.history_as_of) == (scored.history_used, scored.history_as_of)
    assert again.completeness == scored.completeness


def test_nothing_is_stored(scored: Prediction) -> None:
    basis = _basis(scored)
    basis.score({"AMT_CREDIT": 1_000.0})
    basis.score_all([{"AMT_CREDIT": 1_000.0}])

    assert (Prediction.objects.count(), Explanation.objects.count()) == (1, 0)


def test_the_strategy_in_force_and_the_watch_list_count(scored: Prediction) -> None:
    strategy = only_rules(watch_list={"outcome": "decline"})

    free, listed = (_basis(scored, on_watch_list=on).score({}) for on in (False, True))

    assert (free.outcome, free.findings, free.refer_from) == (Outcome.APPROVE, [], 0.98)
    assert (listed.outcome, listed.findings[0].code) == (Outcome.DECLINE, "watch_list")
    assert listed.pd == free.pd == scored.pd
    assert _basis(scored).stamp.endswith(f"-{strategy.version}")


def test_values_out_of_range_are_refused(scored: Prediction) -> None:
    with pytest.raises(InvalidInput, match="AMT_CREDIT"):
        _basis(scored).score({"AMT_CREDIT": 0.0})
    with pytest.raises(InvalidInput, match="AMT_CREDIT"):
        _basis(scored).score_all([{}, {"AMT_CREDIT": -1.0}])


def test_without_a_model_nothing_can_be_tried() -> None:
    with pytest.raises(NoChampion):
        _basis(PredictionFactory())


def test_a_history_of_another_layout_is_not_used(champion: Any) -> None:
    old = PredictionFactory(history=np.zeros(3, dtype="<f8").tobytes(), inputs=APPLICATION)

    with pytest.raises(OutdatedHistory):
        _basis(old)
    with pytest.raises(OutdatedHistory):
        services.score(application={}, like=old, source=Source.WEB)
