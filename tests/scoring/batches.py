"""Files of applications, made up, and batches of them, scored at once."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.contrib.auth.models import User

from ml.schema import APPLICATION_TEST, AUXILIARY
from ml.tables import Tables
from scoring.batches import services, uploads
from scoring.batches.models import BatchRow, ScoreBatch
from tests.scoring.factories import partner

Row = Mapping[str, Any]


def applications(tables: Tables, count: int, *, skip: int = 0) -> pl.DataFrame:
    """Raw rows as Kaggle ships them, in the order of the clients' numbers."""
    rows = tables.frames["application_train"].sort("SK_ID_CURR").slice(skip, count).collect()
    return rows.select(list(APPLICATION_TEST.columns))


def as_csv(rows: Sequence[Row] | pl.DataFrame) -> bytes:
    if isinstance(rows, pl.DataFrame):
        return rows.write_csv().encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_parquet(rows: pl.DataFrame, **options: Any) -> bytes:
    sink = io.BytesIO()
    rows.write_parquet(sink, **options)
    return sink.getvalue()


def as_zip(members: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def of_clients(tables: Tables, clients: Sequence[int]) -> dict[str, pl.DataFrame]:
    """The rows of the auxiliary tables that belong to some clients."""
    found = {
        table.name: tables.frames[table.name]
        .filter(pl.col("SK_ID_CURR").is_in(list(clients)))
        .collect()
        for table in AUXILIARY
        if table.parent == "SK_ID_CURR"
    }
    loans = found["bureau"]["SK_ID_BUREAU"].to_list()
    months = tables.frames["bureau_balance"].filter(pl.col("SK_ID_BUREAU").is_in(loans))
    return {**found, "bureau_balance": months.collect()}


def create(content: bytes, *, user: User | None = None, **options: Any) -> ScoreBatch:
    upload = uploads.receive(io.BytesIO(content))
    return services.create(upload=upload, created_by=user or partner(), **options)


def somebody() -> User:
    """Who needs no role, where emptying the database took the roles away."""
    return User.objects.create_user("somebody")


def scored(content: bytes, **options: Any) -> ScoreBatch:
    """A batch that went through all its tasks."""
    batch = create(content, **options)
    work(batch)
    batch.refresh_from_db()
    return batch


def work(batch: ScoreBatch) -> None:
    services.split(batch_id=batch.pk)
    while services.score_next_chunk(batch_id=batch.pk):
        pass


def rows_of(batch: ScoreBatch) -> list[BatchRow]:
    return list(BatchRow.objects.filter(batch=batch).in_order().select_related("prediction"))


def wrong(batch: ScoreBatch) -> dict[int, dict[str, list[str]]]:
    """What was refused, by line and column."""
    return {row.line: row.errors for row in rows_of(batch) if row.errors is not None}
