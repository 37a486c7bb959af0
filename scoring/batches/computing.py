"""Scores of one chunk: joined with what is on file, one matrix, one call of the model.

Step by step what `scoring.services.score` does for one application, and to the same last bit.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import polars as pl
from django.utils.translation import gettext as _

from ml import features
from ml.bundle import Bundle
from ml.schema import APPLICATION_TEST
from scoring import inputs
from scoring.batches.checking import Checked, by_column
from scoring.batches.reading import Errors
from scoring.exceptions import InvalidInput
from scoring.models import ClientFile

logger = logging.getLogger(__name__)

_COLUMNS = [name for name in APPLICATION_TEST.columns if name != "SK_ID_CURR"]


@dataclass(frozen=True)
class Joined:
    """Rows with all that is known of their clients, ready for the model.

    Attributes
    ----------
    columns : polars.DataFrame
        What is scored: all columns of an application, in the types of the schema.
    inputs : list of str
        The same as JSON, as a prediction stores it: columns neither given nor on file left out.
    history : array of float64, shape (n, len(HISTORY))
        NaN where nothing is known.
    has_history : array of bool
        Whether there is a history at all.
    used : sequence of tuple of str
        The history tables that each client occurs in.
    as_of : sequence of datetime or None
        When what is on file about each client was true.
    """

    checked: Checked
    columns: pl.DataFrame
    inputs: list[str]
    history: np.ndarray
    has_history: np.ndarray
    used: Sequence[tuple[str, ...]]
    as_of: Sequence[datetime | None]


@dataclass(frozen=True)
class History:
    """What a batch brings along about some clients: history vectors and tables, by number."""

    vectors: Mapping[int, np.ndarray]
    used: Mapping[int, tuple[str, ...]]


def join(checked: Checked, brought: History | None) -> Joined:
    """Join rows with what is on file about their clients, or with the history brought along.

    Rows of unknown clients that give nothing themselves, and those that lack what no score can
    do without, are refused.
    """
    given = checked.columns
    lacking = [name for name in _COLUMNS if name not in given.columns]
    with_columns = bool(lacking or (checked.absent and any(checked.absent)))
    files = _files(checked.clients, with_columns=with_columns)
    merged = _merged(checked, files) if with_columns else None
    wrong = _incomplete(checked, files, merged)
    if wrong:
        good = [i for i in range(len(checked.lines)) if i not in wrong]
        checked = checked.without(wrong)
        merged = [merged[i] for i in good] if merged is not None else None
    columns, texts = _columns(checked, merged)
    return _with_history(checked, columns, texts, files, brought)


def vectors(joined: Joined, bundle: Bundle) -> np.ndarray:
    """What the model sees of each row: float32, shape (n, n_features)."""
    return bundle.encode(features.rows(joined.columns, joined.history, bundle.needs))


def _files(clients: np.ndarray, *, with_columns: bool) -> dict[int, ClientFile]:
    """What is on file about the clients, in one query."""
    numbers = sorted(set(clients.tolist()) - {0})
    found = ClientFile.objects.filter(pk__in=numbers)
    return {
        file.client_id: file for file in (found if with_columns else found.defer("application"))
    }


def _merged(checked: Checked, files: Mapping[int, ClientFile]) -> list[dict[str, Any]]:
    """What is given over what is on file, row by row; a null that is given counts."""
    rows = []
    absent = checked.absent or [frozenset()] * len(checked.lines)
    for client, row, gone in zip(
        checked.clients.tolist(), checked.columns.iter_rows(named=True), absent, strict=True
    ):
        file = files.get(client)
        own = {name: value for name, value in row.items() if name not in gone} if gone else row
        rows.append({**(file.application if file else {}), **own})
    return rows


def _incomplete(
    checked: Checked, files: Mapping[int, ClientFile], merged: Sequence[Mapping[str, Any]] | None
) -> dict[int, Errors]:
    """Rows that lack what no score can do without, by index."""
    wrong: dict[int, Errors] = {}
    if merged is None:
        needed = checked.columns.select(pl.any_horizontal(pl.col(*inputs.REQUIRED).is_null()))
        indices = np.flatnonzero(needed.to_series().to_numpy()).tolist()
        rows: Mapping[int, Mapping[str, Any]] = {
            i: checked.columns.row(i, named=True) for i in indices
        }
    else:
        rows = {
            i: row
            for i, row in enumerate(merged)
            if any(row.get(name) is None for name in inputs.REQUIRED)
        }
    for index, row in rows.items():
        client = int(checked.clients[index])
        try:
            if not row and client and client not in files:
                raise InvalidInput(
                    {
                        "client_id": [
                            _("No client with this number is on file; send the application too.")
                        ]
                    }
                )
            inputs.require_complete(row)
        except InvalidInput as error:
            wrong[index] = by_column(error)
    return wrong


def _columns(
    checked: Checked, merged: Sequence[Mapping[str, Any]] | None
) -> tuple[pl.DataFrame, list[str]]:
    if merged is None:
        return checked.columns, checked.columns.write_ndjson().splitlines()
    columns = pl.DataFrame(
        [
            pl.Series(
                name,
                [row.get(name) for row in merged],
                APPLICATION_TEST.columns[name].dtype,
                strict=False,
            )
            for name in _COLUMNS
        ]
    )
    return columns, [orjson.dumps(row).decode() for row in merged]


def _with_history(
    checked: Checked,
    columns: pl.DataFrame,
    texts: list[str],
    files: Mapping[int, ClientFile],
    brought: History | None,
) -> Joined:
    clients = checked.clients.tolist()
    history = np.full((len(clients), len(features.HISTORY)), np.nan)
    has_history = np.full(len(clients), brought is not None)
    used: list[tuple[str, ...]] = [()] * len(clients)
    as_of: list[datetime | None] = [None] * len(clients)
    for index, client in enumerate(clients):
        if brought is not None:
            if client in brought.vectors:
                history[index] = brought.vectors[client]
                used[index] = brought.used[client]
            continue
        file = files.get(client)
        if file is None:
            continue
        as_of[index] = file.as_of
        if file.tables and file.history_fingerprint == features.HISTORY_FINGERPRINT:
            history[index] = file.history_vector
            has_history[index] = True
            used[index] = tuple(file.tables)
    return Joined(checked, columns, texts, history, has_history, used, as_of)
