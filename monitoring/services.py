"""Writing down what the model did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from monitoring import metrics
from monitoring.models import (
    Completeness,
    LoanOutcome,
    Outcome,
    Prediction,
    ReplacedOutcome,
    Source,
)

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
    """Store what became of a loan; what was recorded of it before is kept as replaced."""
    observed = Observed(prediction_id=prediction.pk, defaulted=defaulted, observed_on=observed_on)
    record_outcomes(observed=[observed], recorded_by=recorded_by)
    return LoanOutcome.objects.get(pk=prediction.pk)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What became of the loan that a prediction was about."""

    prediction_id: UUID
    defaulted: bool
    observed_on: date


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """How many outcomes were new, corrected an earlier one, or said what was known."""

    new: int
    corrected: int
    unchanged: int


@transaction.atomic
def record_outcomes(
    *, observed: Sequence[Observed], recorded_by: User | None = None, at: datetime | None = None
) -> Recorded:
    """Store what became of many loans, all or none; each prediction occurs once.

    What was recorded before and now is corrected is kept as a `ReplacedOutcome`. Recording the
    same again changes nothing.
    """
    now = at or timezone.now()
    wanted = {one.prediction_id: one for one in observed}
    # Held until the end, so that of two corrections at once neither is lost.
    held = Prediction.objects.select_for_update(no_key=True).filter(pk__in=wanted)
    list(held.order_by("pk").values_list("pk", flat=True))
    before = {one.pk: one for one in LoanOutcome.objects.filter(pk__in=wanted)}
    new = [one for key, one in wanted.items() if key not in before]
    corrected = [one for key, one in wanted.items() if key in before and _differs(before[key], one)]
    ReplacedOutcome.objects.bulk_create(_replaced(before[c.prediction_id], now) for c in corrected)
    LoanOutcome.objects.bulk_create(
        [
            LoanOutcome(
                prediction_id=one.prediction_id,
                defaulted=one.defaulted,
                observed_on=one.observed_on,
                recorded_at=now,
                recorded_by=recorded_by,
            )
            for one in (*new, *corrected)
        ],
        update_conflicts=True,
        unique_fields=["prediction"],
        update_fields=["defaulted", "observed_on", "recorded_at", "recorded_by"],
    )
    return Recorded(
        new=len(new),
        corrected=len(corrected),
        unchanged=len(wanted) - len(new) - len(corrected),
    )


def _differs(before: LoanOutcome, now: Observed) -> bool:
    return (before.defaulted, before.observed_on) != (now.defaulted, now.observed_on)


def _replaced(before: LoanOutcome, now: datetime) -> ReplacedOutcome:
    return ReplacedOutcome(
        prediction_id=before.pk,
        defaulted=before.defaulted,
        observed_on=before.observed_on,
        recorded_at=before.recorded_at,
        recorded_by_id=before.recorded_by_id,
        replaced_at=now,
    )


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
