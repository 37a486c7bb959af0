"""From the file as it was uploaded to chunks that workers can read on their own.

Whatever is made beside the upload appears complete or not at all, so that a check that was
killed can simply be repeated.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from django.conf import settings
from django.utils.translation import gettext as _

from ml import features
from ml.schema import APPLICATION_TEST, APPLICATIONS, AUXILIARY
from ml.tables import DataError, open_tables
from scoring.batches import formats, reading, splitting
from scoring.batches.computing import History
from scoring.batches.exceptions import Unusable
from scoring.batches.formats import CLIENT
from scoring.batches.models import BatchChunk, ScoreBatch
from scoring.batches.splitting import Piece
from scoring.batches.uploads import INPUT

Format = ScoreBatch.Format

_ROWS = "rows.parquet"  # applications, in groups of rows that can be read one by one
_TABLE = "application.csv"  # out of a zip
_HISTORY = "history.parquet"  # of the clients in a zip
_TARGET = ("TARGET",)  # Kaggle's training table holds the outcome; it is not looked at
_TABLES = [table.name for table in AUXILIARY]
_PER_GROUP = 2_000
_LONGEST_HISTORY = 20  # rows of an auxiliary table for each application that is taken


@dataclass(frozen=True)
class Prepared:
    """A file that can be scored: its columns, and where its chunks lie."""

    columns: Sequence[str]
    pieces: Sequence[Piece]

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.pieces)


def prepare(batch: ScoreBatch, *, rows: int) -> Prepared:
    """Check the whole file and cut it into pieces of at most `rows` rows.

    Raises
    ------
    Unusable
        If it cannot be scored at all.
    """
    path = batch.directory / INPUT
    if batch.format == Format.ZIP:
        return _zip(path, rows)
    if batch.format == Format.PARQUET:
        return _parquet(path, rows)
    is_csv = batch.format == Format.CSV
    pieces = splitting.text(path, header=is_csv, quoted=is_csv, rows=rows)
    return Prepared(batch.columns, _counted(pieces))


def read(batch: ScoreBatch, chunk: BatchChunk) -> reading.Rows:
    """Read the rows of a chunk."""
    made = batch.directory / _ROWS
    if made.exists():
        return reading.parquet_rows(made, chunk.offset, chunk.size)
    path = batch.directory / (_TABLE if batch.format == Format.ZIP else INPUT)
    with path.open("rb") as file:
        file.seek(chunk.offset)
        data = file.read(chunk.size)
    if batch.format == Format.JSON_LINES:
        return reading.json_rows(data, chunk.first_line)
    return reading.csv_rows(data, batch.columns, chunk.first_line)


def history(batch: ScoreBatch, clients: np.ndarray) -> History | None:
    """What a zip brings along about some clients; None where it brings no history at all."""
    path = batch.directory / _HISTORY
    if not path.exists():
        return None
    wanted = np.unique(clients[clients > 0])
    if not len(wanted):
        return History({}, {})
    number = pl.col(CLIENT)
    found = (
        pl.scan_parquet(path)
        .filter(number.is_between(int(wanted[0]), int(wanted[-1])))  # skips groups of rows
        .filter(number.is_in(wanted.tolist()))
        .collect()
    )
    numbers = found[CLIENT].to_list()
    vectors = found.select(features.HISTORY).to_numpy()
    occurs = found.select(_TABLES).rows()
    return History(
        dict(zip(numbers, vectors, strict=True)),
        {
            client: tuple(name for name, is_in in zip(_TABLES, row, strict=True) if is_in)
            for client, row in zip(numbers, occurs, strict=True)
        },
    )


def _counted(pieces: Iterator[Piece]) -> list[Piece]:
    found, rows = [], 0
    for piece in pieces:
        found.append(piece)
        rows += piece.rows
        if rows > settings.BATCH_MAX_ROWS:
            raise Unusable(
                _("The file holds more than %(most)d rows.") % {"most": settings.BATCH_MAX_ROWS}
            )
    return found


def _parquet(path: Path, rows: int, *, also: Sequence[str] = ()) -> Prepared:
    columns = formats.parquet_header(path, also=also)
    pieces = list(splitting.parquet(path, rows=rows))
    with _made(path.parent / _ROWS) as target:
        splitting.regrouped(path, target, rows=rows)
    return Prepared(columns, pieces)


def _zip(path: Path, rows: int) -> Prepared:
    members = formats.zip_members(path)
    table = next(t.name for t in reversed(APPLICATIONS) if t.name in members)  # test before train
    suffix = Path(members[table].filename).suffix
    folder = path.parent
    with _made(folder / f"application{suffix}") as target:
        _extract(path, members[table], target)
    auxiliary = {name: member for name, member in members.items() if name in _TABLES}
    if suffix == ".parquet":
        prepared = _parquet(folder / "application.parquet", rows, also=_TARGET)
    else:
        applications = folder / _TABLE
        if formats.recognise(applications) is not Format.CSV:
            raise Unusable(_("%(name)s is not a CSV file.") % {"name": f"{table}.csv"})
        columns = formats.csv_header(applications, also=_TARGET)
        pieces = splitting.text(applications, header=True, quoted=True, rows=rows)
        prepared = Prepared(columns, _counted(pieces))
    if auxiliary:
        _make_history(path, auxiliary, folder, suffix)
    return prepared


def _extract(path: Path, member: zipfile.ZipInfo, target: Path) -> None:
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(member) as source,
            target.open("wb") as sink,
        ):
            shutil.copyfileobj(source, sink, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise Unusable(
            _("%(name)s in the zip cannot be unpacked.") % {"name": member.filename}
        ) from error


def _make_history(
    path: Path, members: Mapping[str, zipfile.ZipInfo], folder: Path, suffix: str
) -> None:
    """Compute the history features of all clients in the tables of a zip."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch, _made(folder / _HISTORY) as target:
        for name, member in members.items():
            file = Path(scratch) / (name + Path(member.filename).suffix)
            _extract(path, member, file)
            if file.suffix == ".parquet":
                splitting.parquet_rows(file, most=settings.BATCH_MAX_ROWS * _LONGEST_HISTORY)
        _write_stub(Path(scratch))
        try:
            tables = open_tables(Path(scratch))
            frames = {n: f for n, f in tables.frames.items() if n in _TABLES}
            found = _known(_of_clients(frames, _clients(folder, suffix)))
        except (DataError, pl.exceptions.PolarsError) as error:
            raise Unusable(str(error)) from error
        found.write_parquet(target, row_group_size=_PER_GROUP, statistics=True)


def _write_stub(folder: Path) -> None:
    """One empty application, since tables are opened together with applications only.

    Those of the batch are checked row by row instead, so that a wrong one spoils no other.
    """
    row = {name: [None] for name in APPLICATION_TEST.columns} | {CLIENT: [1]}
    types = {name: kind.dtype for name, kind in APPLICATION_TEST.columns.items()}
    pl.DataFrame(row, schema=types).write_parquet(folder / f"{APPLICATION_TEST.name}.parquet")


def _clients(folder: Path, suffix: str) -> pl.LazyFrame | None:
    """The clients that apply; None where that cannot be told from all at once."""
    if suffix == ".parquet":
        rows = pl.scan_parquet(folder / _ROWS)
    else:
        rows = pl.scan_csv(folder / _TABLE, infer_schema=False, truncate_ragged_lines=True)
    if CLIENT not in rows.collect_schema():
        return None
    numbers = rows.select(pl.col(CLIENT).cast(pl.Int64, strict=False)).drop_nulls().unique()
    return numbers.collect(engine="streaming").lazy()


def _of_clients(
    frames: Mapping[str, pl.LazyFrame], clients: pl.LazyFrame | None
) -> dict[str, pl.LazyFrame]:
    """The tables' rows of some clients."""
    if clients is None:
        return dict(frames)
    kept = {
        name: frame.join(clients, on=CLIENT, how="semi")
        for name, frame in frames.items()
        if name != "bureau_balance"
    }
    if "bureau_balance" in frames and "bureau" in kept:
        loans = kept["bureau"].select("SK_ID_BUREAU")
        kept["bureau_balance"] = frames["bureau_balance"].join(loans, on="SK_ID_BUREAU", how="semi")
    return kept


def _known(frames: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """History features by client, and in which tables each occurs."""
    found = features.history(frames)
    found = found.with_columns(pl.col(features.HISTORY).fill_null(float("nan")))
    for name in _TABLES:
        occurs = pl.lit(False).alias(name)
        if name in frames:
            frame = frames[name]
            if name == "bureau_balance":
                owners = frames["bureau"].select(CLIENT, "SK_ID_BUREAU")
                frame = frame.select("SK_ID_BUREAU").unique().join(owners, on="SK_ID_BUREAU")
            ids = frame.select(CLIENT).unique().collect(engine="streaming")
            occurs = pl.col(CLIENT).is_in(ids[CLIENT].to_list()).alias(name)
        found = found.with_columns(occurs)
    return found


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """A file that appears under its name once it is complete and on disk."""
    scratch = target.with_suffix(f"{target.suffix}.part")
    yield scratch
    with scratch.open("rb") as file:
        os.fsync(file.fileno())
    scratch.replace(target)
