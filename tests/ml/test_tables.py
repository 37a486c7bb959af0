"""Reading tables: every layout, and one clear sentence for everything that is wrong."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ml import tables
from ml.schema import APPLICATION_TRAIN, BUREAU, BUREAU_BALANCE, TABLES
from ml.tables import DataError, RecordError
from tests.ml import factories


@pytest.fixture
def applications() -> pl.DataFrame:
    return factories.applications(30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def _csv(frame: pl.DataFrame, folder: Path, name: str) -> Path:
    frame.write_csv(folder / f"{name}.csv")
    return folder / f"{name}.csv"


def _gz(frame: pl.DataFrame, folder: Path, name: str) -> None:
    plain = _csv(frame, folder, name)
    with gzip.open(folder / f"{name}.csv.gz", "wb") as sink:
        sink.write(plain.read_bytes())
    plain.unlink()


def _zip(frame: pl.DataFrame, folder: Path, name: str, suffix: str = ".zip") -> None:
    plain = _csv(frame, folder, name)
    with zipfile.ZipFile(folder / f"{name}{suffix}", "w") as archive:
        archive.write(plain, plain.name)
    plain.unlink()


def _csv_zip(frame: pl.DataFrame, folder: Path, name: str) -> None:
    _zip(frame, folder, name, ".csv.zip")


def _parquet(frame: pl.DataFrame, folder: Path, name: str) -> None:
    frame.write_parquet(folder / f"{name}.parquet")


def _parts(frame: pl.DataFrame, folder: Path, name: str) -> None:
    """Part files beside a marker, as Spark writes a table."""
    (folder / name).mkdir()
    (folder / name / "_SUCCESS").touch()
    for part, rows in enumerate((frame[:20], frame[20:])):
        rows.write_parquet(folder / name / f"part-{part:05}.snappy.parquet")


def _parquet_parts(frame: pl.DataFrame, folder: Path, name: str) -> None:
    _parts(frame, folder, f"{name}.parquet")


def refused(folder: Path) -> str:
    """The one sentence that is said about a folder."""
    with pytest.raises(DataError) as raised:
        tables.open_tables(folder)
    message = str(raised.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


@pytest.mark.parametrize("write", [_csv, _gz, _zip, _csv_zip, _parquet, _parts, _parquet_parts])
def test_every_layout_gives_the_same_frame(
    write: Callable[[pl.DataFrame, Path, str], object], folder: Path, applications: pl.DataFrame
) -> None:
    write(applications, folder, "application_train")
    opened = tables.open_tables(folder)
    assert opened.frames["application_train"].collect().equals(applications)


def test_a_zip_of_everything(folder: Path, applications: pl.DataFrame, tmp_path: Path) -> None:
    _csv(applications, folder, "application_train")
    _zip(factories.auxiliary("bureau", 30), folder, "bureau", ".csv.zip")
    archive = Path(shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path, "data"))
    opened = tables.open_tables(archive)
    assert opened.frames["application_train"].collect().equals(applications)
    assert opened.frames["bureau"].collect().height == 120


def test_absent_auxiliary_tables_are_reported(folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications, folder, "application_train")
    missing = tables.open_tables(folder).missing
    assert missing == [name for name in TABLES if name != "application_train"]


def test_whole_numbers_may_be_written_with_a_point_and_extra_columns_are_ignored(
    folder: Path, applications: pl.DataFrame
) -> None:
    written = applications.with_columns(
        pl.col("CNT_CHILDREN", "SK_ID_CURR").cast(pl.Float64), extra=pl.lit("anything")
    )
    _csv(written, folder, "application_train")
    opened = tables.open_tables(folder)
    assert opened.frames["application_train"].collect().equals(applications)


def test_nan_in_parquet_is_null(folder: Path, applications: pl.DataFrame) -> None:
    _parquet(
        applications.with_columns(EXT_SOURCE_1=pl.lit(float("nan"))), folder, "application_train"
    )
    read = tables.open_tables(folder).frames["application_train"].collect()
    assert read["EXT_SOURCE_1"].null_count() == 30


def test_no_such_path(folder: Path) -> None:
    assert "does not exist" in refused(folder / "nowhere")


def test_neither_folder_nor_zip(folder: Path) -> None:
    file = folder / "data.txt"
    file.write_text("hello")
    assert "neither a folder nor a zip" in refused(file)


def test_no_application_table(folder: Path) -> None:
    _csv(factories.auxiliary("bureau", 5), folder, "bureau")
    assert "neither application_train nor application_test" in refused(folder)


def test_the_same_table_twice(folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications, folder, "application_train")
    _parquet(applications, folder, "application_train")
    assert "more than once" in refused(folder)


def test_a_folder_without_part_files(folder: Path, applications: pl.DataFrame) -> None:
    _parquet(applications, folder, "application_train")
    (folder / "bureau").mkdir()
    assert refused(folder) == "bureau: bureau holds no .parquet file."


def test_missing_column(folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications.drop("AMT_CREDIT"), folder, "application_train")
    message = refused(folder)
    assert message == (
        "application_train: the column AMT_CREDIT is missing in application_train.csv."
    )


@pytest.mark.parametrize("write", [_csv, _gz, _parquet])
@pytest.mark.parametrize(
    ("column", "value"),
    [("AMT_CREDIT", "a lot"), ("CNT_CHILDREN", "two"), ("SK_ID_CURR", "x1")],
)
def test_wrong_type(
    write: Callable[[pl.DataFrame, Path, str], object],
    column: str,
    value: str,
    folder: Path,
    applications: pl.DataFrame,
) -> None:
    texts = applications.with_columns(
        pl.when(pl.int_range(pl.len()) == 7)
        .then(pl.lit(value))
        .otherwise(pl.col(column).cast(pl.String))
        .alias(column)
    )
    write(texts, folder, "application_train")
    message = refused(folder)
    for part in ("application_train", column, value):
        assert part in message


@pytest.mark.parametrize(
    ("column", "value"),
    [("CNT_CHILDREN", 1.5), ("AMT_CREDIT", float("inf")), ("DAYS_BIRTH", 1e12)],
)
def test_impossible_numbers(
    column: str, value: float, folder: Path, applications: pl.DataFrame
) -> None:
    wrong = applications.with_columns(
        pl.when(pl.int_range(pl.len()) == 7)
        .then(value)
        .otherwise(pl.col(column).cast(pl.Float64))
        .alias(column)
    )
    _csv(wrong, folder, "application_train")
    message = refused(folder)
    assert "application_train" in message
    assert column in message


def test_duplicate_application(folder: Path, applications: pl.DataFrame) -> None:
    _csv(pl.concat([applications, applications[3:4]]), folder, "application_train")
    message = refused(folder)
    assert message == (
        f"application_train: SK_ID_CURR {applications['SK_ID_CURR'][3]} occurs more than once."
    )


def test_duplicate_month(folder: Path, applications: pl.DataFrame) -> None:
    months = factories.auxiliary("bureau_balance", 5)
    _csv(applications, folder, "application_train")
    _csv(pl.concat([months, months[:1]]), folder, "bureau_balance")
    message = refused(folder)
    assert "bureau_balance: SK_ID_BUREAU" in message
    assert "MONTHS_BALANCE" in message


def test_the_same_client_in_train_and_test(folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications, folder, "application_train")
    _csv(applications[:1].drop("TARGET"), folder, "application_test")
    message = refused(folder)
    assert str(applications["SK_ID_CURR"][0]) in message


def test_empty_number_of_a_client(folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications.with_columns(SK_ID_CURR=None), folder, "application_train")
    assert "SK_ID_CURR is empty" in refused(folder)


@pytest.mark.parametrize("target", ["2", ""])
def test_target_is_zero_or_one(target: str, folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications.with_columns(TARGET=pl.lit(target)), folder, "application_train")
    assert "TARGET should be 0 or 1" in refused(folder)


def test_table_without_rows(folder: Path, applications: pl.DataFrame) -> None:
    _csv(applications.clear(), folder, "application_train")
    assert "holds no rows" in refused(folder)


@pytest.mark.parametrize("suffix", tables.SUFFIXES)
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe garbage \x01"], ids=["empty", "garbage"])
def test_damaged_file(
    suffix: str, content: bytes, folder: Path, applications: pl.DataFrame
) -> None:
    _csv(applications, folder, "application_train")
    (folder / f"bureau{suffix}").write_bytes(content)
    assert "bureau" in refused(folder)


def test_truncated_archive(folder: Path, applications: pl.DataFrame) -> None:
    _gz(applications, folder, "application_train")
    file = folder / "application_train.csv.gz"
    file.write_bytes(file.read_bytes()[:2000])
    assert "cannot be unpacked" in refused(folder)


def test_ragged_rows(folder: Path, applications: pl.DataFrame) -> None:
    file = _csv(applications, folder, "application_train")
    file.write_text(file.read_text() + "1,2" * 200 + "\n")
    assert "application_train" in refused(folder)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    return tmp_path / "scratch"


@pytest.mark.parametrize("write", [_csv, _gz, _zip])
def test_text_is_parsed_once_into_a_file_that_does_not_stay(
    write: Callable[[pl.DataFrame, Path, str], object],
    folder: Path,
    applications: pl.DataFrame,
    scratch: Path,
) -> None:
    write(applications, folder, "application_train")
    opened = tables.open_tables(folder)
    files = [file.name for file in scratch.rglob("*") if file.is_file()]
    assert files == ["application_train.parquet"]
    del opened
    assert not list(scratch.iterdir())


def test_parquet_is_read_in_place(folder: Path, applications: pl.DataFrame, scratch: Path) -> None:
    _parquet(applications, folder, "application_train")
    opened = tables.open_tables(folder)
    assert not list(scratch.iterdir())
    assert opened.frames["application_train"].collect().equals(applications)


def test_two_keys_with_one_hash_are_not_taken_for_one(
    folder: Path, applications: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    _csv(applications, folder, "application_train")
    monkeypatch.setattr(pl.Expr, "hash", lambda expr: expr.struct.field("SK_ID_CURR") // 10)
    tables.open_tables(folder)


def test_inline_records_are_typed() -> None:
    frame = tables.frame(BUREAU, [{"SK_ID_BUREAU": 7.0, "AMT_CREDIT_SUM": 5}, {}])
    assert frame.columns == list(BUREAU.columns)
    assert frame["SK_ID_BUREAU"].to_list() == [7, None]
    assert frame["AMT_CREDIT_SUM"].to_list() == [5.0, None]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("NONSENSE", 1),
        ("STATUS", 1),
        ("MONTHS_BALANCE", "x"),
        ("MONTHS_BALANCE", 1.5),
        ("MONTHS_BALANCE", True),
        ("MONTHS_BALANCE", float("nan")),
        ("MONTHS_BALANCE", 10**400),
        ("MONTHS_BALANCE", []),
    ],
)
def test_wrong_inline_records(column: str, value: object) -> None:
    with pytest.raises(RecordError) as raised:
        tables.frame(BUREAU_BALANCE, [{}, {column: value}])
    error = raised.value
    assert (error.table, error.index, error.column) == ("bureau_balance", 1, column)
    assert error.message.endswith(".")


def test_inline_applications_keep_the_column_order() -> None:
    assert tables.frame(APPLICATION_TRAIN, []).columns == list(APPLICATION_TRAIN.columns)
