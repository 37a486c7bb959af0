"""Features, written once and computed in three places: training, online, in batches.

A feature of the application is computed per row of the form, a history feature per client
from the auxiliary tables, and a combined one from both after the join.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import polars as pl

from ml import schema
from ml.features import (
    application,
    bureau,
    combined,
    credit_card,
    installments,
    pos_cash,
    previous_application,
    scalar,
)
from ml.features.declaration import Feature, Rows

__all__ = [
    "FEATURES",
    "HISTORY",
    "HISTORY_FINGERPRINT",
    "Feature",
    "history",
    "history_of",
    "matrix",
    "reads",
    "row",
    "rows",
]

Frames = Mapping[str, pl.LazyFrame]
Engine = Literal["in-memory", "streaming"]  # of Polars
Row = dict[str, float | str | None]

_VERSION = "1"  # raise it when a history feature changes its meaning but not its name
_FAMILIES = (
    bureau.FAMILY,
    previous_application.FAMILY,
    pos_cash.FAMILY,
    credit_card.FAMILY,
    installments.FAMILY,
)
_HISTORY = tuple(feature for family in _FAMILIES for feature in family.features)

# In the order in which they are computed, so that nothing has to be moved online.
FEATURES: Mapping[str, Feature] = {
    feature.name: feature
    for feature in (
        *application.FEATURES,
        *_HISTORY,
        *application.DERIVED,
        *combined.FEATURES,
    )
}
HISTORY: tuple[str, ...] = tuple(feature.name for feature in _HISTORY)
HISTORY_FINGERPRINT: str = hashlib.sha256("\n".join((_VERSION, *HISTORY)).encode()).hexdigest()

_NAMES = list(FEATURES)
_STATED = [feature.column() for feature in application.FEATURES]
_COMBINED_FEATURES = (*application.DERIVED, *combined.FEATURES)
_COMBINED = [feature.column() for feature in _COMBINED_FEATURES]
_NO_HISTORY = [math.nan] * len(HISTORY)
_PYTHON: Mapping[schema.Kind, Callable[[Any], Any]] = {
    schema.Kind.ID: int,
    schema.Kind.INTEGER: int,
    schema.Kind.NUMBER: float,
    schema.Kind.TEXT: str,
}
_NO_RECORDS = {
    table.name: pl.DataFrame(schema={name: kind.dtype for name, kind in table.columns.items()})
    for table in schema.AUXILIARY
}


def history(frames: Frames, names: Sequence[str] = HISTORY) -> pl.DataFrame:
    """Compute the history features of every client that occurs in an auxiliary table.

    Parameters
    ----------
    frames : mapping of str to polars.LazyFrame
        Auxiliary tables by name, typed per `ml.schema`; an absent one counts as empty.
    names : sequence of str
        Some of `HISTORY`, where not all are needed.

    Returns
    -------
    polars.DataFrame
        `SK_ID_CURR` and the columns `names`, sorted by client. Features of a table in which
        the client does not occur are null.
    """
    tables = _complete(frames)
    owners = [tables[family.table].select("SK_ID_CURR") for family in _FAMILIES]
    clients = pl.concat(owners).unique().sort("SK_ID_CURR").collect(engine="streaming")
    return _with_history(clients, frames, names).select("SK_ID_CURR", *names)


def matrix(
    frames: Frames, applications: pl.LazyFrame, *, engine: Engine = "streaming"
) -> pl.DataFrame:
    """Compute every feature of every application.

    Table by table, so that no more than one of them is worked on at a time.

    Parameters
    ----------
    frames : mapping of str to polars.LazyFrame
        Auxiliary tables by name; an absent one counts as empty.
    applications : polars.LazyFrame
        Rows of `application_train` or `application_test`, or of both.
    engine : str
        How Polars computes; it makes no difference to the values.

    Returns
    -------
    polars.DataFrame
        `SK_ID_CURR`, `TARGET` where the applications have it, and `FEATURES` in order:
        text features as String, all others as Float64, finite or null. Sorted by client.
    """
    ids = [name for name in ("SK_ID_CURR", "TARGET") if name in applications.collect_schema()]
    stated = applications.select(*ids, *_STATED).sort("SK_ID_CURR").collect(engine=engine)
    known = _with_history(stated, frames, HISTORY, engine)
    return known.with_columns(_COMBINED).select(*ids, *_NAMES)


def row(
    application: Mapping[str, object],
    history: Sequence[float] | np.ndarray | None,
    names: tuple[str, ...] = tuple(FEATURES),
) -> Row:
    """Compute features of one application.

    Parameters
    ----------
    application : mapping
        Raw application columns; what is missing is null, what is unknown is ignored.
    history : sequence of float or array, shape (len(HISTORY),), or None
        The client's history features in the order of `HISTORY`, NaN for null; None where
        there is no history.
    names : tuple of str
        The features wanted; those they are computed from come along.

    Returns
    -------
    dict of str to float, str or None
        As `matrix` computes them from many applications, bit for bit.

    Raises
    ------
    ValueError
        If `history` has not the length of `HISTORY`.

    Examples
    --------
    >>> row({"AMT_CREDIT": 300_000, "AMT_INCOME_TOTAL": 150_000}, None)["CREDIT_TO_INCOME"]
    2.0
    """
    known = _NO_HISTORY if history is None else np.asarray(history, np.float64).tolist()
    if len(known) != len(HISTORY):
        raise ValueError(f"Expected {len(HISTORY)} history features, got {len(known)}.")
    plan = _plan(names)
    given = {
        name: None if (value := application.get(name)) is None else convert(value)
        for name, convert in plan.columns
    }
    found: Row = {name: compute(given) for name, compute in plan.stated}
    for name, place in plan.history:
        value = known[place]
        found[name] = None if math.isnan(value) else value
    for name, compute in plan.combined:
        found[name] = compute(found)
    return found


def rows(
    applications: pl.DataFrame, history: np.ndarray, names: tuple[str, ...] = tuple(FEATURES)
) -> pl.DataFrame:
    """Compute features of many applications whose history is known.

    Parameters
    ----------
    applications : polars.DataFrame
        Raw application columns, typed per `ml.schema`.
    history : array of float64, shape (n_applications, len(HISTORY))
        In the order of `HISTORY`, NaN for null.
    names : tuple of str
        The features wanted; those they are computed from come along.

    Returns
    -------
    polars.DataFrame
        As `row` computes them one by one.
    """
    wanted = _wanted(names)
    known = np.asfortranarray(history[:, list(wanted.history.values())])
    frame = pl.from_numpy(known, schema=dict.fromkeys(wanted.history, pl.Float64))
    stated = applications.select(feature.column() for feature in wanted.stated)
    together = stated.hstack(frame.fill_nan(None).get_columns())
    return together.with_columns(feature.column() for feature in wanted.combined)


def reads(names: tuple[str, ...]) -> tuple[str, ...]:
    """Raw columns of the application that features are computed from, in alphabetical order.

    >>> reads(("CREDIT_TO_INCOME",))
    ('AMT_CREDIT', 'AMT_INCOME_TOTAL')
    """
    return tuple(name for name, _convert in _plan(names).columns)


def history_of(records: Mapping[str, pl.DataFrame]) -> np.ndarray:
    """Compute the history features of one client from its raw records.

    Parameters
    ----------
    records : mapping of str to polars.DataFrame
        The client's rows of auxiliary tables, typed per `ml.schema`.

    Returns
    -------
    array of float64, shape (len(HISTORY),)
        In the order of `HISTORY`, NaN for null.

    Raises
    ------
    ValueError
        If the records are of more than one client.
    """
    found = _per_client({**_NO_RECORDS, **records})
    if len({client for rows in found for client in rows["SK_ID_CURR"]}) > 1:
        raise ValueError("The records belong to more than one client.")
    values = (rows.row(0)[1:] if rows.height else (None,) * (rows.width - 1) for rows in found)
    return np.array([value for row in values for value in row], dtype=np.float64)


@dataclass(frozen=True)
class _Wanted:
    """What some features take."""

    stated: list[Feature]
    history: dict[str, int]  # places in the history vector
    combined: list[Feature]


@dataclass(frozen=True)
class _Plan:
    """What one row of some features takes."""

    columns: list[tuple[str, Callable[[Any], Any]]]  # of the application, and their type
    stated: list[tuple[str, scalar.Step]]
    history: list[tuple[str, int]]
    combined: list[tuple[str, scalar.Step]]


@lru_cache(maxsize=8)
def _wanted(names: tuple[str, ...]) -> _Wanted:
    """Work out once what is needed, rather than compute what nobody asked for."""
    combined = [feature for feature in _COMBINED_FEATURES if feature.name in names]
    wanted = {*names, *(root for f in combined for root in f.expr.meta.root_names())}
    return _Wanted(
        stated=[feature for feature in application.FEATURES if feature.name in wanted],
        history={name: place for place, name in enumerate(HISTORY) if name in wanted},
        combined=combined,
    )


@lru_cache(maxsize=8)
def _plan(names: tuple[str, ...]) -> _Plan:
    wanted = _wanted(names)
    roots = sorted({root for feature in wanted.stated for root in feature.expr.meta.root_names()})
    return _Plan(
        columns=[(name, _PYTHON[schema.APPLICATION_TEST.columns[name]]) for name in roots],
        stated=[(feature.name, scalar.function(feature.column())) for feature in wanted.stated],
        history=list(wanted.history.items()),
        combined=[(feature.name, scalar.function(feature.column())) for feature in wanted.combined],
    )


def _with_history(
    clients: pl.DataFrame, frames: Frames, names: Sequence[str], engine: Engine = "streaming"
) -> pl.DataFrame:
    """Add the history features `names` to rows that have `SK_ID_CURR`, in their order."""
    wanted = set(names)
    # The last takes most memory, so it comes first, while the rows are narrow.
    for family, found in reversed(
        list(zip(_FAMILIES, _per_client(_complete(frames)), strict=True))
    ):
        chosen = [feature.name for feature in family.features if feature.name in wanted]
        # The clients' own columns are not copied, so the join is of their numbers alone.
        joined = clients.select("SK_ID_CURR").join(
            found.select("SK_ID_CURR", *chosen).collect(engine=engine),
            on="SK_ID_CURR",
            how="left",
            maintain_order="left",
        )
        clients = clients.hstack(joined.drop("SK_ID_CURR"))
    return clients


def _per_client(tables: Mapping[str, Rows]) -> list[Rows]:
    """The history features of each family."""
    loans = bureau.with_balance(tables["bureau"], tables["bureau_balance"])
    tables = {**tables, "bureau": loans}
    return [family.per_client(tables[family.table]) for family in _FAMILIES]


def _complete(frames: Frames) -> dict[str, pl.LazyFrame]:
    """The tables with empty ones for those that are absent."""
    return {**{name: rows.lazy() for name, rows in _NO_RECORDS.items()}, **frames}
