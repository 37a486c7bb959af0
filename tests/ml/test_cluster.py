"""The engine on Spark: the same features, scores and refusals as on one machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from ml import cluster, tables
from ml.cli import app
from ml.cluster import ClusterError
from ml.features import FEATURES, HISTORY
from ml.tables import DataError
from tests.ml import factories

pytestmark = pytest.mark.xdist_group("spark")  # one Java machine for all
needs_java = pytest.mark.skipif(
    shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="needs Java"
)
CLIENTS = 60
UNLABELLED = 500_000  # added to the numbers of clients without label
# Small tables: compiling and optimising would take longer than just running.
SETTINGS = """
    --conf spark.sql.shuffle.partitions=3
    --conf spark.sql.codegen.wholeStage=false
    --conf spark.sql.codegen.factoryMode=NO_CODEGEN
    --conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1
"""


def silent(_name: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def _spark() -> Iterator[None]:
    """One session for the module, with settings that come from outside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_MASTER", "local[2]")
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"{SETTINGS} pyspark-shell")
        from ml.cluster.session import open_session  # noqa: PLC0415

        session = open_session()
        assert session.sparkContext.master == "local[2]"
        assert session.conf.get("spark.sql.shuffle.partitions") == "3"
        session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "25")
        yield
        session.stop()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables in every layout that both engines read."""
    folder = factories.write(tmp_path_factory.mktemp("mixed"), CLIENTS)
    unlabelled = factories.applications(CLIENTS // 2, seed=2, labelled=False)
    unlabelled = unlabelled.with_columns(SK_ID_CURR=pl.col("SK_ID_CURR") + UNLABELLED)
    unlabelled.write_csv(folder / "application_test.csv")
    for name, target in (("bureau", "bureau"), ("POS_CASH_balance", "POS_CASH_balance.parquet")):
        _split(folder / f"{name}.parquet", folder / target)
    previous = folder / "previous_application.parquet"
    pl.read_parquet(previous).write_csv(previous.with_suffix(".csv"))
    previous.unlink()
    return folder


def _split(file: Path, folder: Path) -> None:
    """A table as Spark would have left it: part files beside a marker."""
    rows = pl.read_parquet(file)
    file.unlink()
    folder.mkdir()
    (folder / "_SUCCESS").touch()
    for part in range(2):
        rows.gather_every(2, part).write_parquet(folder / f"part-{part:05}.snappy.parquet")


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def read(folder: Path) -> pl.DataFrame:
    return pl.scan_parquet(folder / "*.parquet").sort("SK_ID_CURR").collect()


@needs_java
@pytest.mark.usefixtures("_spark")
def test_every_feature_is_the_same(mixed: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here.parquet", tmp_path / "there"
    run("features", "--data", mixed, "--out", here)
    said = run("features", "--engine", "spark", "--data", mixed, "--out", there)
    assert f"{CLIENTS * 3 // 2} applications with {len(FEATURES)} features" in said
    features = read(there)
    assert features.columns == ["SK_ID_CURR", "TARGET", *FEATURES]
    assert_frame_equal(features, pl.read_parquet(here), check_exact=True)


@needs_java
@pytest.mark.usefixtures("_spark")
def test_every_score_is_the_same_without_bureau(
    mixed: Path, bundle_path: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(mixed, tmp_path / "data"))
    shutil.rmtree(data / "bureau")
    shutil.rmtree(data / "POS_CASH_balance.parquet")
    (data / "application_test.csv").unlink()
    here, there = tmp_path / "here.parquet", tmp_path / "there"
    run("score", "--bundle", bundle_path, "--data", data, "--out", here)
    said = run(
        "score", "--engine", "spark", "--bundle", bundle_path, "--data", data, "--out", there
    )
    assert "Done without bureau, POS_CASH_balance, absent from the data." in said
    assert f"{CLIENTS} applications of application_train are scored" in said
    assert_frame_equal(read(there), pl.read_parquet(here), check_exact=True)


@needs_java
@pytest.mark.usefixtures("_spark")
def test_the_test_table_alone_has_no_target_and_clients_may_be_new(
    mixed: Path, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(mixed / "application_test.csv", tmp_path / "data")
    shutil.copy(mixed / "previous_application.csv", tmp_path / "data")
    told: list[tuple[str, int, int]] = []
    written = cluster.write_features(
        str(tmp_path / "data"),
        str(tmp_path / "out"),
        progress=lambda *step: told.append(step),
    )
    features = read(tmp_path / "out")
    assert features.columns == ["SK_ID_CURR", *FEATURES]
    assert features.select(pl.all_horizontal(pl.col(HISTORY).is_null())).to_series().all()
    assert (written.rows, written.applications) == (CLIENTS // 2, ("application_test",))
    assert told[-1] == ("Computing features", 1, 1)
    assert all(0 <= done <= of for _name, done, of in told)


def _missing_column(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("AMT_CREDIT")


def _text(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(AMT_CREDIT=pl.lit("a lot"))


def _part_of_a_child(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(CNT_CHILDREN=pl.lit(1.5))


def _out_of_range(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(DAYS_BIRTH=pl.lit(1e12))


def _twice(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows[3:4]])


def _nobody(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(SK_ID_CURR=None)


def _not_a_number(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(SK_ID_CURR=pl.lit("NaN"))


def _third_target(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(TARGET=pl.lit(2))


def _no_target(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(TARGET=pl.lit(None, pl.Int32))


def _no_rows(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.clear()


def refused_alike(data: Path, out: Path) -> str:
    """The sentence that both engines say about a folder."""
    with pytest.raises(DataError) as here:
        tables.open_tables(data)
    with pytest.raises(DataError) as there:
        cluster.write_features(str(data), str(out), progress=silent)
    assert str(there.value) == str(here.value)
    assert not out.exists()
    return str(there.value)


@needs_java
@pytest.mark.usefixtures("_spark")
@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (_missing_column, "AMT_CREDIT is missing in application_train.csv"),
        (_text, "AMT_CREDIT should hold a number, but holds 'a lot'"),
        (_part_of_a_child, "CNT_CHILDREN should hold a whole number, but holds 1.5"),
        (_out_of_range, "DAYS_BIRTH should hold"),
        (_twice, "SK_ID_CURR 100004 occurs more than once"),
        (_nobody, "SK_ID_CURR is empty in 10 rows"),
        (_not_a_number, "SK_ID_CURR is empty in 10 rows"),
        (_third_target, "TARGET should be 0 or 1, but holds 2"),
        (_no_target, "TARGET should be 0 or 1, but holds None"),
        (_no_rows, "application_train holds no rows"),
    ],
)
def test_spoilt_applications(
    spoil: Callable[[pl.DataFrame], pl.DataFrame], part: str, tmp_path: Path
) -> None:
    spoil(factories.applications(10)).write_csv(tmp_path / "application_train.csv")
    assert part in refused_alike(tmp_path, tmp_path / "out")


@needs_java
@pytest.mark.usefixtures("_spark")
def test_spoilt_folders(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    assert "does not exist" in refused_alike(data, out)
    data.mkdir()
    with pytest.raises(DataError, match="holds neither application_train nor application_test"):
        cluster.write_features(str(data), str(out), progress=silent)
    rows = factories.applications(10)
    ragged = data / "application_train.csv"
    rows.write_csv(ragged)
    ragged.write_text(ragged.read_text() + "1,2" * 200 + "\n")
    with pytest.raises(DataError, match=r"application_train.csv cannot be read"):
        cluster.write_features(str(data), str(out), progress=silent)
    ragged.unlink()
    rows.write_parquet(data / "application_train.parquet")
    rows[4:5].drop("TARGET").write_parquet(data / "application_test.parquet")
    assert "both hold SK_ID_CURR 100005" in refused_alike(data, out)
    (data / "application_test").mkdir()
    assert "application_test is there more than once" in refused_alike(data, out)
    shutil.rmtree(data / "application_test")
    (data / "application_test.parquet").write_bytes(b"PAR1 garbage PAR1")
    with pytest.raises(DataError, match=r"application_test: application_test.parquet cannot be re"):
        cluster.write_features(str(data), str(out), progress=silent)
    (data / "bureau.zip").touch()
    with pytest.raises(DataError, match=r"bureau: Spark cannot read bureau.zip; unpack it\."):
        cluster.write_features(str(data), str(out), progress=silent)


@needs_java
@pytest.mark.usefixtures("_spark")
def test_what_stands_there_is_not_overwritten(mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="exists; --out names the folder to make"):
        cluster.write_features(str(mixed), str(tmp_path), progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@needs_java
@pytest.mark.usefixtures("_spark")
def test_a_job_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_batches: object) -> object:
        raise ValueError("out of luck")

    data = tmp_path / "data"
    data.mkdir()
    factories.applications(10).write_csv(data / "application_train.csv")
    monkeypatch.setattr("ml.cluster.jobs.batches.features_of", broken)
    with pytest.raises(ClusterError, match=r"^Spark gave up: ValueError: out of luck\.$"):
        cluster.write_features(str(data), str(tmp_path / "out"), progress=silent)
    assert not (tmp_path / "out").exists()


def test_no_pyspark(
    data: Path, bundle_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ClusterError, match=r"pip install -r requirements-spark\.txt"):
        cluster.write_features(str(data), str(tmp_path / "out"), progress=silent)
    with pytest.raises(ClusterError, match=r"pip install -r requirements-spark\.txt"):
        cluster.write_scores(bundle_path, str(data), str(tmp_path / "out"), progress=silent)


def test_no_java(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ml", "features", "--engine", "spark", "--data", ".", "--out", "x"],
        env={**os.environ, "JAVA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith("Spark did not start: it needs Java 17")
    assert "Traceback" not in result.stderr
