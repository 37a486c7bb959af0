"""Asking the champion: scores, their explanations, and what it needs to give them."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import polars as pl
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ml import explanation as explaining
from ml import features
from ml.bundle import Bundle
from ml.decision import CutOffs
from monitoring import metrics
from monitoring import services as monitoring
from monitoring.models import Prediction, Source
from monitoring.prepared import Prepared
from monitoring.webhooks.models import Event
from monitoring.webhooks.services import announce
from scoring import activations, backlog, inputs, registry
from scoring.exceptions import InvalidInput, NoChampion, OutdatedHistory
from scoring.models import ClientFile, Explanation, ModelVersion, Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from monitoring.querysets import PredictionQuerySet

logger = logging.getLogger(__name__)

_OF_CLIENT_FILE = [field.attname for field in ClientFile._meta.concrete_fields]
_CLIENT_FILE = Prepared(
    lambda number: ClientFile.objects.filter(pk=number).values_list(*_OF_CLIENT_FILE), -1
)
_OF_STRATEGY = [field.attname for field in Strategy._meta.concrete_fields]
_STRATEGY = Prepared(
    lambda at: Strategy.objects.took_effect_before(at).values_list(*_OF_STRATEGY)[:1],
    datetime.min.replace(year=2, tzinfo=UTC),
)
LOST_AFTER = timedelta(seconds=20)
SWEPT_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 1000


def score(
    *,
    application: Mapping[str, Any],
    client_id: int | None = None,
    history: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    like: Prediction | None = None,
    source: Source,
    requested_by: User | None = None,
    explained: bool = False,
    at: datetime | None = None,
) -> Prediction:
    """Score one application and store the prediction; its explanation follows in a task.

    A known client's stored application fills the columns that are not given, and their stored
    history is used unless `history` brings raw records, which replace it altogether. With an
    earlier prediction, `like`, its inputs and history are used instead of what is on file.

    Parameters
    ----------
    application : mapping
        Raw Home Credit columns; None counts as not known and overrides what is on file.
    client_id : int, optional
        The client's number with the bank.
    history : mapping of table name to records, optional
        Raw records of the auxiliary tables.
    like : Prediction, optional
        An earlier prediction on the same applicant, which this one differs from by
        `application` alone.
    explained : bool
        Whether to explain it at once, as `prediction.explanation`, which takes twice as long.
    at : datetime, optional
        When the score was given; now unless the past is being written down.

    Raises
    ------
    InvalidInput
        Naming each wrong field.
    NoChampion
        If there is no model to score with.
    OutdatedHistory
        If the history of `like` was laid out for other features than today's.
    """
    started = time.perf_counter()
    with metrics.stage("validate"):
        given = inputs.application(application)
        records = inputs.history(history, client_id) if history else None
    with metrics.stage("read"):
        on_file = client_file(client_id) if client_id is not None and like is None else None
        bundle = registry.champion()
        strategy = strategy_in_force(at or timezone.now())
    if on_file is None and like is None and client_id is not None and not given:
        raise InvalidInput(
            {"client_id": [_("No client with this number is on file; send the application too.")]}
        )
    known = _known(on_file, records, like)
    columns = {**known.columns, **given}
    inputs.require_complete(columns)
    cut_offs = strategy.cut_offs if strategy else bundle.cut_offs
    with metrics.stage("features"):
        row = bundle.row(columns, known.history)
    with metrics.stage("predict"):
        raw = bundle.raw_score(row)
        pd = float(bundle.calibrate(raw)[0])
    with (
        metrics.stage("store"),
        transaction.atomic() if explained else nullcontext(),
    ):  # one statement needs none
        prediction = monitoring.record_prediction(
            inputs=columns,
            client_id=client_id,
            history=known.history,
            history_used=known.history_used,
            history_as_of=known.history_as_of,
            features=row[0],
            raw_score=float(raw[0]),
            pd=pd,
            outcome=cut_offs.decide(pd),
            model=scored_by(bundle, cut_offs, strategy),
            source=source,
            requested_by=requested_by,
            latency_ms=(time.perf_counter() - started) * 1000,
            at=at,
        )
        if explained:
            _explained(bundle, [prediction])[0].save(force_insert=True)
        else:
            transaction.on_commit(lambda: backlog.add(prediction.pk))
    return prediction


def strategy_in_force(at: datetime) -> Strategy | None:
    """Return what `Strategy.objects.in_force` does, sooner."""
    row = _STRATEGY.first(at)
    return None if row is None else Strategy.from_db(None, _OF_STRATEGY, row)


def client_file(client_id: int) -> ClientFile | None:
    """Return what is on file about a client, None if nothing is."""
    row = _CLIENT_FILE.first(client_id)
    return None if row is None else ClientFile.from_db(None, _OF_CLIENT_FILE, row)


def history_of(prediction: Prediction) -> np.ndarray | None:
    """Return the history that a prediction was computed from, to compute another with it.

    Raises
    ------
    OutdatedHistory
        If it was laid out for other features than today's.
    """
    vector = prediction.history_vector
    if vector is not None and vector.shape != (len(features.HISTORY),):
        raise OutdatedHistory(f"{prediction.pk} holds {vector.size} history features.")
    return vector


def explanation_of(prediction: Prediction) -> Explanation | None:
    """Return the explanation of a prediction; None while it is computed, no query if joined."""
    found: Explanation | None = getattr(prediction, "explanation", None)
    return found


def fallbacks(prediction: Prediction) -> list[str] | None:
    """Columns its model reads that were not known; None if the model is not at hand any more."""
    try:
        reads = registry.by_sha256(prediction.model_sha256).reads
    except NoChampion:
        return None
    return [column for column in reads if prediction.inputs.get(column) is None]


def explain(*, prediction_id: UUID) -> Explanation:
    """Return why a prediction came out as it did, computed now if it was not yet.

    Raises
    ------
    Explanation.DoesNotExist
        If there is no such prediction.
    """
    explain_all(prediction_ids=[prediction_id])
    return Explanation.objects.select_related("prediction").get(pk=prediction_id)


def explain_all(*, prediction_ids: Sequence[UUID]) -> None:
    """Compute and store why predictions came out as they did. Safe to repeat.

    What cannot be explained, for want of the model that gave it, is marked as failed.
    """
    ready = Explanation.objects.ready().filter(pk__in=prediction_ids).values("pk")
    missing = Prediction.objects.filter(pk__in=prediction_ids).exclude(pk__in=ready)
    by_model = defaultdict(list)
    for prediction in missing.only("features", "model_sha256"):
        by_model[prediction.model_sha256].append(prediction)
    found: list[Explanation] = []
    for sha256, predictions in by_model.items():
        try:
            found += _explained(registry.by_sha256(sha256), predictions)
        except NoChampion as error:
            found += [
                Explanation(prediction=one, status=Explanation.Status.FAILED, error=str(error))
                for one in predictions
            ]
    Explanation.objects.bulk_create(
        found,
        update_conflicts=True,  # two workers may compute the same, and find the same
        unique_fields=["prediction"],
        update_fields=["status", "finished_at", "error", "base_value", "contributions", "grouped"],
    )


@transaction.atomic
def retry_explanation(*, prediction_id: UUID) -> None:
    """Queue an explanation again that failed or takes too long. One that is ready stays."""
    Explanation.objects.failed().filter(pk=prediction_id).delete()
    transaction.on_commit(lambda: backlog.add(prediction_id))


def scored_by(bundle: Bundle, cut_offs: CutOffs, strategy: Strategy | None) -> monitoring.ScoredBy:
    """What a prediction keeps of the model and the cut-offs that it was made with."""
    return monitoring.ScoredBy(
        name=bundle.name,
        version=bundle.version,
        sha256=bundle.sha256,
        refer_from=cut_offs.refer_from,
        decline_from=cut_offs.decline_from,
        cut_offs_version=strategy.version if strategy else None,
    )


def grouped_reasons(
    bundle: Bundle, rows: np.ndarray, contributions: np.ndarray
) -> list[list[dict[str, Any]]]:
    """The ranked reasons of each row, as `Explanation.grouped` stores them.

    Parameters
    ----------
    rows : array of float32, shape (n_rows, n_features)
        What the model saw.
    contributions : array of float64, shape (n_rows, n_features + 1)
        From `Bundle.contributions`.
    """
    return [
        _grouped(explaining.reasons(bundle, row, parts))
        for row, parts in zip(rows, contributions, strict=True)
    ]


def unexplained(*, at: datetime) -> PredictionQuerySet:
    """Scores of the day before `at` that wait to be explained; batches wait for a reader."""
    recent = Prediction.objects.filter(created_at__gt=at - SWEPT_FOR)
    return recent.filter(explanation__isnull=True).exclude(source=Source.BATCH)


def sweep_explanations(*, now: datetime | None = None) -> int:
    """Explain what was lost between its score and its task; return how many."""
    moment = now or timezone.now()
    lost = unexplained(at=moment).filter(created_at__lt=moment - LOST_AFTER)
    found = list(lost.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    explain_all(prediction_ids=found)
    return len(found)


def register_model(*, bundle_path: Path) -> ModelVersion:
    """Verify a bundle, copy it into the site's bundle directory and register it.

    Registering the same bundle again returns what is registered.

    Raises
    ------
    ml.bundle.BundleError
        If it is damaged, or made for other features.
    """
    bundle = Bundle.load(bundle_path)
    directory = bundle.sha256[:16]
    _copy(bundle.path, Path(settings.BUNDLE_DIR) / directory)
    version, _created = ModelVersion.objects.get_or_create(
        sha256=bundle.sha256,
        defaults={
            "name": bundle.name,
            "version": bundle.version,
            "directory": directory,
            "metrics": bundle.metrics,
            "refer_from": bundle.cut_offs.refer_from,
            "decline_from": bundle.cut_offs.decline_from,
        },
    )
    return version


@transaction.atomic
def activate_model(*, version: ModelVersion, by: User | None = None) -> ModelVersion:
    """Make a registered model the champion, after loading it once more, and write that down.

    Parameters
    ----------
    by : User, optional
        Who asks; nobody in particular on the command line.

    Raises
    ------
    PermissionDenied
        If `by` may not activate models.
    NoChampion
        If its files are damaged; the old champion stays.
    """
    if by is not None and not by.has_perm("scoring.activate_model"):
        raise PermissionDenied
    registry.load(version)
    list(ModelVersion.objects.select_for_update().champions())  # two activations take turns
    ModelVersion.objects.champions().exclude(pk=version.pk).update(is_champion=False)
    version.is_champion = True
    version.activated_at = timezone.now()
    version.save(update_fields=["is_champion", "activated_at"])
    activations.write_down(version=version, by=by, at=version.activated_at)
    announce(
        event=Event.MODEL_ACTIVATED,
        subject=str(version),
        data={"version": version.version, "sha256": version.sha256},
    )
    return version


def _copy(source: Path, target: Path) -> None:
    """Copy a directory so that it appears complete or not at all."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        shutil.copytree(source, Path(scratch) / target.name)
        (Path(scratch) / target.name).rename(target)


@dataclass(frozen=True)
class _Known:
    """What is known of an applicant beside what is asked for now."""

    columns: Mapping[str, Any]
    history: np.ndarray | None
    history_used: Sequence[str]
    history_as_of: datetime | None


def _known(
    on_file: ClientFile | None,
    records: Mapping[str, pl.DataFrame] | None,
    like: Prediction | None,
) -> _Known:
    if like is not None:
        return _Known(like.inputs, history_of(like), like.history_used, like.history_as_of)
    columns = on_file.application if on_file else {}
    if records is not None:
        used = [name for name, frame in records.items() if frame.height]
        return _Known(columns, features.history_of(records), used, None)
    vector = _stored(on_file)
    used = list(on_file.tables) if on_file and vector is not None else []
    return _Known(columns, vector, used, on_file.as_of if on_file else None)


def _stored(on_file: ClientFile | None) -> np.ndarray | None:
    """The stored history, unless it was laid out for other features than today's."""
    if on_file is None or not on_file.tables:
        return None
    if on_file.history_fingerprint != features.HISTORY_FINGERPRINT:
        logger.warning("The stored history is outdated; run `manage.py materialise`.")
        return None
    return on_file.history_vector


def _explained(bundle: Bundle, predictions: Sequence[Prediction]) -> list[Explanation]:
    rows = np.stack([prediction.feature_vector for prediction in predictions])
    contributions = bundle.contributions(rows)
    now = timezone.now()
    return [
        Explanation(
            prediction=prediction,
            status=Explanation.Status.READY,
            finished_at=now,
            base_value=float(parts[-1]),
            contributions=parts[:-1].astype("<f8").tobytes(),
            grouped=grouped,
        )
        for prediction, parts, grouped in zip(
            predictions, contributions, grouped_reasons(bundle, rows, contributions), strict=True
        )
    ]


def _grouped(reasons: Sequence[explaining.Reason]) -> list[dict[str, Any]]:
    return [
        {
            "concept": reason.concept.value,
            "contribution": reason.contribution,
            "drivers": [
                {
                    "feature": driver.feature,
                    "label": driver.label,
                    "value": driver.value,
                    "contribution": driver.contribution,
                }
                for driver in reason.drivers[:3]
            ],
        }
        for reason in reasons
    ]
