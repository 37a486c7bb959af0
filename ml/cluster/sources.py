"""Reading and checking the tables with Spark, as `ml.tables` does on one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - Spark's own convention

from ml.cluster.batches import findings_of
from ml.cluster.session import located, reason, watched
from ml.progress import Step
from ml.schema import (
    APPLICATION_TRAIN,
    APPLICATIONS,
    AUXILIARY,
    BUREAU_BALANCE,
    TABLES,
    Kind,
    Table,
)
from ml.tables import DataError

SUFFIXES = (".parquet", "", ".csv", ".csv.gz")  # without suffix: a folder of part files
_PACKED = (".zip", ".csv.zip")


@dataclass(frozen=True)
class Sources:
    """Checked tables.

    Attributes
    ----------
    frames : dict of str to pyspark.sql.DataFrame
        By table name: the schema's columns, identifiers as numbers, all others as they are.
    rows : dict of str to int
        Number of rows, by table name.
    missing : list of str
        Tables that are absent.
    """

    frames: dict[str, DataFrame]
    rows: dict[str, int]
    missing: list[str]

    @property
    def applications(self) -> tuple[str, ...]:
        """Names of the application tables that are there."""
        return tuple(table.name for table in APPLICATIONS if table.name in self.frames)


def open_sources(session: SparkSession, data: str, *, progress: Step) -> Sources:
    """Open and check every table of a folder; the rows stay on the cluster.

    Raises
    ------
    DataError
        As `ml.tables.open_tables`, in the same words.
    """
    names = _listed(session, data)
    files = {name: file for name in TABLES if (file := _find(names, name)) is not None}
    if not any(table.name in files for table in APPLICATIONS):
        raise DataError(
            f"{data} holds neither application_train nor application_test "
            "(as .parquet, .csv, .csv.gz or a folder of .parquet files)."
        )
    frames: dict[str, DataFrame] = {}
    rows: dict[str, int] = {}
    for name, file in files.items():
        with watched(session, f"Checking {name}", progress):
            frames[name], rows[name] = _open(session, TABLES[name], f"{data}/{file}", file)
    sources = Sources(frames, rows, [name for name in TABLES if name not in files])
    _check_apart(sources)
    return sources


def clients(sources: Sources, applications: Sequence[str]) -> DataFrame:
    """One row per application: its columns, and a list of its client's rows of every table."""
    stated = reduce(_union, (sources.frames[name] for name in applications))
    owned = _owned(sources.frames)
    return reduce(lambda left, right: left.join(right, "SK_ID_CURR", "left"), owned, stated)


def _union(left: DataFrame, right: DataFrame) -> DataFrame:
    return left.unionByName(right, allowMissingColumns=True)


def _owned(frames: Mapping[str, DataFrame]) -> list[DataFrame]:
    """Each auxiliary table as one list per client."""
    with_client = {table.name: frames[table.name] for table in AUXILIARY if table.name in frames}
    balance = with_client.pop(BUREAU_BALANCE.name, None)
    if balance is not None and "bureau" in frames:  # else nobody knows whose balance it is
        loans = frames["bureau"].select("SK_ID_BUREAU", "SK_ID_CURR")
        with_client[BUREAU_BALANCE.name] = balance.join(loans, "SK_ID_BUREAU")
    return [_listed_by_client(name, frame) for name, frame in with_client.items()]


def _listed_by_client(name: str, frame: DataFrame) -> DataFrame:
    columns = [column for column in frame.columns if column != "SK_ID_CURR"]
    rows = F.collect_list(F.struct(*columns)).alias(name)
    return frame.groupBy("SK_ID_CURR").agg(rows)


def _listed(session: SparkSession, data: str) -> set[str]:
    """Names of the files and folders in a folder, wherever Spark finds it."""
    try:
        files, folder = located(session, data)
        if not files.exists(folder):
            raise DataError(f"{data} does not exist.")
        if not files.getFileStatus(folder).isDirectory():
            raise DataError(f"{data} is not a folder; Spark reads no archives, so unpack it.")
        return {status.getPath().getName() for status in files.listStatus(folder)}
    except Py4JError as error:
        raise DataError(f"{data} cannot be read: {reason(error)}.") from error


def _find(names: set[str], table: str) -> str | None:
    if packed := [table + suffix for suffix in _PACKED if table + suffix in names]:
        raise DataError(f"{table}: Spark cannot read {packed[0]}; unpack it.")
    found = [table + suffix for suffix in SUFFIXES if table + suffix in names]
    if len(found) > 1:
        raise DataError(
            f"{table} is there more than once, as {' and '.join(found)}; keep one of them."
        )
    return found[0] if found else None


def _open(session: SparkSession, table: Table, path: str, file: str) -> tuple[DataFrame, int]:
    try:
        if ".csv" in file:
            raw = session.read.csv(path, header=True, escape='"', mode="FAILFAST")
        else:
            raw = session.read.parquet(path)
        _check_columns(table, raw, file)
        known = raw.select(*table.columns)
        return known.withColumns(_keys(table)), _check(table, known)
    except (PySparkException, Py4JError) as error:
        raise DataError(f"{table.name}: {file} cannot be read: {reason(error)}.") from error


def _check_columns(table: Table, raw: DataFrame, file: str) -> None:
    if not raw.columns:
        raise DataError(f"{table.name}: {file} is empty.")
    for column in table.columns:
        if column not in raw.columns:
            raise DataError(f"{table.name}: the column {column} is missing in {file}.")


def _key(column: str) -> Column:
    """An identifier, however it is written, as rows are grouped and joined by it."""
    return F.col(column).try_cast("double").try_cast("bigint").alias(column)


def _keys(table: Table) -> dict[str, Column]:
    return {column: _key(column) for column, kind in table.columns.items() if kind is Kind.ID}


def _check(table: Table, raw: DataFrame) -> int:
    """Hold every value to its type and the table to its keys; the number of rows."""
    ids = [column for column, kind in table.columns.items() if kind is Kind.ID]
    types = ", ".join(("rows bigint", "wrong string", *(f"{column} bigint" for column in ids)))
    [seen] = (
        raw.mapInArrow(partial(findings_of, name=table.name), types)
        .agg(F.min("wrong").alias("wrong"), *(F.sum(c).alias(c) for c in ("rows", *ids)))
        .collect()
    )
    if seen["wrong"]:
        raise DataError(seen["wrong"])
    for column in ids:
        if seen[column]:
            raise DataError(f"{table.name}: {column} is empty in {seen[column]} rows.")
    if table in APPLICATIONS and not seen["rows"]:
        raise DataError(f"{table.name} holds no rows.")
    _check_key(table, raw)
    if table is APPLICATION_TRAIN:
        _check_target(raw)
    return seen["rows"] or 0


def _check_key(table: Table, raw: DataFrame) -> None:
    if not table.key:
        return
    keys = raw.select(*(_key(column) for column in table.key))
    twice = keys.groupBy(*table.key).count().where("count > 1").orderBy(*table.key).first()
    if twice is not None:
        words = " and ".join(f"{column} {twice[column]}" for column in table.key)
        raise DataError(f"{table.name}: {words} occurs more than once.")


def _check_target(raw: DataFrame) -> None:
    target = _key("TARGET")
    wrong = raw.select(target).where("TARGET is null or TARGET not in (0, 1)").first()
    if wrong is not None:
        raise DataError(f"application_train: TARGET should be 0 or 1, but holds {wrong[0]}.")


def _check_apart(sources: Sources) -> None:
    """No application may be both labelled and not."""
    if len(sources.applications) < len(APPLICATIONS):
        return
    train, test = (sources.frames[name].select("SK_ID_CURR") for name in sources.applications)
    both = train.join(test, "SK_ID_CURR").orderBy("SK_ID_CURR").first()
    if both is not None:
        raise DataError(f"application_train and application_test both hold SK_ID_CURR {both[0]}.")
