"""Training: reproducible, honest about the hold-out, and recorded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml import fitting, metrics, training
from ml.bundle import Bundle
from ml.tables import DataError, Tables
from tests.ml import factories


def test_the_same_seed_gives_the_same_bundle(
    opened: Tables, bundle_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    training.train(opened, out, seed=3, tracking=False)
    manifests = []
    for path in (bundle_path, out):
        manifest = json.loads((path / "bundle.json").read_text())
        for timestamp in ("created_at", "seconds"):
            manifest["training"].pop(timestamp)
        manifests.append(manifest)
    assert manifests[0] == manifests[1]  # with the hashes of all other files


def test_it_learns(bundle: Bundle) -> None:
    for part in ("out_of_fold", "hold_out"):
        assert bundle.metrics[part]["auc"] > 0.55


def test_the_hold_out_is_a_stratified_fifth(bundle: Bundle) -> None:
    held, known = bundle.metrics["hold_out"], bundle.metrics["out_of_fold"]
    assert held["applicants"] == 240
    assert known["applicants"] == 960
    assert held["defaults"] / 240 == pytest.approx(known["defaults"] / 960, abs=0.005)


def test_the_hold_out_changes_nothing_but_its_own_figures(opened: Tables) -> None:
    sample = training.prepare(opened, training._silent)
    known, held = training._split(sample, 3)
    assert len(known.y) + len(held.y) == len(sample.y)
    model = training.fit(known, 3, training._silent)
    again = training._figures(model, known, held.rows(np.arange(100)), 3)
    full = training._figures(model, known, held, 3)
    assert again["out_of_fold"] == full["out_of_fold"]
    assert again["hold_out"] != full["hold_out"]


def test_noise_is_not_learned() -> None:
    """Out-of-fold scores of random outcomes rank no better than chance."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(1_500, 30)).astype(np.float32)
    y = (rng.random(1_500) < 0.2).astype(np.int8)
    params = fitting.parameters(1_500, seed=1)
    data = fitting.dataset(X, y, [], params)
    found = fitting.cross_validate(X, y, data, params, lambda _done, _of: None)
    assert metrics.auc(found.raw, y) == pytest.approx(0.5, abs=0.06)
    assert np.bincount(found.fold).tolist() == [300] * 5


def test_unlabelled_data_is_refused(tmp_path: Path) -> None:
    frame = factories.applications(20, labelled=False).lazy()
    with pytest.raises(DataError, match="application_train is missing"):
        training.train(Tables({"application_test": frame}), tmp_path / "out", tracking=False)


@pytest.mark.parametrize("target", [0, 1])
def test_one_outcome_alone_is_refused(target: int, tmp_path: Path) -> None:
    frame = factories.applications(80).with_columns(TARGET=pl.lit(target, pl.Int32)).lazy()
    with pytest.raises(DataError, match="TARGET holds 0"):
        training.train(Tables({"application_train": frame}), tmp_path / "out", tracking=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore::Warning")  # of mlflow's own imports
def test_a_run_is_recorded(opened: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    trained = training.train(opened, tmp_path / "bundle", seed=3)

    import mlflow  # noqa: PLC0415 - takes seconds

    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'var' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("home-credit")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["hold_out.auc"] == trained.metrics["hold_out"]["auc"]
    assert run.data.metrics["seconds"] > 0
    assert run.data.params["data_fingerprint"]
    assert run.data.params["extra_trees"] == "True"
    artifacts = {entry.path for entry in client.list_artifacts(run.info.run_id, "report")}
    assert {"report/roc.png", "report/calibration.png", "report/cost.png"} <= artifacts
