"""What past loans say about one score, and what is said where they cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.bundle import REFERENCE
from ml.similar import FACTS
from monitoring.models import Completeness, Prediction, Source
from scoring import context, registry, services
from scoring.models import ModelVersion
from scoring.reasons import told
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    context.forget()
    yield
    context.forget()


@pytest.fixture
def prediction(champion: ModelVersion) -> Prediction:
    return services.score(application=APPLICATION, source=Source.API)


@pytest.fixture
def found(prediction: Prediction) -> context.Context:
    found = context.of(prediction)
    assert found is not None
    return found


def test_the_neighbourhood_counts_past_loans(
    prediction: Prediction, found: context.Context
) -> None:
    assert found.past is not None
    around = found.past.around(prediction.pd)
    assert around.loans == context.NEIGHBOURS
    assert 0 <= around.low <= around.rate <= around.high <= 1


def test_a_riskier_neighbourhood_defaults_more(found: context.Context) -> None:
    assert found.past is not None
    assert found.past.around(0.01).defaults < found.past.around(0.6).defaults


def test_similar_loans_have_facts_and_no_client(
    prediction: Prediction, found: context.Context
) -> None:
    assert found.past is not None
    similar = found.past.similar(prediction)
    assert similar.observed.loans == context.SIMILAR
    assert len(similar.closest) == context.CLOSEST
    assert set(similar.closest[0]) == {*FACTS, "PD", "TARGET"}
    assert similar.applicant["AMT_CREDIT"] == APPLICATION["AMT_CREDIT"]
    assert similar.applicant["PD"] == prediction.pd


def test_the_way_ends_at_this_score(prediction: Prediction, found: context.Context) -> None:
    explanation = services.explain(prediction_id=prediction.pk)
    way = found.waterfall(explanation, shown=5, rest="rest")
    assert len(way.steps) == 6
    assert way.steps[-1].end == pytest.approx(prediction.raw_score)
    assert way.steps[-1].pd == pytest.approx(prediction.pd)


def test_ranking_is_that_of_the_tier(found: context.Context) -> None:
    figures = {
        entry["tier"]: entry for entry in registry.champion().metrics["tiers"] if entry["auc"]
    }
    ranking = found.ranking(Completeness.FULL)
    assert ranking is not None
    assert ranking.auc == figures["all"]["auc"]
    assert [ranking.low, ranking.high] == figures["all"]["auc_interval"]


def test_history_is_gained_only_where_it_is_missing(found: context.Context) -> None:
    gain = found.gain_of_history(Completeness.FORM)
    withheld = {entry["tier"]: entry["auc"] for entry in registry.champion().metrics["withheld"]}
    assert gain is not None
    assert (gain[0].auc, gain[1].auc) == (withheld["form"], withheld["all"])
    assert found.gain_of_history(Completeness.PREVIOUS) is None
    assert found.gain_of_history(Completeness.FULL) is None


def test_open_columns_are_those_that_matter(found: context.Context) -> None:
    known = {**APPLICATION, "EXT_SOURCE_2": None}
    columns = found.open_columns(known)
    assert "EXT_SOURCE_2" in columns
    assert "AMT_CREDIT" not in columns
    assert "EXT_SOURCE_2" not in found.open_columns(APPLICATION)


def test_past_loans_are_prepared_once(prediction: Prediction, found: context.Context) -> None:
    again = context.of(prediction)
    assert again is not None
    assert again.past is found.past


@pytest.fixture
def damageable(own_bundles: Path, champion_bundle: Path) -> Path:
    """The sample of a champion that is no other test's."""
    version = services.register_model(bundle_path=champion_bundle)
    services.activate_model(version=version)
    return own_bundles / version.directory / REFERENCE


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(b"no Parquet"), Path.unlink])
def test_a_damaged_sample_costs_the_comparison_alone(
    damage: Callable[[Path], object], damageable: Path
) -> None:
    prediction = services.score(application=APPLICATION, source=Source.API)
    damage(damageable)
    found = context.of(prediction)
    assert found is not None
    assert found.past is None
    assert found.ranking(Completeness.FULL) is not None
    assert found.waterfall(services.explain(prediction_id=prediction.pk), shown=5, rest="rest")


def test_without_its_model_a_score_has_no_context(prediction: Prediction) -> None:
    prediction.model_sha256 = "0" * 64
    assert context.of(prediction) is None


def test_a_protected_attribute_is_never_named() -> None:
    def driver(feature: str, label: str) -> dict[str, Any]:
        return {"feature": feature, "label": label, "value": "F", "contribution": 0.3}

    (reason,) = told(
        [
            {
                "concept": "household",
                "contribution": 0.5,
                "drivers": [
                    driver("CODE_GENDER", "Gender"),
                    driver("NAME_FAMILY_STATUS", "Family status"),
                    driver("CNT_CHILDREN", "Number of children"),
                ],
            }
        ]
    )
    assert [d["feature"] for d in reason["drivers"]] == ["CNT_CHILDREN"]


def test_every_vector_has_similar_loans(found: context.Context, prediction: Prediction) -> None:
    assert found.past is not None
    prediction.features = np.full_like(prediction.feature_vector, np.nan).tobytes()
    assert found.past.similar(prediction).observed.loans == context.SIMILAR
