"""What became of each row of a batch, in the order of its file, read back in pieces."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.db.models import F
from django.http import StreamingHttpResponse

from scoring.batches.models import BatchRow, ScoreBatch
from scoring.batches.querysets import Progress

COLUMNS = ("line", "client_id", "score_id", "pd", "decision", "completeness", "error")
PARQUET = "application/vnd.apache.parquet"
REASONS = "reason_codes"
MOST_REASONS = 4  # the strongest ones against, as adverse action notices name them
_PIECE = 5_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def columns(batch: ScoreBatch) -> tuple[str, ...]:
    """The columns of the results."""
    return (*COLUMNS[:-1], REASONS, COLUMNS[-1]) if batch.explain else COLUMNS


def rows(batch: ScoreBatch) -> Iterator[list[dict[str, Any]]]:
    """Yield the results in pieces; each is read on its own, so that no reader holds a cursor."""
    last = 0
    while found := _after(batch, last):
        last = found[-1]["line"]
        yield [_result(row, explain=batch.explain) for row in found]


def as_csv(batch: ScoreBatch) -> Iterator[bytes]:
    """Yield the results as CSV."""
    names = columns(batch)
    yield _lines([names])
    for piece in rows(batch):
        yield _lines([_cells(row, names) for row in piece])


def as_parquet(batch: ScoreBatch) -> Iterator[bytes]:
    """Yield the results as a Parquet file, a group of rows for each piece."""
    import pyarrow as pa  # noqa: PLC0415 - only who asks for Parquet waits for it
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {
        "line": pa.int64(),
        "client_id": pa.int64(),
        "pd": pa.float64(),
        REASONS: pa.list_(pa.string()),
    }
    schema = pa.schema([(name, types.get(name, pa.string())) for name in columns(batch)])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema) as writer:
        for piece in rows(batch):
            writer.write_table(pa.Table.from_pylist(piece, schema=schema))
            yield sink.taken()
    yield sink.taken()


def download(batch: ScoreBatch, format_: str) -> StreamingHttpResponse:
    """The results as a file that is made while it is read.

    Parameters
    ----------
    format_ : str
        One of `KINDS`.
    """
    pieces, media_type = KINDS[format_]
    return StreamingHttpResponse(
        pieces(batch),
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="scores-{batch.pk}.{format_}"'},
    )


KINDS: Mapping[str, tuple[Callable[[ScoreBatch], Iterator[bytes]], str]] = {
    "csv": (as_csv, "text/csv"),
    "parquet": (as_parquet, PARQUET),
}


def reason_codes(grouped: Sequence[Mapping[str, Any]]) -> list[str]:
    """The concepts that raised the risk most."""
    return [g["concept"] for g in grouped if g["contribution"] > 0][:MOST_REASONS]


def told(errors: Mapping[str, Sequence[str]]) -> str:
    """What is wrong with a row, as one text."""
    return " ".join(
        f"{column}: {' '.join(why)}" if column else " ".join(why) for column, why in errors.items()
    )


def estimated_end(batch: ScoreBatch, progress: Progress) -> datetime | None:
    """When it will have ended if it goes on as it did; None where that cannot be told."""
    if batch.state != ScoreBatch.State.SCORING or batch.started_at is None:
        return None
    if progress.last is None or not progress.done:
        return None
    seconds = (progress.last - batch.started_at).total_seconds()
    return progress.last + timedelta(seconds=seconds * (batch.rows / progress.done - 1))


class _Sink:
    """A file that is written once, and taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at = 0
        self.closed = False

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def taken(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def _after(batch: ScoreBatch, line: int) -> list[Any]:
    fields: dict[str, Any] = {
        "score_id": F("prediction_id"),
        "pd": F("prediction__pd"),
        "decision": F("prediction__outcome"),
        "completeness": F("prediction__completeness"),
    }
    if batch.explain:
        fields["grouped"] = F("prediction__explanation__grouped")
    found = BatchRow.objects.filter(batch=batch, line__gt=line).in_order()
    return list(found.values("line", "client_id", "errors", **fields)[:_PIECE])


def _result(row: Mapping[str, Any], *, explain: bool) -> dict[str, Any]:
    result = {
        **row,
        "score_id": None if row["score_id"] is None else str(row["score_id"]),
        "error": None if row["errors"] is None else told(row["errors"]),
    }
    if explain:
        result[REASONS] = reason_codes(row["grouped"] or ())
    return result


def _cells(row: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    cells: dict[str, Callable[[Any], Any]] = {REASONS: ";".join, "error": _safe}
    return [
        cells[name](row[name]) if name in cells and row[name] is not None else row[name]
        for name in names
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(table: Sequence[Sequence[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode()
