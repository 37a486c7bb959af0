"""`python -m ml`: what it writes, and how it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from ml.bundle import Bundle
from ml.cli import app
from ml.features import FEATURES
from tests.ml import factories
from tests.reports import without_report


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refused(*arguments: object) -> str:
    """The sentence on the error stream of a refused command."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("synthesize", ["--applicants", "--out", "--seed"]),
        ("features", ["--data", "--out", "--engine"]),
        ("train", ["--data", "--out"]),
        ("score", ["--bundle", "--data", "--out", "--engine"]),
    ],
)
def test_help_names_every_option(command: str, options: list[str]) -> None:
    assert command in run("--help").stdout
    shown = run(command, "--help").stdout
    for option in options:
        assert option in shown


def test_features_of_all_applications(data: Path, tmp_path: Path) -> None:
    result = run("features", "--data", data, "--out", tmp_path / "f.parquet")
    assert result.exit_code == 0, result.stderr
    assert pl.read_parquet(tmp_path / "f.parquet").columns == ["SK_ID_CURR", "TARGET", *FEATURES]


def test_score_writes_one_row_per_application(
    data: Path, bundle: Bundle, bundle_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "scores.parquet"
    result = run("score", "--bundle", bundle_path, "--data", data, "--out", out)
    assert result.exit_code == 0, result.stderr
    scores = pl.read_parquet(out)
    assert scores.schema == {"SK_ID_CURR": pl.Int64, "PD": pl.Float64, "DECISION": pl.String}
    assert scores.height == 1_200
    assert scores["SK_ID_CURR"].n_unique() == 1_200
    decisions = [bundle.decide(pd).value for pd in scores["PD"]]
    assert scores["DECISION"].to_list() == decisions


def test_score_prefers_the_test_table(bundle_path: Path, data: Path, tmp_path: Path) -> None:
    both = Path(shutil.copytree(data, tmp_path / "both"))
    test = factories.applications(7, seed=9, labelled=False)
    test = test.with_columns(pl.col("SK_ID_CURR") + 500_000)
    test.write_parquet(both / "application_test.parquet")
    out = tmp_path / "scores.parquet"
    result = run("score", "--bundle", bundle_path, "--data", both, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert pl.read_parquet(out)["SK_ID_CURR"].to_list() == test["SK_ID_CURR"].to_list()


def test_absent_tables_are_reported(data: Path, tmp_path: Path) -> None:
    some = Path(shutil.copytree(data, tmp_path / "some"))
    (some / "bureau.parquet").unlink()
    result = run("features", "--data", some, "--out", tmp_path / "f.parquet")
    assert result.exit_code == 0, result.stderr
    assert "bureau" in result.stdout


def test_train_prints_its_figures(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.training.train", lambda *_args, **_kwargs: _trained(tmp_path))
    result = run("train", "--data", data, "--out", tmp_path / "bundle", "--no-tracking")
    assert result.exit_code == 0, result.stderr
    for words in ("AUC", "Cost per applicant", "Hold-out", "0.7700"):
        assert words in result.stdout


def _trained(path: Path) -> object:
    from ml.decision import CutOffs  # noqa: PLC0415
    from ml.training import Trained  # noqa: PLC0415

    part = {"auc": 0.77, "cost_per_applicant": 0.48, "brier": 0.06, "ece": 0.01}
    part |= {f"{name}_interval": [0.1, 0.9] for name in tuple(part)}  # type: ignore[misc]
    figures = {"out_of_fold": part, "hold_out": part, "trees": 10}
    cut_offs = CutOffs(refer_from=0.1, decline_from=0.2, cost_optimal=0.15)
    return Trained(path, "abc", cut_offs, figures, 1.0)


@pytest.mark.parametrize("command", ["features", "train", "score"])
def test_no_data(command: str, bundle_path: Path, tmp_path: Path) -> None:
    extra = ["--bundle", bundle_path] if command == "score" else []
    message = refused(command, *extra, "--data", tmp_path / "no", "--out", tmp_path / "out")
    assert message == f"{tmp_path / 'no'} does not exist."
    assert list(tmp_path.iterdir()) == []


def test_wrong_value(data: Path, tmp_path: Path) -> None:
    wrong = Path(shutil.copytree(data, tmp_path / "wrong"))
    file = wrong / "bureau.parquet"
    frame = pl.read_parquet(file)
    frame.with_columns(DAYS_CREDIT=pl.lit("yesterday")).write_parquet(file)
    message = refused("train", "--data", wrong, "--out", tmp_path / "out")
    assert message == "bureau: DAYS_CREDIT should hold a whole number, but holds 'yesterday'."
    assert not (tmp_path / "out").exists()


def test_damaged_bundle(bundle_path: Path, data: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(bundle_path, tmp_path / "bundle"))
    (bundle / "model.txt").write_text("")
    out = tmp_path / "scores.parquet"
    message = refused("score", "--bundle", bundle, "--data", data, "--out", out)
    assert "model.txt" in message
    assert not out.exists()


def test_train_does_not_overwrite_other_things(data: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    message = refused("train", "--data", data, "--out", tmp_path, "--no-tracking")
    assert "will not be overwritten" in message


def test_out_is_a_folder(data: Path, tmp_path: Path) -> None:
    message = refused("features", "--data", data, "--out", tmp_path)
    assert "is a folder" in message


def test_out_cannot_be_made(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = refused("features", "--data", data, "--out", tmp_path / "file" / "f.parquet")
    assert "file" in message


def test_an_unreachable_tracking_server_loses_no_bundle(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with without_report():
        result = run("train", "--data", data, "--out", tmp_path / "bundle", "--quick")
    assert result.exit_code == 2
    assert "could not be logged to http://127.0.0.1:9" in result.stderr
    assert Bundle.load(tmp_path / "bundle").name
