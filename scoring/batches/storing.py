"""Writing the rows of a chunk down, many at once.

Django's `bulk_create` takes three times as long as the database itself, so values are prepared
as the fields would, and handed over in one `executemany`, or one COPY on PostgreSQL.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from django.db import connection, models

from ml.decision import CutOffs
from monitoring import services as monitoring
from monitoring.models import Prediction, Source
from scoring.batches.computing import Joined
from scoring.batches.models import BatchRow, ScoreBatch
from scoring.models import Explanation


@dataclass(frozen=True)
class Scores:
    """What the model said of the good rows of a chunk.

    Attributes
    ----------
    contributions : array of float64, shape (n, n_features + 1), or None
        As `Bundle.contributions` gives them, where reasons were asked for.
    grouped : sequence or None
        The reasons they amount to.
    """

    vectors: np.ndarray
    raw: np.ndarray
    pd: np.ndarray
    contributions: np.ndarray | None = None
    grouped: Sequence[list[dict[str, Any]]] | None = None


def store(
    batch: ScoreBatch,
    joined: Joined,
    scores: Scores | None,
    *,
    cut_offs: CutOffs,
    model: monitoring.ScoredBy,
    at: datetime,
    latency_ms: float,
) -> None:
    """Insert predictions, their reasons and the rows of the batch. Call it in a transaction."""
    ids = [uuid.uuid4() for _ in joined.inputs]
    if scores is not None:
        _insert_predictions(
            batch, joined, scores, ids, cut_offs=cut_offs, model=model, at=at, latency_ms=latency_ms
        )
        _insert_explanations(scores, ids, at)
    _insert_rows(batch, joined, ids)


def _insert_predictions(
    batch: ScoreBatch,
    joined: Joined,
    scores: Scores,
    ids: Sequence[uuid.UUID],
    *,
    cut_offs: CutOffs,
    model: monitoring.ScoredBy,
    at: datetime,
    latency_ms: float,
) -> None:
    pds = scores.pd.tolist()
    predictions = {
        "id": ids,
        "client_id": [client or None for client in joined.checked.clients.tolist()],
        "inputs": joined.inputs,
        "history": _bytes(joined.history.astype("<f8"), joined.has_history),
        "history_used": _each(joined.used, lambda used: orjson.dumps(used).decode()),
        "history_as_of": joined.as_of,
        "completeness": _each(joined.used, lambda used: monitoring.completeness(used).value),
        "features": _bytes(scores.vectors.astype("<f4")),
        "raw_score": scores.raw.tolist(),
        "pd": pds,
        "outcome": [cut_offs.decide(pd).value for pd in pds],
    }
    shared = {
        "created_at": at,
        "source": Source.BATCH.value,
        "requested_by": batch.created_by_id,
        "model_name": model.name,
        "model_version": model.version,
        "model_sha256": model.sha256,
        "refer_from": model.refer_from,
        "decline_from": model.decline_from,
        "cut_offs_version": model.cut_offs_version,
        "latency_ms": latency_ms,
    }
    _insert(Prediction, predictions, shared, ready={"inputs", "history_used"})


def _insert_explanations(scores: Scores, ids: Sequence[uuid.UUID], at: datetime) -> None:
    """Reasons where they were asked for; the others are computed when somebody looks."""
    if scores.contributions is None or scores.grouped is None:
        return
    explanations = {
        "prediction": ids,
        "base_value": scores.contributions[:, -1].tolist(),
        "contributions": _bytes(scores.contributions[:, :-1].astype("<f8")),
        "grouped": [orjson.dumps(group).decode() for group in scores.grouped],
    }
    ready = {"status": "ready", "finished_at": at, "error": ""}
    _insert(Explanation, explanations, ready, ready={"grouped"})


def _insert_rows(batch: ScoreBatch, joined: Joined, ids: Sequence[uuid.UUID]) -> None:
    checked = joined.checked
    good = zip(checked.lines.tolist(), checked.clients.tolist(), ids, strict=True)
    rows: list[tuple[Any, ...]] = [(line, client or None, pk, None) for line, client, pk in good]
    rows += [
        (line, checked.refused_clients.get(line), None, _json(errors))
        for line, errors in checked.refused.items()
    ]
    if rows:
        rows.sort(key=lambda row: row[0])
        columns = zip(*rows, strict=True)
        named = dict(zip(("line", "client_id", "prediction", "errors"), columns, strict=True))
        _insert(BatchRow, named, {"batch": batch.pk}, ready={"errors"})


def _json(errors: Mapping[str, Sequence[str]]) -> str:
    """As a database can hold it: PostgreSQL knows no NUL."""
    return orjson.dumps(errors).decode().replace("\\u0000", "\\ufffd")


def _insert(
    model: type[models.Model],
    varied: Mapping[str, Sequence[Any]],
    shared: Mapping[str, Any],
    *,
    ready: set[str],
) -> None:
    """Insert rows given column by column.

    Parameters
    ----------
    ready : set of str
        Columns of JSON that is written out already.
    """
    fields = {f.name: f for f in model._meta.concrete_fields}
    columns = [str(fields[name].column) for name in (*varied, *shared)]
    constant = tuple(_prepared(fields[name], value) for name, value in shared.items())
    values = [
        column if name in ready else _prepare(fields[name], column)
        for name, column in varied.items()
    ]
    _write(model._meta.db_table, columns, (row + constant for row in zip(*values, strict=True)))


def _prepare(field: models.Field[Any, Any], column: Sequence[Any]) -> Sequence[Any]:
    """Values as the database takes them; equal ones are prepared once where that pays."""
    plain = (models.FloatField, models.BigIntegerField, models.CharField, models.BinaryField)
    if isinstance(field, plain):
        return column
    if isinstance(field, models.DateTimeField):
        return _each(column, lambda value: _prepared(field, value))
    return [_prepared(field, value) for value in column]


def _prepared(field: models.Field[Any, Any], value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _each(column: Sequence[Any], function: Callable[[Any], Any]) -> list[Any]:
    """Apply a function to few different values in a long column."""
    cached = lru_cache(maxsize=None)(function)
    return [cached(value) for value in column]


def _bytes(matrix: np.ndarray, kept: np.ndarray | None = None) -> list[bytes | None]:
    """Each row of a matrix as bytes; None where it is not kept."""
    width = matrix.shape[1] * matrix.itemsize
    data = np.ascontiguousarray(matrix).tobytes()
    rows: list[bytes | None] = [data[i * width : (i + 1) * width] for i in range(len(matrix))]
    if kept is None:
        return rows
    return [row if keep else None for row, keep in zip(rows, kept.tolist(), strict=True)]


def _write(table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    into = f"{connection.ops.quote_name(table)} ({quoted})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", list(rows))  # noqa: S608
