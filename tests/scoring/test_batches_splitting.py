"""Cutting files into pieces: no record is lost, doubled or torn, wherever blocks end."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.batches import formats, splitting
from scoring.batches.exceptions import Unusable

_RECORD = st.sampled_from(["", "1,x", "2,yé", '3,"q,w"', '4,"n\nl"', '5,"d""q"', '6,""', "7,€"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    records=st.lists(_RECORD, max_size=25),
    eol=st.sampled_from(["\n", "\r\n"]),
    ends=st.booleans(),
    mark=st.booleans(),
    rows=st.integers(1, 6),
    block=st.sampled_from([5, 16, 64, 4096]),
)
def test_every_record_is_in_one_piece(
    *, records: list[str], eol: str, ends: bool, mark: bool, rows: int, block: int, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    text = eol.join(["a,b", *records]) + (eol if ends else "")
    path.write_bytes((("\ufeff" if mark else "") + text).encode())
    expected, line = [], 2
    for record in records:
        if record:
            expected.append((line, record))
        line += 1 + record.count("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "_BLOCK", block)
        pieces = list(splitting.text(path, header=True, quoted=True, rows=rows))
    data, found = path.read_bytes(), []
    for piece in pieces:
        part = data[piece.offset : piece.offset + piece.size]
        inside = splitting.records(part, quoted=True)
        assert len(inside.starts) == piece.rows
        found += [
            (piece.first_line + int(at), part[start:end].decode())
            for start, end, at in zip(inside.starts, inside.ends, inside.lines, strict=True)
        ]
    assert found == expected
    assert all(piece.rows == rows for piece in pieces[:-1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\n1\n\xff\xfe\n", "Line 3 is not UTF-8"),
        (b"a\n1\n2\x00\n", "Line 3 is not UTF-8"),
        (b"a\n1\n\xc3", "Line 3 is not UTF-8"),
        (b'a\n1\n"2\n3\n', "Line 3 is longer"),
        (b"a\n1\n" + b"x" * (formats.LONGEST_RECORD + 1), "Line 3 is longer"),
        (b"a\n1\n" + b"x" * (formats.LONGEST_RECORD + 1) + b"\n2\n", "Line 3 is longer"),
        (b'a\n1\n"2\n' + b"33\n" * formats.LONGEST_RECORD, "Line 3 is longer"),
    ],
)
@pytest.mark.parametrize("block", [3, 1 << 22])
def test_what_no_worker_could_read_is_refused_with_its_line(
    content: bytes, message: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "_BLOCK", max(block, len(content) // 50))
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(Unusable, match=message):
        list(splitting.text(path, header=True, quoted=True, rows=10))


def test_blank_lines_make_no_piece_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "_BLOCK", 64)
    monkeypatch.setattr(splitting, "_LONGEST_PIECE", 256)
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a\n1\n" + b"\n" * 5_000 + b"2\n")
    pieces = list(splitting.text(path, header=True, quoted=True, rows=10))
    assert max(piece.size for piece in pieces) < 400
    assert [(piece.rows, piece.first_line > 4_500) for piece in pieces] == [(1, False), (1, True)]
