"""The jobs: read, check, group by client, compute in batches, write."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyspark.sql import SparkSession

from ml import features, schema
from ml.bundle import SCORES, Bundle
from ml.cluster import Written, batches
from ml.cluster.session import located, open_session, told, watched, workspace
from ml.cluster.sources import Sources, clients, open_sources
from ml.progress import Step
from ml.tables import DataError

_Mapper = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]
_TYPES: Mapping[pl.DataType, str] = {
    pl.Int64(): "bigint",
    pl.Int32(): "int",
    pl.Float64(): "double",
    pl.String(): "string",
}


def write_features(data: str, out: str, *, progress: Step) -> Written:
    """See `ml.cluster.write_features`."""
    with _job(out, progress) as session:
        sources = open_sources(session, data, progress=progress)
        names = sources.applications
        with watched(session, "Computing features", progress):
            _write(sources, names, batches.features_of, _feature_types(names), out)
    return _written(sources, names)


def write_scores(bundle: Path, data: str, out: str, *, progress: Step) -> Written:
    """See `ml.cluster.write_scores`."""
    model = Bundle.load(bundle)
    with _job(out, progress) as session:
        sources = open_sources(session, data, progress=progress)
        names = sources.applications[-1:]  # the test table comes last
        with watched(session, "Scoring", progress):
            mapper = partial(batches.scores_of, bundle=_send(session, model))
            _write(sources, names, mapper, SCORES, out)
    return _written(sources, names)


@contextmanager
def _job(out: str, progress: Step) -> Iterator[SparkSession]:
    """A session, and a new folder that holds everything in the end or does not stay."""
    with told():
        progress("Starting Spark", 0, 1)
        session = open_session()
        progress("Starting Spark", 1, 1)
        files, folder = located(session, out)
        if files.exists(folder):
            raise DataError(f"{out} exists; --out names the folder to make.")
        try:
            yield session
        except BaseException:
            files.delete(folder, True)
            raise


def _send(session: SparkSession, model: Bundle) -> str:
    """Send a bundle to every worker; the name under which they find it."""
    name = f"bundle-{model.sha256[:16]}"
    archive = shutil.make_archive(str(workspace() / name), "zip", model.path)
    session.sparkContext.addArchive(f"{archive}#{name}")
    return name


def _write(
    sources: Sources,
    applications: Sequence[str],
    mapper: _Mapper,
    types: Mapping[str, pl.DataType],
    out: str,
) -> None:
    ddl = ", ".join(f"`{name}` {_TYPES[dtype]}" for name, dtype in types.items())
    clients(sources, applications).mapInArrow(mapper, ddl).write.parquet(out)


def _feature_types(applications: Sequence[str]) -> pl.Schema:
    """Columns and types of the matrix, from applications without rows."""
    columns = {
        column: kind.dtype
        for name in reversed(applications)
        for column, kind in schema.TABLES[name].columns.items()
    }
    return features.matrix({}, pl.LazyFrame(schema=columns)).schema


def _written(sources: Sources, applications: tuple[str, ...]) -> Written:
    rows = sum(sources.rows[name] for name in applications)
    return Written(rows, applications, sources.missing)
