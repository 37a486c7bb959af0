"""What this process tells Prometheus of its scores; `scoring_site.metrics` adds the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from prometheus_client import Counter, Histogram, disable_created_metrics
from prometheus_client.context_managers import Timer

if TYPE_CHECKING:
    from monitoring.models import Prediction

disable_created_metrics()  # type: ignore[no-untyped-call] # when a series began is of no use

Stage = Literal["authenticate", "validate", "read", "features", "predict", "store"]
STAGES: tuple[Stage, ...] = ("authenticate", "validate", "read", "features", "predict", "store")

_SECONDS = Histogram(
    "desk_score_stage_seconds",
    "Time that a stage of a request for a score took.",
    ["stage"],
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
_BY_STAGE = {name: _SECONDS.labels(name) for name in STAGES}
_PREDICTIONS = Counter(
    "desk_predictions",
    "Predictions stored, by model, channel and what the cut-offs said.",
    ["model_version", "source", "decision"],
)


def stage(name: Stage) -> Timer:
    """Time the block of a `with` statement as a stage of a score. Costs microseconds."""
    return _BY_STAGE[name].time()


def count(prediction: Prediction) -> None:
    """Count a prediction; call it when the prediction is committed."""
    _PREDICTIONS.labels(
        prediction.model_version, str(prediction.source), str(prediction.outcome)
    ).inc()
