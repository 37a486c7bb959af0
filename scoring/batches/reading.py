"""Reading one chunk of a file into columns, with the rows as they were kept for what is odd."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import polars.selectors as cs
from django.utils.translation import gettext as _

from ml.schema import APPLICATION_TEST, Kind
from scoring import inputs
from scoring.batches import splitting
from scoring.batches.formats import CLIENT

_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,30}\s*")
_KINDS = {name: kind for name, kind in APPLICATION_TEST.columns.items() if name != CLIENT}

Errors = Mapping[str, Sequence[str]]  # by column; "" where it is the whole row


@dataclass(frozen=True)
class Rows:
    """Rows of applications, column by column.

    Attributes
    ----------
    lines : array of int64
        The line of each in the file.
    columns : polars.DataFrame
        Those given: numbers as Float64, text as String, null where a cell is empty.
    clients : array of int64
        Client numbers, 0 where none is given.
    odd : array of bool
        Rows with a cell that could not be read as what its column holds.
    row : callable
        The row at an index as a single score would be asked for: columns with values.
    absent : sequence of frozenset or None
        The columns that each row does not give; None where all give all of them.
    broken : mapping of int to Errors
        By line, what is no row at all.
    """

    lines: np.ndarray
    columns: pl.DataFrame
    clients: np.ndarray
    odd: np.ndarray
    row: Callable[[int], dict[str, Any]]
    absent: Sequence[frozenset[str]] | None = None
    broken: Mapping[int, Errors] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.columns.width:  # a frame without columns has no rows either
            nothing = pl.Series("AMT_CREDIT", [None] * len(self.lines), pl.Float64)
            object.__setattr__(self, "columns", nothing.to_frame())
            object.__setattr__(self, "absent", [frozenset({"AMT_CREDIT"})] * len(self.lines))


def csv_rows(data: bytes, names: Sequence[str], first_line: int) -> Rows:
    """Read CSV records under a header that was checked; columns we do not know are left out."""
    found = splitting.records(data, quoted=True)
    counts = _fields(data, found)
    right = counts == len(names)
    lines = found.lines + first_line
    broken: dict[int, Errors] = {
        int(lines[i]): {
            "": [
                _("Expected %(expected)d columns, found %(found)d.")
                % {"expected": len(names), "found": counts[i]}
            ]
        }
        for i in np.flatnonzero(~right)
    }
    texts = _table(data, found, names, right)
    return _of_texts(texts, lines[right], broken)


def json_rows(data: bytes, first_line: int) -> Rows:
    """Read one JSON object from each line."""
    found = splitting.records(data, quoted=False)
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    broken: dict[int, Errors] = {}
    for start, end, line in zip(found.starts, found.ends, found.lines + first_line, strict=True):
        try:
            value = orjson.loads(data[start:end])
        except orjson.JSONDecodeError as error:
            broken[int(line)] = {"": [_("This is not JSON: %(why)s.") % {"why": error.msg}]}
            continue
        if isinstance(value, dict):
            objects.append(value)
            lines.append(int(line))
        else:
            broken[int(line)] = {"": [_("This is not a JSON object.")]}
    return _of_objects(objects, np.array(lines, np.int64), broken)


def parquet_rows(path: Path, offset: int, rows: int) -> Rows:
    """Read rows of a Parquet file; those are counted from 1 and called lines."""
    frame = pl.scan_parquet(path).slice(offset, rows).collect()
    numbers = [name for name in frame.columns if _KINDS.get(name) not in (None, Kind.TEXT)]
    texts = [name for name in frame.columns if _KINDS.get(name) is Kind.TEXT]
    columns = frame.select(
        *(pl.col(name).cast(pl.Float64).fill_nan(None) for name in numbers),
        *(pl.col(name).cast(pl.String) for name in texts),
    )
    clients, odd = _clients_of_numbers(frame, np.zeros(frame.height, bool))
    given = frame.select(name for name in frame.columns if name in APPLICATION_TEST.columns)
    given = given.with_columns(cs.decimal().cast(pl.Float64)).with_columns(
        cs.float().fill_nan(None)
    )
    return Rows(
        lines=np.arange(offset + 1, offset + 1 + frame.height),
        columns=columns,
        clients=clients,
        odd=odd,
        row=lambda index: given.row(index, named=True),
    )


def _fields(data: bytes, found: splitting.Records) -> np.ndarray:
    """How many fields each record has."""
    commas = np.flatnonzero(np.frombuffer(data, np.uint8) == ord(","))
    if found.quotes is not None:
        commas = commas[found.quotes[commas] == 0]
    after, before = np.searchsorted(commas, found.ends), np.searchsorted(commas, found.starts)
    return after - before + 1


def _table(
    data: bytes, found: splitting.Records, names: Sequence[str], right: np.ndarray
) -> pl.DataFrame:
    """The cells of whole records, as text; null where they are empty."""
    spans = list(zip(found.starts[right].tolist(), found.ends[right].tolist(), strict=True))
    if not spans:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    is_whole = right.all() and int(found.ends[-1] - found.starts[0]) + 2 >= len(data)
    kept = data if is_whole else b"\n".join(data[start:end] for start, end in spans)
    try:
        frame = pl.read_csv(
            kept,
            has_header=False,
            new_columns=list(names),
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        frame = None
    if frame is None or frame.shape != (len(spans), len(names)):
        frame = _one_by_one(data, spans, names)
    text = pl.col(pl.String)
    return frame.select(pl.when(text != "").then(text))


def _one_by_one(
    data: bytes, spans: Sequence[tuple[int, int]], names: Sequence[str]
) -> pl.DataFrame:
    """The same for records that are quoted in a strange manner."""
    cells = [
        next(csv.reader(StringIO(data[start:end].decode(), newline=""))) for start, end in spans
    ]
    padded = [(row + [""] * len(names))[: len(names)] for row in cells]
    return pl.DataFrame(padded, schema=dict.fromkeys(names, pl.String), orient="row")


def _of_texts(texts: pl.DataFrame, lines: np.ndarray, broken: Mapping[int, Errors]) -> Rows:
    """Columns of cells that are all text."""
    known = [name for name in texts.columns if name in _KINDS]
    numbers = [name for name in known if _KINDS[name] is not Kind.TEXT]
    columns = texts.select(
        *(
            pl.col(name).cast(pl.Float64, strict=False).fill_nan(None).alias(name)
            if name in set(numbers)
            else pl.col(name)
            for name in known
        )
    )
    odd = np.zeros(texts.height, bool)
    if numbers:
        unread = [texts[name].is_not_null() & columns[name].is_null() for name in numbers]
        odd = pl.DataFrame(unread).select(pl.any_horizontal(pl.all())).to_series().to_numpy()
    clients = np.zeros(texts.height, np.int64)
    if CLIENT in texts.columns:
        given = texts[CLIENT]
        read = given.str.strip_chars().cast(pl.Int64, strict=False)
        clients = read.fill_null(0).to_numpy()
        odd = odd | (given.is_not_null() & (read.is_null() | (read < 1))).to_numpy()
    names = [*known, *([CLIENT] if CLIENT in texts.columns else [])]
    given_texts = texts.select(names)
    return Rows(
        lines=lines,
        columns=columns,
        clients=clients,
        odd=odd,
        row=lambda index: {
            name: _cell(name, value) for name, value in given_texts.row(index, named=True).items()
        },
        broken=broken,
    )


def _cell(name: str, text: str | None) -> Any:
    """What a cell says: a number where its column holds numbers and it is one."""
    if text is None or _KINDS.get(name) is Kind.TEXT:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text
    if "_" in text:
        return text
    return None if math.isnan(number) else number  # what tables write for what is not known


def _of_objects(
    objects: Sequence[dict[str, Any]], lines: np.ndarray, broken: Mapping[int, Errors]
) -> Rows:
    """Columns of values that have types of their own."""
    names = {name for given in objects for name in given}
    odd = np.zeros(len(objects), bool)
    columns: dict[str, pl.Series] = {}
    for name, kind in _KINDS.items():
        if name in names:
            values = [given.get(name) for given in objects]
            columns[name], wrong = _column(name, kind, values)
            odd |= wrong
    for name in names - set(_KINDS) - {CLIENT}:
        odd |= np.array([name in given for given in objects], bool)
    numbers = [given.get(CLIENT) for given in objects]
    fine = np.array([n is None or inputs.is_client_number(n) for n in numbers], bool)
    clients = np.array(
        [n if n is not None and ok else 0 for n, ok in zip(numbers, fine, strict=True)], np.int64
    )
    keys = frozenset(columns)
    return Rows(
        lines=lines,
        columns=pl.DataFrame(columns),
        clients=clients,
        odd=odd | ~fine,
        row=lambda index: objects[index],
        absent=[keys.difference(given) for given in objects],
        broken=broken,
    )


def _column(name: str, kind: Kind, values: list[Any]) -> tuple[pl.Series, np.ndarray]:
    """A column, null where a value is of another type, and where that is."""
    allowed: set[type] = {str} if kind is Kind.TEXT else {int, float}
    wrong = np.zeros(len(values), bool)
    if not set(map(type, values)) <= allowed | {type(None)}:
        wrong = np.array([v is not None and type(v) not in allowed for v in values], bool)
        values = [None if bad else v for v, bad in zip(values, wrong, strict=True)]
    if kind is Kind.TEXT:
        return pl.Series(name, values, pl.String), wrong
    numbers = np.array([np.nan if v is None else _float(v) for v in values], np.float64)
    return pl.Series(name, numbers).fill_nan(None), wrong


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits; out of any range
        return np.inf


def _clients_of_numbers(frame: pl.DataFrame, odd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if CLIENT not in frame.columns:
        return np.zeros(frame.height, np.int64), odd
    given = frame[CLIENT]
    if given.dtype.is_float():
        given = given.fill_nan(None)
    read = given.cast(pl.Int64, strict=False)
    unread = given.is_not_null() & (read.is_null() | (read < 1) | (read != given))
    return read.fill_null(0).to_numpy(), odd | unread.to_numpy()
