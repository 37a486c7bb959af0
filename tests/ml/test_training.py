"""Training: reproducible, honest about the hold-out, and recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import polars as pl
import pytest

from ml import choosing, training
from ml import sample as samples
from ml.bundle import Bundle
from ml.choosing import Options
from ml.features import FEATURES
from ml.tables import DataError, Tables
from tests.ml import factories
from tests.reports import without_report


def test_the_same_seed_gives_the_same_bundle(
    opened: Tables, bundle_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    training.train(opened, out, Options(seed=3, quick=True), tracking=False)
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


def test_the_hold_out_decides_nothing(opened: Tables) -> None:
    """Other outcomes in the hold-out change no choice, and no figure but its own."""
    options = Options(seed=3, quick=True)
    sample = samples.prepare(opened, _silent)
    choices = choosing.choose(sample, options, _silent)
    spoilt = sample.y.copy()
    spoilt[choices.held] = 1 - spoilt[choices.held]
    other = replace(sample, y=spoilt)
    # Stratified by outcome, the split itself would be another; the rows are held fixed.
    with mock.patch("ml.choosing.split", return_value=(choices.known, choices.held)):
        again = choosing.choose(other, options, _silent)
    assert again.selection == choices.selection
    assert again.cut_offs == choices.cut_offs
    assert again.calibration == choices.calibration
    np.testing.assert_array_equal(again.validation.pd, choices.validation.pd)
    np.testing.assert_array_equal(again.pd_held, choices.pd_held)


def test_the_model_that_ships_has_learned_from_every_row(opened: Tables, bundle: Bundle) -> None:
    sample = samples.prepare(opened, _silent)
    choices = choosing.choose(sample, Options(seed=3, quick=True), _silent)
    names = list(choices.selection.kept)
    assert [feature.name for feature in bundle.features] == names
    assert bundle.booster.num_trees() == choices.model.rounds
    in_model = bundle.booster.dump_model()["tree_info"][0]["tree_structure"]["internal_count"]
    assert in_model > 0.5 * len(sample.y)  # of a bag of 60 %, so more than the known 80 % hold
    assert bundle.manifest["data"]["applications"] == len(sample.y)


def test_protected_attributes_enter_when_asked_for(opened: Tables, tmp_path: Path) -> None:
    with without_report():
        options = Options(seed=3, quick=True, protected=True)
        training.train(opened, tmp_path / "bundle", options, tracking=False)
    manifest = Bundle.load(tmp_path / "bundle").manifest
    assert manifest["training"]["protected"] is True
    selected = manifest["metrics"]["selection"]
    considered = {*selected["kept_in_folds"], *(d["feature"] for d in selected["dropped"])}
    assert "CODE_GENDER" in considered


def test_by_default_protected_attributes_are_not_even_candidates(bundle: Bundle) -> None:
    selected = bundle.metrics["selection"]
    considered = {*selected["kept_in_folds"], *(d["feature"] for d in selected["dropped"])}
    assert not {name for name, feature in FEATURES.items() if feature.protected} & considered


def test_at_most_so_many_features_each_drop_with_its_reason(opened: Tables, tmp_path: Path) -> None:
    with without_report():
        options = Options(seed=3, quick=True, most=25)
        training.train(opened, tmp_path / "bundle", options, tracking=False)
    found = Bundle.load(tmp_path / "bundle")
    assert len(found.features) == 25
    selected = found.metrics["selection"]
    assert selected["kept"] + len(selected["dropped"]) == selected["candidates"]
    assert all(entry["reason"] for entry in selected["dropped"])


def test_given_parameters_are_used(opened: Tables, tmp_path: Path) -> None:
    with without_report():
        options = Options(seed=3, quick=True, parameters={"num_leaves": 3})
        training.train(opened, tmp_path / "bundle", options, tracking=False)
    found = Bundle.load(tmp_path / "bundle")
    assert found.manifest["training"]["parameters"]["num_leaves"] == 3
    assert max(tree["num_leaves"] for tree in found.booster.dump_model()["tree_info"]) <= 3


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
    with without_report():
        trained = training.train(opened, tmp_path / "bundle", Options(seed=3, quick=True))

    import mlflow  # noqa: PLC0415 - takes seconds

    client = mlflow.MlflowClient(f"sqlite:///{tmp_path / 'var' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("home-credit")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["hold_out.auc"] == trained.metrics["hold_out"]["auc"]
    assert run.data.metrics["seconds"] > 0
    assert run.data.params["data_fingerprint"]
    assert run.data.params["extra_trees"] == "True"
    assert run.data.metrics["auc"] == trained.metrics["out_of_fold"]["auc"]
    assert run.data.metrics["cost_per_applicant"] > 0
    artifacts = {entry.path for entry in client.list_artifacts(run.info.run_id)}
    assert {"bundle.json", "model.txt", "reference.parquet", "report"} <= artifacts


def _silent(_step: str, _done: int, _of: int) -> None:
    """Say nothing."""
