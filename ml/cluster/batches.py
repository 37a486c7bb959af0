"""What runs on the workers: Arrow batches in, results out.

Spark only moves rows. What a value is, whether it can be, and what follows from it is Polars'
work here as it is on one machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from ml import features, schema
from ml.schema import Kind, Table
from ml.tables import impossible, typed, wrong_type

if TYPE_CHECKING:
    from ml.bundle import Bundle


def features_of(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Compute the features of batches of whole clients.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        One row per application: its raw columns, and for each auxiliary table a column of that
        name with the list of the client's raw rows, null where there are none.

    Yields
    ------
    pyarrow.RecordBatch
        The columns of `ml.features.matrix`.
    """
    for batch in batches:
        yield from _to_arrow(_matrix(pl.DataFrame(batch)))


def scores_of(batches: Iterable[pa.RecordBatch], *, bundle: str) -> Iterator[pa.RecordBatch]:
    """Score batches of whole clients with the bundle that was sent along under a name.

    Yields
    ------
    pyarrow.RecordBatch
        The columns of `ml.bundle.SCORES`.
    """
    for batch in batches:
        yield from _to_arrow(_load(bundle).score(_matrix(pl.DataFrame(batch))))


def findings_of(batches: Iterable[pa.RecordBatch], *, name: str) -> Iterator[pa.RecordBatch]:
    """Look for values that a table's columns cannot hold.

    Yields
    ------
    pyarrow.RecordBatch
        One row per batch: its number of rows (`rows`), a sentence about a wrong value or null
        (`wrong`), and for each identifier the number of rows without (`SK_ID_CURR`, ...).
    """
    table = schema.TABLES[name]
    ids = [column for column, kind in table.columns.items() if kind is Kind.ID]
    for batch in batches:
        raw = pl.DataFrame(batch)
        wrong = pl.lit(_wrong(table, raw), pl.String).alias("wrong")
        rows = pl.len().cast(pl.Int64).alias("rows")
        empty = (_number(column).fill_nan(None).is_null().sum().cast(pl.Int64) for column in ids)
        yield from _to_arrow(raw.select(rows, wrong, *empty))


def _matrix(clients: pl.DataFrame) -> pl.DataFrame:
    auxiliary = [table for table in schema.AUXILIARY if table.name in clients.columns]
    labelled = schema.APPLICATION_TRAIN.columns.keys() <= set(clients.columns)
    stated = schema.APPLICATION_TRAIN if labelled else schema.APPLICATION_TEST
    frames = {table.name: _rows(clients, table) for table in auxiliary}
    return features.matrix(frames, clients.lazy().select(typed(stated)))


def _rows(clients: pl.DataFrame, table: Table) -> pl.LazyFrame:
    """An auxiliary table again, from the lists of its clients."""
    known = clients.lazy().select("SK_ID_CURR", table.name).drop_nulls(table.name)
    return known.explode(table.name).unnest(table.name).select(typed(table))


def _wrong(table: Table, raw: pl.DataFrame) -> str | None:
    for column, kind in table.columns.items():
        if kind is not Kind.TEXT:
            no_number = pl.col(column).is_not_null() & _number(column).is_null()
            for examples in (
                raw.select(column).filter(no_number),
                raw.select(_number(column)).filter(impossible(column, kind)),
            ):
                if examples.height:
                    return wrong_type(table, column, examples.item(0, 0))
    return None


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64, strict=False)


def _to_arrow(frame: pl.DataFrame) -> list[pa.RecordBatch]:
    """Batches in types that Spark reads; it knows no large_string."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = [
        field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field
        for field in table.schema
    ]
    batches: list[pa.RecordBatch] = table.cast(pa.schema(fields)).to_batches()
    return batches


@cache
def _load(bundle: str) -> Bundle:
    """The bundle, verified and loaded once per worker process."""
    from pyspark import SparkFiles  # noqa: PLC0415 - an extra

    from ml.bundle import Bundle  # noqa: PLC0415 - imports LightGBM, which only scores need

    return Bundle.load(Path(SparkFiles.get(bundle)))
