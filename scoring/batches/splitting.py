"""Cutting a file into chunks, in one pass and constant memory.

A chunk of text is a range of bytes that begins and ends between two records, so that workers
can read their own part of the file. A quotation mark opens or closes quoted text, in which a
new line does not end the record.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
from django.conf import settings
from django.utils.translation import gettext as _

from scoring.batches import formats
from scoring.batches.exceptions import Unusable

_BLOCK = 4 << 20
_LONGEST_PIECE = 64 << 20  # bytes
_NEW_LINE, _RETURN, _QUOTE = 10, 13, 34
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Piece:
    """Where a chunk lies.

    Attributes
    ----------
    offset, size : int
        In bytes; in rows of a Parquet file.
    first_line : int
        From 1.
    rows : int
        Records that are not blank.
    """

    offset: int
    size: int
    first_line: int
    rows: int


@dataclass(frozen=True)
class Records:
    """The records in a piece of text, blank ones left out.

    Attributes
    ----------
    starts, ends : array of int64
        Where each begins, and where its text ends.
    lines : array of int64
        The line on which each begins, from 0.
    quotes : array of uint8 or None
        1 where a byte lies inside quoted text; None where nothing is quoted.
    """

    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    quotes: np.ndarray | None


def text(path: Path, *, header: bool, quoted: bool, rows: int) -> Iterator[Piece]:
    """Cut a text file into pieces of at most `rows` records.

    Parameters
    ----------
    header : bool
        Whether its first line is no record.
    quoted : bool
        Whether quotation marks mean anything.

    Raises
    ------
    Unusable
        If it is not UTF-8, or a record is longer than any can be.
    """
    with path.open("rb") as file:
        start = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
        file.seek(start)
        line = 1
        if header:
            start += len(file.readline())
            line += 1
        yield from _Cutter(start, line, quoted, rows).cut(file)


def parquet(path: Path, *, rows: int) -> Iterator[Piece]:
    """Cut a Parquet file into pieces of at most `rows` rows."""
    height = parquet_rows(path)
    for offset in range(0, height, rows):
        yield Piece(offset, min(rows, height - offset), offset + 1, min(rows, height - offset))


def parquet_rows(path: Path, most: int | None = None) -> int:
    """Return how many rows a Parquet file holds, `settings.BATCH_MAX_ROWS` at most.

    Raises
    ------
    Unusable
        If it is damaged, or holds more than this site takes: a few bytes can stand for many.
    """
    try:
        height = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unusable(_("The Parquet file is damaged.")) from error
    limit = settings.BATCH_MAX_ROWS if most is None else most
    if height > limit:
        raise Unusable(
            _("The file holds %(rows)d rows; at most %(most)d are taken.")
            % {"rows": height, "most": limit}
        )
    return height


def regrouped(path: Path, target: Path, *, rows: int) -> None:
    """Write a Parquet file again, in groups of rows that can be read one by one."""
    try:
        pl.scan_parquet(path).sink_parquet(target, row_group_size=rows, compression="lz4")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise Unusable(_("The Parquet file is damaged.")) from error


def records(data: bytes, *, quoted: bool) -> Records:
    """Find the records in a piece that `text` cut."""
    found = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(found == _NEW_LINE)
    inside = _inside(found) if quoted else None
    stops = breaks if inside is None else breaks[inside[breaks] == 0]
    if not data.endswith(b"\n"):
        stops = np.append(stops, len(data))
    starts = np.concatenate([[0], stops[:-1] + 1]).astype(np.int64)
    ends = _without_return(found, starts, stops)
    lines = np.searchsorted(breaks, starts)
    kept = ends > starts
    return Records(starts[kept], ends[kept], lines[kept], inside)


class _Cutter:
    """Goes through a file block by block."""

    def __init__(self, start: int, line: int, quoted: bool, rows: int) -> None:
        self._quoted = quoted
        self._most = rows
        self._piece_start, self._piece_line, self._piece_rows = start, line, 0
        self._at, self._line = start, line  # of the block
        self._record_start, self._record_line = start, line
        self._open = 0  # 1 inside quoted text
        self._last = 0  # the byte before the block
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def cut(self, file: BinaryIO) -> Iterator[Piece]:
        while block := file.read(_BLOCK):
            self._check_text(block, final=False)
            yield from self._block(np.frombuffer(block, np.uint8))
        self._check_text(b"", final=True)
        if self._open:
            raise Unusable(formats.not_closed(self._record_line))
        if self._at > self._record_start:  # the last record has no new line
            self._piece_rows += 1
        if self._piece_rows:
            yield self._piece(self._at)

    def _block(self, block: np.ndarray) -> Iterator[Piece]:
        breaks = np.flatnonzero(block == _NEW_LINE)
        stops = breaks
        if self._quoted:
            inside = _inside(block, self._open)
            stops = breaks[inside[breaks] == 0]
            self._open = int(inside[-1])
        starts = np.concatenate([[self._record_start - self._at], stops[:-1] + 1])[: len(stops)]
        self._check_length(starts, stops, breaks, len(block))
        filled = np.cumsum(self._is_filled(block, starts, stops))
        counted = 0  # of the block's records, in pieces before
        done = 0  # filled ones among them
        while counted < len(stops):
            stop = int(np.searchsorted(filled, done + self._most - self._piece_rows))
            if stop >= len(stops):
                break
            self._piece_rows = self._most
            end = self._at + int(stops[stop]) + 1
            yield self._piece(end)
            line = self._line + int(np.searchsorted(breaks, stops[stop])) + 1
            self._piece_start, self._piece_line, self._piece_rows = end, line, 0
            counted, done = stop + 1, int(filled[stop])
        if len(stops):
            self._piece_rows += int(filled[-1]) - done
            self._record_start = self._at + int(stops[-1]) + 1
            self._record_line = self._line + int(np.searchsorted(breaks, stops[-1])) + 1
        if self._record_start - self._piece_start > _LONGEST_PIECE:  # mostly blank lines
            if self._piece_rows:
                yield self._piece(self._record_start)
            self._piece_start, self._piece_line = self._record_start, self._record_line
            self._piece_rows = 0
        self._line += len(breaks)
        self._at += len(block)
        self._last = int(block[-1])

    def _piece(self, end: int) -> Piece:
        return Piece(self._piece_start, end - self._piece_start, self._piece_line, self._piece_rows)

    def _is_filled(self, block: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        length = stops - starts
        before = np.where(stops > 0, block[stops - 1], self._last)
        filled: np.ndarray = (length > 1) | ((length == 1) & (before != _RETURN))
        return filled

    def _check_length(
        self, starts: np.ndarray, stops: np.ndarray, breaks: np.ndarray, size: int
    ) -> None:
        """Refuse a record that grows without end, before memory is spent on it."""
        long = np.flatnonzero(stops - starts > formats.LONGEST_RECORD)
        if len(long):
            line = self._line + int(np.searchsorted(breaks, starts[long[0]]))
            raise Unusable(formats.not_closed(self._record_line if long[0] == 0 else line))
        rest = size - (int(stops[-1]) + 1 if len(stops) else self._record_start - self._at)
        if rest > formats.LONGEST_RECORD:
            line = self._record_line
            if len(stops):
                line = self._line + int(np.searchsorted(breaks, stops[-1])) + 1
            raise Unusable(formats.not_closed(line))

    def _check_text(self, block: bytes, *, final: bool) -> None:
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            line = self._line + bytes(error.object[: error.start]).count(b"\n")
            raise Unusable(formats.not_utf8(line)) from error
        if b"\0" in block:
            line = self._line + block[: block.index(b"\0")].count(b"\n")
            raise Unusable(formats.not_utf8(line))


def _inside(block: np.ndarray, already: int = 0) -> np.ndarray:
    """1 for every byte inside quoted text; the quotation mark that opens it counts."""
    marks = np.cumsum(block == _QUOTE, dtype=np.uint32) + already
    return (marks & 1).astype(np.uint8)


def _without_return(found: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    ends = stops.astype(np.int64)
    nonempty = ends > starts
    returns = np.zeros(len(ends), bool)
    returns[nonempty] = found[ends[nonempty] - 1] == _RETURN
    return ends - returns
