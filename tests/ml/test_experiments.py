"""Comparison and search: one protocol, every run logged, and a search that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from ml import experiments, families, metrics
from ml.experiments import Bench
from ml.families import FAMILIES
from ml.tracking import Run, Tracker
from tests.ml.designs import design, outcomes
from tests.ml.samples import ROWS, Unselected, one_column, sample

ALL = np.arange(ROWS)


class Notes(Tracker):
    """Keeps runs, and what files they had."""

    def __init__(self) -> None:
        self.runs: list[tuple[Run, set[str]]] = []

    def log(self, run: Run) -> None:
        scores = pl.read_parquet(run.folder / "out_of_fold.parquet")
        assert scores.columns == ["PD", "TARGET"]
        assert scores.height == ROWS
        self.runs.append((run, {file.name for file in run.folder.iterdir()}))


@pytest.fixture(autouse=True)
def _unselected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Selection has tests of its own, and takes seconds."""
    monkeypatch.setattr("ml.validation.Recipe.choose", Unselected.choose)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return tmp_path


def _progress(_step: str, _done: int, _of: int) -> None:
    """Say nothing."""


def test_a_run_is_logged_with_all_it_needs(notes: Notes) -> None:
    bench = Bench(sample(), ALL, notes)
    trial = bench.run("a name", Unselected(one_column), 4, {"family": "one column"})
    ((run, files),) = notes.runs
    assert run.name == "a name"
    assert {"auc", "cost_per_applicant", "brier", "ece", "seconds"} <= set(run.metrics)
    assert run.params["family"] == "one column"
    assert run.params["seed"] == 4
    assert run.params["data_fingerprint"] == sample().fingerprint
    assert files == {"out_of_fold.parquet", "figures.json", "curves.png"}
    assert trial.metrics["auc"] == pytest.approx(metrics.auc(trial.pd, trial.y), abs=0.02)


def test_probabilities_are_calibrated_by_the_other_folds(notes: Notes) -> None:
    trial = Bench(sample(), ALL, notes).run("a name", Unselected(one_column), 4, {})
    assert trial.pd.mean() == pytest.approx(trial.y.mean(), abs=0.02)
    assert trial.metrics["brier"] < np.var(trial.y) + 0.005


def test_families_are_compared_over_seeds(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    both = {"one": one_column, "other": one_column}
    monkeypatch.setattr(families, "FAMILIES", both)
    bench = Bench(sample(), ALL, notes)
    found = experiments.compare(bench, names=list(both), seeds=range(2), progress=_progress)
    assert list(found) == ["one", "other"]
    assert [trial.seed for trial in found["one"]] == [0, 1]
    assert [run.params["family"] for run, _ in notes.runs] == ["one", "one", "other", "other"]
    for one, other in zip(found["one"], found["other"], strict=True):
        np.testing.assert_array_equal(one.pd, other.pd)  # the same folds, so the same figures


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_learns(family: str) -> None:
    rng = np.random.default_rng(1)
    columns = {name: rng.normal(size=800) for name in ("A", "B", "C")}
    columns["A"][::7] = np.nan
    y = outcomes(np.nan_to_num(columns["A"]) - columns["B"])
    made = design(columns)
    scorer = FAMILIES[family](made, np.arange(600), y[:600], 1)
    raw = scorer(np.arange(600, 800))
    assert raw.shape == (200,)
    assert np.isfinite(raw).all()
    assert metrics.auc(raw, y[600:]) > 0.7


def test_an_interrupted_search_goes_on(
    notes: Notes, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.validation.boosted", lambda *_args, **_kwargs: one_column)
    bench = Bench(sample(), ALL, notes)
    experiments.tune(bench, trials=2, seed=1, progress=_progress)
    study = experiments.tune(bench, trials=3, seed=1, progress=_progress)
    assert len(study.trials) == 3
    assert len(notes.runs) == 3
    names = [run.name for run, _ in notes.runs]
    assert names == [f"lightgbm, trial {k}" for k in range(3)]
    tried: list[dict[str, Any]] = [trial.params for trial in study.trials]
    assert len({tuple(params.items()) for params in tried}) == 3
    assert (state / "optuna.db").exists()


def test_other_data_is_another_search(notes: Notes, state: Path) -> None:
    assert state
    bench = Bench(sample(), ALL, notes)
    first, other = experiments._study(bench, 1), experiments._study(bench, 2)
    assert first.study_name != other.study_name
    assert sample().fingerprint[:12] in first.study_name


def test_a_failed_trial_does_not_count(
    notes: Notes, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert state

    def broken(*_args: object, **_kwargs: object) -> None:
        raise MemoryError

    bench = Bench(sample(), ALL, notes)
    monkeypatch.setattr(Bench, "run", broken)
    with pytest.raises(MemoryError):
        experiments.tune(bench, trials=1, seed=1, progress=_progress)
    assert experiments._finished(experiments._study(bench, 1)) == 0
