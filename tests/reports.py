"""Training without its report, which takes longer than the training of a small model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock


@contextmanager
def without_report() -> Iterator[None]:
    """Write an empty page for a report; the report has tests of its own."""

    def empty(folder: Path, *_: object) -> None:
        folder.mkdir()
        (folder / "index.html").write_text("<!doctype html><title>No report</title>")

    with mock.patch("ml.report.write", empty):
        yield
