"""Whether rows can be scored: all at once, and one by one where something looks wrong.

The quick check of whole columns only has to find every row that might be wrong. What is wrong
with it, and whether it is, the check of a single score says, in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, NOT_EMPLOYED, Kind
from scoring import inputs
from scoring.batches.formats import CLIENT
from scoring.batches.reading import Errors, Rows
from scoring.exceptions import InvalidInput

_PREFIX = "application."


@dataclass(frozen=True)
class Checked:
    """Rows that can be scored, and what is wrong with the others.

    Attributes
    ----------
    lines, clients : array of int64
        Of the good rows; a client's number is 0 where none is given.
    columns : polars.DataFrame
        Their columns in the types of the schema.
    absent : sequence of frozenset or None
        As in `Rows`.
    refused : dict of int to Errors
        By line.
    refused_clients : dict of int to int
        Client numbers of refused rows, where they could be read.
    """

    lines: np.ndarray
    clients: np.ndarray
    columns: pl.DataFrame
    absent: Sequence[frozenset[str]] | None
    refused: dict[int, Errors]
    refused_clients: dict[int, int] = field(default_factory=dict)

    def without(self, wrong: Mapping[int, Errors]) -> Checked:
        """The same, with the good rows at some indices refused as well."""
        if not wrong:
            return self
        good = np.ones(len(self.lines), bool)
        good[list(wrong)] = False
        lines = {index: int(self.lines[index]) for index in wrong}
        clients = {lines[i]: int(self.clients[i]) for i in wrong if self.clients[i]}
        return Checked(
            lines=self.lines[good],
            clients=self.clients[good],
            columns=self.columns.filter(good),
            absent=_chosen(self.absent, good),
            refused={**self.refused, **{lines[i]: errors for i, errors in wrong.items()}},
            refused_clients={**self.refused_clients, **clients},
        )


def check(rows: Rows) -> Checked:
    """Tell rows that can be scored from those that cannot, each wrong column named."""
    columns, clients = rows.columns, rows.clients.copy()
    wrong: dict[int, Errors] = {}
    mended: dict[int, dict[str, Any]] = {}
    for index in np.flatnonzero(_suspicious(columns) | rows.odd).tolist():
        given = dict(rows.row(index))
        number = given.pop(CLIENT, None)
        errors: dict[str, Sequence[str]] = {}
        if number is None or _is_client(number):
            clients[index] = number or 0
        else:
            errors[CLIENT] = [_("Expected the client's number.")]
            clients[index] = 0
        try:
            mended[index] = inputs.application(given)
        except InvalidInput as error:
            errors.update(by_column(error))
        if errors:
            wrong[index] = errors
            mended.pop(index, None)
    return Checked(
        lines=rows.lines,
        clients=clients,
        columns=_typed(_with(columns, mended)),
        absent=rows.absent,
        refused=dict(rows.broken),
    ).without(wrong)


def by_column(error: InvalidInput) -> dict[str, Sequence[str]]:
    """What a single score says is wrong, by the column of the file."""
    return {
        CLIENT if path == "client_id" else path.removeprefix(_PREFIX): told
        for path, told in error.errors.items()
    }


def _suspicious(columns: pl.DataFrame) -> np.ndarray:
    """Rows in which a value is not certainly fine."""
    if not columns.width:
        return np.zeros(columns.height, bool)
    doubtful = columns.select(pl.any_horizontal(_doubts(tuple(columns.columns))))
    return doubtful.to_series().fill_null(False).to_numpy()


@lru_cache(maxsize=8)
def _doubts(names: tuple[str, ...]) -> list[pl.Expr]:
    return [~_is_fine(name).fill_null(True) for name in names]


def _is_fine(name: str) -> pl.Expr:
    """The rules of `scoring.inputs` for one column, as an expression; null for null."""
    kind, value = APPLICATION_TEST.columns[name], pl.col(name)
    if kind is Kind.TEXT:
        return value.is_in(list(APPLICATION_LEVELS[name]))
    low, high = inputs.allowed(name)
    fine = value.is_between(low, high)  # false of NaN and infinity too
    if kind is Kind.INTEGER:
        fine &= value == value.floor()
    return fine | (value == NOT_EMPLOYED) if name == "DAYS_EMPLOYED" else fine


def _with(columns: pl.DataFrame, mended: Mapping[int, Mapping[str, Any]]) -> pl.DataFrame:
    """Put in the values of rows that only looked wrong, such as ` 12`."""
    changed = {name for values in mended.values() for name in values}
    for name in changed & set(columns.columns):
        values = {i: row[name] for i, row in mended.items() if name in row}
        new = pl.Series(list(values.values()), dtype=columns.schema[name], strict=False)
        columns = columns.with_columns(columns[name].scatter(list(values), new))
    return columns


def _typed(columns: pl.DataFrame) -> pl.DataFrame:
    """Whole numbers as such; rows that are refused need not fit."""
    whole = [n for n in columns.columns if APPLICATION_TEST.columns[n] is Kind.INTEGER]
    return columns.with_columns(
        pl.col(name).cast(Kind.INTEGER.dtype, strict=False) for name in whole
    )


def _is_client(number: object) -> bool:
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return inputs.is_client_number(number)


def _chosen(
    absent: Sequence[frozenset[str]] | None, good: np.ndarray
) -> Sequence[frozenset[str]] | None:
    if absent is None:
        return None
    return [gone for gone, kept in zip(absent, good, strict=True) if kept]
