"""Reading the Home Credit tables from a folder or a zip file, in Kaggle's layout.

Each table is a file named after it, ending in `.csv`, `.csv.gz`, `.csv.zip`, `.zip` or
`.parquet`, or a folder of Parquet part files, named with or without `.parquet`. Text is parsed
once, into a temporary Parquet file. Everything is checked once, before anything is computed;
frames stay lazy, so that tables larger than memory stream.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ml.schema import APPLICATION_TRAIN, APPLICATIONS, TABLES, Kind, Table

if TYPE_CHECKING:
    from ml.progress import Step

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".csv.zip", ".zip")
_SHOWN = 40  # characters of an example value
# What Int32 and a float's whole numbers hold; no amount of money is larger than the last.
LIMITS = {Kind.INTEGER: 2.0**31, Kind.ID: 2.0**53, Kind.NUMBER: 1e18}


class DataError(Exception):
    """Data that cannot be used; the message is one clear sentence for the user."""


class RecordError(Exception):
    """An inline record that cannot be used.

    Attributes
    ----------
    table, column, message : str
        Where the record is wrong, and how.
    index : int
        Which record, from 0.
    """

    def __init__(self, table: str, index: int, column: str, message: str) -> None:
        super().__init__(f"{table}[{index}].{column}: {message}")
        self.table = table
        self.index = index
        self.column = column
        self.message = message


@dataclass(frozen=True)
class Tables:
    """Validated tables; temporary files behind them live as long as this object.

    Attributes
    ----------
    frames : dict of str to polars.LazyFrame
        By table name, in the schema's columns and types.
    missing : list of str
        Tables that are absent.
    """

    frames: dict[str, pl.LazyFrame]
    missing: list[str] = field(default_factory=list)


def open_tables(path: Path, *, progress: Step = lambda _name, _done, _of: None) -> Tables:
    """Open and validate every table in a folder or zip file.

    Parameters
    ----------
    path : Path
        Folder or zip file.
    progress : callable, optional
        Told of "Reading tables", table by table.

    Raises
    ------
    DataError
        For a path that is neither, no application table, a missing column, a value of the
        wrong type, a duplicate key, or a file that cannot be read.
    """
    workspace = _Workspace()
    folder = _folder(Path(path), workspace)
    frames: dict[str, pl.LazyFrame] = {}
    missing: list[str] = []
    for done, (name, table) in enumerate(TABLES.items()):
        progress("Reading tables", done, len(TABLES))
        file = _find(folder, name)
        if file is None:
            missing.append(name)
            continue
        frames[name] = _open(table, file, workspace)
    progress("Reading tables", len(TABLES), len(TABLES))
    if not any(table.name in frames for table in APPLICATIONS):
        raise DataError(
            f"{path} holds neither application_train nor application_test "
            f"(as {', '.join(SUFFIXES)})."
        )
    _check_apart(frames)
    tables = Tables(frames, missing)
    weakref.finalize(tables, workspace.remove)
    return tables


def frame(table: Table, records: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Turn inline records into a typed frame; columns a record lacks are null.

    Raises
    ------
    RecordError
        For an unknown column or a value of the wrong type.

    Examples
    --------
    >>> from ml.schema import BUREAU_BALANCE
    >>> frame(BUREAU_BALANCE, [{"SK_ID_BUREAU": 1, "MONTHS_BALANCE": -1.0}]).row(0)
    (1, -1, None)
    """
    for index, record in enumerate(records):
        for column in record:
            if column not in table.columns:
                raise RecordError(table.name, index, column, "This column is unknown.")
    return pl.DataFrame(
        [
            pl.Series(
                column,
                [_value(table, i, column, record.get(column)) for i, record in enumerate(records)],
                kind.dtype,
            )
            for column, kind in table.columns.items()
        ]
    )


def typed(table: Table) -> list[pl.Expr]:
    """Expressions that read a table's raw columns, text or not, in the schema's types."""
    return [_typed(column, kind) for column, kind in table.columns.items()]


def impossible(column: str, kind: Kind) -> pl.Expr:
    """Whether a number is one that the kind cannot hold; null where there is no number."""
    value = _number(column)
    if kind is Kind.NUMBER:
        return value.abs() >= LIMITS[kind]
    return (value != value.floor()) | (value.abs() >= LIMITS[kind])


def wrong_type(table: Table, column: str, example: object) -> str:
    """Say that a column holds a value that its kind cannot be.

    >>> from ml.schema import BUREAU
    >>> wrong_type(BUREAU, "DAYS_CREDIT", 1.5)
    'bureau: DAYS_CREDIT should hold a whole number, but holds 1.5.'
    """
    kind = table.columns[column].value
    article = "an" if kind[0] in "aeiou" else "a"
    return f"{table.name}: {column} should hold {article} {kind}, but holds {_shown(example)}."


def _value(table: Table, index: int, column: str, value: object) -> str | float | int | None:
    kind = table.columns[column]
    if value is None:
        return None
    if kind is Kind.TEXT:
        if isinstance(value, str):
            return value
        raise RecordError(table.name, index, column, f"Expected text, got {_shown(value)}.")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError(table.name, index, column, f"Expected a number, got {_shown(value)}.")
    if not abs(value) < LIMITS[kind]:  # refuses NaN and infinity too
        raise RecordError(table.name, index, column, f"{_shown(value)} is out of range.")
    if kind is Kind.NUMBER:
        return float(value)
    if value != int(value):
        raise RecordError(
            table.name, index, column, f"Expected a whole number, got {_shown(value)}."
        )
    return int(value)


class _Workspace:
    """A folder for temporary files, made when first needed."""

    def __init__(self) -> None:
        self._path: Path | None = None

    def folder(self, name: str) -> Path:
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="home-credit-"))
            weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        folder = self._path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def remove(self) -> None:
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)


def _folder(path: Path, workspace: _Workspace) -> Path:
    if path.is_dir():
        return path
    if not path.exists():
        raise DataError(f"{path} does not exist.")
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is neither a folder nor a zip file.")
    folder = workspace.folder("all")
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = Path(member.filename).name
                if not member.is_dir() and any(name == t + s for t in TABLES for s in SUFFIXES):
                    _extract(archive, member, folder / name)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise DataError(f"{path} cannot be unpacked: {_reason(error)}.") from error
    return folder


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    with archive.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def _find(folder: Path, name: str) -> Path | None:
    found = [folder / (name + suffix) for suffix in SUFFIXES if (folder / (name + suffix)).exists()]
    if (folder / name).is_dir():
        found.append(folder / name)
    if len(found) > 1:
        names = " and ".join(file.name for file in found)
        raise DataError(f"{name} is there more than once, as {names}; keep one of them.")
    return found[0] if found else None


def _open(table: Table, file: Path, workspace: _Workspace) -> pl.LazyFrame:
    plain = _unpacked(table, file, workspace)
    if plain.is_file() and plain.stat().st_size == 0:
        raise DataError(f"{table.name}: {file.name} is empty.")
    raw = _scan(table, plain, file, text=False)
    try:
        if plain.is_file() and plain.suffix != ".parquet":
            raw = _parsed(table, raw, workspace)
        rows = raw.select(typed(table))
        _check(table, raw, rows)
    except pl.exceptions.PolarsError as error:
        _diagnose(table, plain, file)
        raise DataError(f"{table.name}: {file.name} cannot be read: {_reason(error)}.") from error
    if plain != file and plain.suffix != ".parquet":
        plain.unlink()  # its content is parsed
    return rows


def _parsed(table: Table, raw: pl.LazyFrame, workspace: _Workspace) -> pl.LazyFrame:
    """Parse text once and for all: what comes later reads columns, and only those it needs."""
    file = workspace.folder(table.name) / f"{table.name}.parquet"
    raw.select(*table.columns).sink_parquet(file, compression="lz4", statistics=False)
    return pl.scan_parquet(file)


def _unpacked(table: Table, file: Path, workspace: _Workspace) -> Path:
    """The file itself, or its unpacked content."""
    target_name = f"{table.name}.csv"
    try:
        if file.name.endswith(".gz"):
            target = workspace.folder(table.name) / target_name
            with gzip.open(file) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            return target
        if file.name.endswith(".zip"):
            return _unzipped(table, file, workspace.folder(table.name))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise DataError(
            f"{table.name}: {file.name} cannot be unpacked: {_reason(error)}."
        ) from error
    return file


def _unzipped(table: Table, file: Path, folder: Path) -> Path:
    with zipfile.ZipFile(file) as archive:
        members = [m for m in archive.infolist() if m.filename.endswith((".csv", ".parquet"))]
        members = [m for m in members if not m.filename.startswith("__MACOSX")]
        if len(members) != 1:
            raise DataError(
                f"{table.name}: {file.name} must hold exactly one .csv or .parquet file, "
                f"but holds {len(members)}."
            )
        target = folder / f"{table.name}{Path(members[0].filename).suffix}"
        _extract(archive, members[0], target)
    return target


def _scan(table: Table, plain: Path, file: Path, *, text: bool) -> pl.LazyFrame:
    """Scan a file, numbers as numbers or everything as text, after checking its header."""
    try:
        if plain.is_dir() or plain.suffix == ".parquet":
            raw = pl.scan_parquet(_parts(table, plain))
            names = raw.collect_schema().names()
        else:
            names = pl.scan_csv(plain, infer_schema=False).collect_schema().names()
            types = {
                name: pl.String if text or _kind(table, name) is Kind.TEXT else pl.Float64
                for name in names
            }
            raw = pl.scan_csv(plain, schema=types)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{table.name}: {file.name} cannot be read: {_reason(error)}.") from error
    for column in table.columns:
        if column not in names:
            raise DataError(f"{table.name}: the column {column} is missing in {file.name}.")
    return raw


def _parts(table: Table, plain: Path) -> list[Path]:
    """The file, or the part files that Spark and others write beside their markers."""
    parts = sorted(plain.glob("*.parquet")) if plain.is_dir() else [plain]
    if not parts:
        raise DataError(f"{table.name}: {plain.name} holds no .parquet file.")
    return parts


def _kind(table: Table, name: str) -> Kind:
    """Kind of a column; columns we do not know are never parsed, so text will do."""
    return table.columns.get(name, Kind.TEXT)


def _typed(column: str, kind: Kind) -> pl.Expr:
    if kind is Kind.TEXT:
        return pl.col(column).cast(pl.String)
    return _number(column).cast(kind.dtype)


def _check(table: Table, raw: pl.LazyFrame, typed: pl.LazyFrame) -> None:
    """Force every value through its type, and hold the table to its keys."""
    numbers = {c: kind for c, kind in table.columns.items() if kind is not Kind.TEXT}
    ids = [column for column, kind in numbers.items() if kind is Kind.ID]
    found = raw.select(
        pl.len().alias("rows"),
        *(impossible(column, kind).any().alias(column) for column, kind in numbers.items()),
        *(_number(column).null_count().alias(f"{column} empty") for column in ids),
    ).collect(engine="streaming")
    seen = found.row(0, named=True)
    for column, kind in numbers.items():
        if seen[column]:
            wrong = raw.filter(impossible(column, kind)).select(_number(column))
            raise DataError(wrong_type(table, column, wrong.head(1).collect().item()))
    for column in ids:
        if seen[f"{column} empty"]:
            raise DataError(f"{table.name}: {column} is empty in {seen[f'{column} empty']} rows.")
    if table in APPLICATIONS and not seen["rows"]:
        raise DataError(f"{table.name} holds no rows.")
    if table.key:
        _check_key(table, typed)
    if table is APPLICATION_TRAIN:
        _check_target(typed)


def _check_key(table: Table, typed: pl.LazyFrame) -> None:
    # Equal keys have equal hashes, and sorted numbers take a fifth of the memory of a set of
    # keys; the rare hash that two keys share is told apart by looking at the keys.
    hashed = typed.select(pl.struct(table.key).hash().alias("hash")).sort("hash")
    neighbours = hashed.select((pl.col("hash") == pl.col("hash").shift()).any())
    if not neighbours.collect(engine="streaming").item():
        return
    twice = typed.group_by(table.key).len().filter(pl.col("len") > 1).sort(table.key)
    for example in twice.drop("len").head(1).collect(engine="streaming").iter_rows(named=True):
        words = " and ".join(f"{column} {value}" for column, value in example.items())
        raise DataError(f"{table.name}: {words} occurs more than once.")


def _check_apart(frames: Mapping[str, pl.LazyFrame]) -> None:
    """No application may be both labelled and not."""
    if all(table.name in frames for table in APPLICATIONS):
        train, test = (frames[table.name].select("SK_ID_CURR") for table in APPLICATIONS)
        both = train.join(test, on="SK_ID_CURR", how="semi").sort("SK_ID_CURR").head(1).collect()
        if both.height:
            raise DataError(
                f"application_train and application_test both hold SK_ID_CURR {both.item()}."
            )


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64).fill_nan(None)


def _check_target(typed: pl.LazyFrame) -> None:
    target = pl.col("TARGET")
    wrong = typed.filter(target.is_null() | ~target.is_in([0, 1])).select(target).head(1).collect()
    if wrong.height:
        raise DataError(
            f"application_train: TARGET should be 0 or 1, but holds {_shown(wrong.item())}."
        )


def _diagnose(table: Table, plain: Path, file: Path) -> None:
    """Find the column and value that could not be read, and say so."""
    raw = _scan(table, plain, file, text=True)
    for column, kind in table.columns.items():
        if kind is Kind.TEXT:
            continue
        number = pl.col(column).cast(pl.Float64, strict=False)
        bad = pl.col(column).is_not_null() & number.is_null()
        try:
            found = raw.filter(bad).select(column).head(1).collect()
        except pl.exceptions.PolarsError as error:
            raise DataError(
                f"{table.name}: {file.name} cannot be read: {_reason(error)}."
            ) from error
        if found.height:
            raise DataError(wrong_type(table, column, found.item()))


def _reason(error: BaseException) -> str:
    """First line of an error, as the end of a sentence."""
    line = next((line for line in str(error).splitlines() if line.strip()), "damaged file")
    return line.strip().rstrip(".")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
