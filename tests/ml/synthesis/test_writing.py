"""Files: reproducible byte for byte, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ml.schema import TABLES
from ml.synthesis import generate, synthesize


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("extension", ["csv", "parquet"])
def test_a_seed_gives_the_same_bytes(tmp_path: Path, extension: generate.Format) -> None:
    for name in ("one", "two"):
        synthesize(300, tmp_path / name, 5, format=extension)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert set(contents(tmp_path / "one")) == {f"{name}.{extension}" for name in TABLES}


def test_another_seed_gives_other_clients(tmp_path: Path) -> None:
    for seed in (1, 2):
        synthesize(300, tmp_path / str(seed), seed)
    first, second = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert all(first[name] != second[name] for name in first)


def test_csv_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    for extension in ("csv", "parquet"):
        synthesize(200, tmp_path / extension, 3, format=extension)
    for name, table in TABLES.items():
        types = {column: kind.dtype for column, kind in table.columns.items()}
        text = pl.read_csv(tmp_path / "csv" / f"{name}.csv", schema_overrides=types)
        assert text.equals(pl.read_parquet(tmp_path / "parquet" / f"{name}.parquet")), name


def test_batches_run_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "BATCH", 100)
    done: list[tuple[int, int]] = []
    synthesize(250, tmp_path / "out", 4, progress=lambda *now: done.append(now))
    assert done == [(100, 250), (200, 250), (250, 250)]
    train = pl.read_csv(tmp_path / "out" / "application_train.csv")
    test = pl.read_csv(tmp_path / "out" / "application_test.csv")
    assert train.height + test.height == 250
    assert pl.concat([train["SK_ID_CURR"], test["SK_ID_CURR"]]).n_unique() == 250
    bureau = pl.read_csv(tmp_path / "out" / "bureau.csv", infer_schema_length=None)
    assert bureau["SK_ID_BUREAU"].is_unique().all()


def test_one_applicant_is_enough(tmp_path: Path) -> None:
    for seed in range(5):
        synthesize(1, tmp_path / str(seed), seed)
        assert len(contents(tmp_path / str(seed))) == len(TABLES)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(_done: int, _total: int) -> None:
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        synthesize(50, tmp_path / "out", 1, progress=fail)
    assert list(tmp_path.iterdir()) == []


def test_a_filled_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not an empty folder"):
        synthesize(50, tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(("applicants", "extension"), [(0, "csv"), (-1, "csv"), (5, "xlsx")])
def test_nonsense_is_refused(tmp_path: Path, applicants: int, extension: str) -> None:
    with pytest.raises(ValueError, match=r"applicants must|format must"):
        synthesize(applicants, tmp_path / "out", 1, format=extension)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
