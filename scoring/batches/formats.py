"""Which file this is, and whether its header will do: told at once, before anything is read."""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import orjson
import polars as pl
from django.conf import settings
from django.utils.translation import gettext as _

from ml.schema import APPLICATION_TEST, APPLICATIONS, AUXILIARY, Kind
from scoring import inputs
from scoring.batches.exceptions import Unusable
from scoring.batches.models import ScoreBatch
from scoring.exceptions import InvalidInput

Format = ScoreBatch.Format

CLIENT = "SK_ID_CURR"
LONGEST_RECORD = 1 << 16  # bytes; ten times the longest application
_MAGIC = {b"PK\x03\x04": Format.ZIP, b"PK\x05\x06": Format.ZIP, b"PAR1": Format.PARQUET}
_BOM = b"\xef\xbb\xbf"
_MEMBERS = {
    table.name + suffix: table.name
    for table in (*APPLICATIONS, *AUXILIARY)
    for suffix in (".csv", ".parquet")
}
_APPLICATIONS = {table.name for table in APPLICATIONS}


def recognise(path: Path, declared: Format | None = None) -> Format:
    """Tell the format by the content.

    Raises
    ------
    Unusable
        If it is none of ours, or not what it was declared to be.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    found = _of_content(start)
    if declared not in (None, found):
        raise Unusable(
            _("This is sent as %(declared)s, but holds %(found)s.")
            % {"declared": Format(declared).label, "found": found.label}
        )
    return found


def check(path: Path, format_: Format) -> list[str]:
    """Check what can be seen at once, and return the columns; none of a file without a header.

    Raises
    ------
    Unusable
        Naming every column that is wrong.
    """
    if format_ is Format.CSV:
        return csv_header(path)
    if format_ is Format.PARQUET:
        return parquet_header(path)
    if format_ is Format.ZIP:
        zip_members(path)
    else:
        _check_first_object(path)
    return []


def csv_header(path: Path, *, also: Sequence[str] = ()) -> list[str]:
    """Return the columns of a CSV file, in order.

    Parameters
    ----------
    also : sequence of str
        Columns that may be there, and are not looked at.

    Raises
    ------
    Unusable
        If there is none, or a column is unknown, unnamed or there twice.
    """
    with path.open("rb") as file:
        line = file.readline(LONGEST_RECORD)
    try:
        text = line.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusable(not_utf8(1)) from error
    names = [name.strip() for name in next(csv.reader([text.strip("\r\n")]), [])]
    if len(names) == 1 and any(mark in text for mark in ";\t|"):
        raise Unusable(_("The columns are not separated by commas. Please use commas."))
    _check_names(names, also)
    return names


def parquet_header(path: Path, *, also: Sequence[str] = ()) -> list[str]:
    """Return the columns of a Parquet file, in order; raises as `csv_header` does."""
    try:
        schema = pl.read_parquet_schema(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unusable(_("The Parquet file is damaged.")) from error
    _check_names(list(schema), also)
    wrong = {
        name: _("Expected %(kind)s, but the column holds %(type)s.")
        % {"kind": _("text") if _kind(name) is Kind.TEXT else _("numbers"), "type": str(dtype)}
        for name, dtype in schema.items()
        if name not in also and not _fits(name, dtype)
    }
    if wrong:
        raise Unusable(_("Some columns are wrong."), wrong)
    return list(schema)


def zip_members(path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the tables in a zip by name, after checking that unpacking them is safe.

    Only members named after a table are ever unpacked, under that name, whatever path the zip
    gives them; their size is the declared one, which reading does not go beyond.

    Raises
    ------
    Unusable
        If it is damaged or encrypted, holds no applications, a table twice or in a form that
        is not taken, or unpacks to more than this site takes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unusable(_("The zip file is damaged.")) from error
    tables: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if place.parts[:1] == ("__MACOSX",):
            continue
        _check_packing(place.name)
        table = _MEMBERS.get(place.name)
        if table is None:
            continue
        if table in tables:
            raise Unusable(_("The zip holds %(table)s more than once.") % {"table": table})
        tables[table] = member
    _check_unpacked(list(tables.values()))
    if not _APPLICATIONS & set(tables):
        raise Unusable(
            _("The zip holds neither application_test nor application_train, as .csv or .parquet.")
        )
    return tables


def not_closed(line: int) -> str:
    """Say that a record is longer than any can be."""
    return _(
        "Line %(line)d is longer than any application. Is a quotation mark opened and not closed?"
    ) % {"line": line}


def not_utf8(line: int) -> str:
    """Say that text cannot be read."""
    return _("Line %(line)d is not UTF-8 text. Please save the file as UTF-8.") % {"line": line}


def _of_content(start: bytes) -> Format:
    if not start.strip():
        raise Unusable(_("The file is empty."))
    for magic, format_ in _MAGIC.items():
        if start.startswith(magic):
            return format_
    if start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")):
        raise Unusable(_("The file is compressed. Please unpack it, or send a zip of tables."))
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
        raise Unusable(not_utf8(1))
    text = start.removeprefix(_BOM).lstrip()
    if text.startswith(b"["):
        raise Unusable(_("This is one JSON list. Please send JSON Lines: one object on each line."))
    return Format.JSON_LINES if text.startswith(b"{") else Format.CSV


def _check_names(names: Sequence[str], also: Sequence[str]) -> None:
    """Refuse a header that names what no application has."""
    wrong: dict[str, str] = {}
    for name, times in Counter(names).items():
        if times > 1:
            wrong[name] = _("This column is there %(times)d times.") % {"times": times}
    if "" in names:
        wrong[""] = _("Column %(number)d has no name.") % {"number": names.index("") + 1}
    asked = [name for name in names if name and name != CLIENT and name not in also]
    wrong |= _refused_by_inputs(asked)
    if CLIENT not in names:
        wrong |= {
            name: _("This column is required where no %(client)s names the client.")
            % {"client": CLIENT}
            for name in inputs.REQUIRED
            if name not in names
        }
    if wrong:
        raise Unusable(_("The header is wrong."), wrong)


def _refused_by_inputs(names: Sequence[str]) -> dict[str, str]:
    """What a single score would say of these columns."""
    try:
        inputs.application(dict.fromkeys(names))
    except InvalidInput as error:
        return {
            field.removeprefix("application."): " ".join(told)
            for field, told in error.errors.items()
        }
    return {}


def _check_first_object(path: Path) -> None:
    """Refuse at once what is not JSON Lines; later lines are refused one by one."""
    with path.open("rb") as file:
        line = file.readline(LONGEST_RECORD).removeprefix(_BOM)
    try:
        first = orjson.loads(line) if line.strip() else {}
    except orjson.JSONDecodeError as error:
        raise Unusable(
            _("Line 1 is not JSON: %(why)s. Each line must hold one whole object.")
            % {"why": error.msg}
        ) from error
    if not isinstance(first, dict):
        raise Unusable(_("Line 1 is not a JSON object."))


def _check_packing(name: str) -> None:
    packed = (".csv.gz", ".csv.zip", ".zip", ".gz")
    if name.endswith(packed) and any(name.startswith(table) for table in _MEMBERS.values()):
        raise Unusable(
            _("%(name)s is packed once more. Put tables into the zip as .csv or .parquet.")
            % {"name": name}
        )


def _check_unpacked(members: Sequence[zipfile.ZipInfo]) -> None:
    if any(member.flag_bits & 0x1 for member in members):
        raise Unusable(_("The zip is encrypted. Please send it without a password."))
    if sum(member.file_size for member in members) > settings.BATCH_MAX_UNPACKED_BYTES:
        raise Unusable(_("The zip unpacks to more than this site takes."))


def _kind(name: str) -> Kind:
    return APPLICATION_TEST.columns[name]


def _fits(name: str, dtype: pl.DataType) -> bool:
    if dtype == pl.Null:
        return True
    if _kind(name) is Kind.TEXT:
        return dtype in (pl.String, pl.Categorical) or isinstance(dtype, pl.Enum)
    return dtype.is_numeric()
