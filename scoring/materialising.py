"""Filling the client files from the data set's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from django.db import transaction
from django.utils import timezone

from ml import features
from ml.schema import APPLICATIONS, AUXILIARY
from ml.tables import Tables
from scoring.models import ClientFile

BATCH = 1000


def materialise(
    *,
    tables: Tables,
    progress: Callable[[int, int], None] | None = None,
    as_of: datetime | None = None,
) -> int:
    """Store the last application and the history features of every client; return how many.

    Running it again refreshes what is on file. Each batch is committed on its own, so that an
    interrupted run loses nothing and can simply be started again.
    """
    moment = as_of or timezone.now()
    clients = _clients(tables)
    done = 0
    for batch in clients.iter_slices(BATCH):
        with transaction.atomic():
            ClientFile.objects.bulk_create(
                list(_files(batch, moment)),
                update_conflicts=True,
                unique_fields=["client_id"],
                update_fields=["application", "history", "history_fingerprint", "tables", "as_of"],
            )
        done += batch.height
        if progress:
            progress(done, clients.height)
    return done


def _clients(tables: Tables) -> pl.DataFrame:
    """One row per client: `application` struct, history features, `tables` they occur in."""
    frames = [
        tables.frames[table.name].drop("TARGET", strict=False)
        for table in APPLICATIONS
        if table.name in tables.frames
    ]
    applications = pl.concat(frames, how="diagonal")
    columns = [name for name in applications.collect_schema() if name != "SK_ID_CURR"]
    history = features.history(tables.frames).lazy()
    clients = applications.select("SK_ID_CURR", pl.struct(columns).alias("application")).join(
        history, on="SK_ID_CURR", how="full", coalesce=True
    )
    for name, ids in _occurrences(tables):
        clients = clients.join(
            ids.with_columns(pl.lit(True).alias(name)), on="SK_ID_CURR", how="left"
        )
    return clients.sort("SK_ID_CURR").collect()


def _occurrences(tables: Tables) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Yield each auxiliary table's name with the clients that occur in it."""
    for table in AUXILIARY:
        if table.name not in tables.frames:
            continue
        frame = tables.frames[table.name]
        if table.parent != "SK_ID_CURR":
            owners = tables.frames["bureau"].select("SK_ID_CURR", table.parent)
            frame = frame.select(table.parent).unique().join(owners, on=table.parent)
        yield table.name, frame.select("SK_ID_CURR").unique()


def _files(batch: pl.DataFrame, moment: datetime) -> Iterator[ClientFile]:
    vectors = batch.select(features.HISTORY).to_numpy().astype("<f8")
    names = [table.name for table in AUXILIARY if table.name in batch.columns]
    occurs = batch.select(names).fill_null(False).rows() if names else [()] * batch.height
    rows = zip(batch["SK_ID_CURR"], batch["application"], vectors, occurs, strict=True)
    for client_id, application, vector, occurring in rows:
        yield ClientFile(
            client_id=client_id,
            application=_known(application),
            history=np.ascontiguousarray(vector).tobytes(),
            history_fingerprint=features.HISTORY_FINGERPRINT,
            tables=[name for name, known in zip(names, occurring, strict=True) if known],
            as_of=moment,
        )


def _known(application: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (application or {}).items() if value is not None}
