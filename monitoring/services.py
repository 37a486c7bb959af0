"""Writing down what the model did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from monitoring import metrics
from monitoring.models import Completeness, LoanOutcome, Outcome, Prediction, Source

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, kw_only=True)
class ScoredBy:
    """The model that gave a score, and the cut-offs in force when it did."""

    name: str
    version: str
    sha256: str
    refer_from: float
    decline_from: float
    cut_offs_version: int | None = None


def record_prediction(
    *,
    inputs: Mapping[str, Any],
    client_id: int | None,
    history: np.ndarray | None,
    history_used: Sequence[str],
    history_as_of: datetime | None,
    features: np.ndarray,
    raw_score: float,
    pd: float,
    outcome: str,
    model: ScoredBy,
    source: Source,
    requested_by: User | None,
    latency_ms: float,
    at: datetime | None = None,
) -> Prediction:
    """Store one prediction.

    Parameters
    ----------
    inputs : mapping
        Raw Home Credit columns the score was computed from.
    history : array of float64, shape (n_history,), or None
        The client's history features, NaN where nothing is known.
    features : array of float32, shape (n_features,)
        The row the model saw.
    raw_score : float
        Log-odds before calibration.
    pd : float
        Calibrated probability of default.
    latency_ms : float
        Time from the request for a score to its result, in milliseconds.
    at : datetime, optional
        When the score was given; now unless the past is being written down.
    """
    prediction = Prediction.objects.create(
        created_at=at or timezone.now(),
        inputs=dict(inputs),
        client_id=client_id,
        history=None if history is None else history.astype("<f8").tobytes(),
        history_used=list(history_used),
        history_as_of=history_as_of,
        completeness=completeness(history_used),
        features=features.astype("<f4").tobytes(),
        model_name=model.name,
        model_version=model.version,
        model_sha256=model.sha256,
        refer_from=model.refer_from,
        decline_from=model.decline_from,
        cut_offs_version=model.cut_offs_version,
        raw_score=raw_score,
        pd=pd,
        outcome=Outcome(outcome),
        source=source,
        requested_by=requested_by,
        latency_ms=latency_ms,
    )
    transaction.on_commit(partial(metrics.count, prediction))
    return prediction


def record_outcome(
    *,
    prediction: Prediction,
    defaulted: bool,
    observed_on: date,
    recorded_by: User | None = None,
) -> LoanOutcome:
    """Store what became of a loan; what was recorded of it before is replaced."""
    outcome, _created = LoanOutcome.objects.update_or_create(
        prediction=prediction,
        defaults={
            "defaulted": defaulted,
            "observed_on": observed_on,
            "recorded_at": timezone.now(),
            "recorded_by": recorded_by,
        },
    )
    return outcome


def completeness(history_used: Sequence[str]) -> Completeness:
    """Name the tier of data completeness that the used tables amount to.

    >>> completeness(["bureau", "POS_CASH_balance"]).value
    'full'
    >>> completeness([]).value
    'form'
    """
    bureau = any(table.startswith("bureau") for table in history_used)
    previous = any(not table.startswith("bureau") for table in history_used)
    if bureau and previous:
        return Completeness.FULL
    if bureau:
        return Completeness.BUREAU
    return Completeness.PREVIOUS if previous else Completeness.FORM
