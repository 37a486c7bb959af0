"""Experiments: families of models and LightGBM's parameters, compared under one protocol.

Every run is cross-validated as training is (selection, encoding and number of trees from the
other folds alone), on the same rows: all but the hold-out of training. Every run is logged with
AUC, business cost, time, parameters, data fingerprint and its out-of-fold scores.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ml import cost, families, validation
from ml.progress import Step
from ml.sample import Design, Sample
from ml.selection import Selection
from ml.tracking import Run, Tracker, state
from ml.validation import Recipe

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class Trial:
    """One cross-validated model.

    Attributes
    ----------
    pd : array of float, shape (n,)
        Out of fold, each fold calibrated by the others.
    metrics : dict of str to float
        `auc`, `cost_per_applicant` (the lowest over cut-offs), `brier`, `ece`, `features`,
        `seconds`.
    """

    seed: int
    began: float
    pd: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)
    metrics: dict[str, float]


@dataclass(frozen=True)
class Bench:
    """Where experiments take place: rows to learn from, and where runs are logged.

    Attributes
    ----------
    rows : array of int
        The rows of the sample that take part.
    tracker : Tracker or None
        None logs nothing.
    """

    sample: Sample
    rows: np.ndarray
    tracker: Tracker | None

    def run(self, name: str, recipe: Recipe, seed: int, params: dict[str, Any]) -> Trial:
        """Cross-validate a recipe and log it under a name, with its parameters."""
        began = time.time()
        found = validation.cross_validate(self.sample, self.rows, recipe, seed=seed)
        y = self.sample.y[found.rows]
        figures = {
            **found.figures(self.sample),
            "features": float(np.mean([len(fold.design.features) for fold in found.folds])),
            "seconds": time.time() - began,
        }
        trial = Trial(seed, began, found.pd, y, figures)
        if self.tracker is not None:
            self._log(self.tracker, name, trial, params)
        return trial

    def _log(self, tracker: Tracker, name: str, trial: Trial, params: dict[str, Any]) -> None:
        known = {
            "data_fingerprint": self.sample.fingerprint,
            "applications": len(self.rows),
            "folds": validation.FOLDS,
            "seed": trial.seed,
            "cost_ratio": cost.RATIO,
        }
        from ml.report import trial as curves  # noqa: PLC0415 - brings matplotlib along

        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            scores = pl.DataFrame({"PD": trial.pd, "TARGET": trial.y})
            scores.write_parquet(folder / "out_of_fold.parquet")
            (folder / "figures.json").write_text(json.dumps(trial.metrics, indent=2))
            curves.write(folder, trial.pd, trial.y)
            tracker.log(Run(name, trial.began, trial.metrics, params | known, folder))


def compare(
    bench: Bench, *, names: Sequence[str], seeds: Sequence[int], progress: Step
) -> dict[str, list[Trial]]:
    """Cross-validate families of models over seeds.

    Parameters
    ----------
    bench : Bench
    names : sequence of str
        Of `families.FAMILIES`.
    seeds : sequence of int
        Each fixes folds, selection and models.

    Returns
    -------
    dict of str to list of Trial
        By family, one for each seed.
    """
    found: dict[str, list[Trial]] = {}
    for name in names:
        found[name] = []
        for done, seed in enumerate(seeds):
            progress(f"Comparing: {name}", done, len(seeds))
            recipe = Recipe(families.FAMILIES[name])
            trial = bench.run(f"{name}, seed {seed}", recipe, seed, {"family": name})
            found[name].append(trial)
        progress(f"Comparing: {name}", len(seeds), len(seeds))
    return found


def tune(bench: Bench, *, trials: int, seed: int, progress: Step) -> optuna.Study:
    """Search LightGBM parameters until the study has so many finished trials.

    The study lies in the state folder, one for each data set and seed: what was interrupted
    goes on, and a larger number goes further.
    """
    study = _study(bench, seed)
    chosen = _Chosen()
    while (finished := _finished(study)) < trials:
        progress("Searching", finished, trials)
        # A seeded sampler that starts anew would suggest the same again.
        study.sampler = _sampler(seed + finished)
        study.optimize(lambda trial: _objective(trial, bench, chosen, seed), n_trials=1)
    progress("Searching", trials, trials)
    return study


class _Chosen:
    """Selections by rows: they are the same for all trials, and made once."""

    def __init__(self) -> None:
        self.known: dict[bytes, tuple[Design, Selection]] = {}


@dataclass(frozen=True)
class _Remembered(Recipe):
    """A recipe that selects once for all trials."""

    chosen: _Chosen = field(default_factory=_Chosen)

    def choose(self, sample: Sample, rows: np.ndarray, seed: int) -> tuple[Design, Selection]:
        key = rows.tobytes()
        if key not in self.chosen.known:
            self.chosen.known[key] = super().choose(sample, rows, seed)
        return self.chosen.known[key]


def _objective(trial: optuna.Trial, bench: Bench, chosen: _Chosen, seed: int) -> float:
    over = {
        "additive": trial.suggest_categorical("additive", [True, False]),
        "extra_trees": trial.suggest_categorical("extra_trees", [True, False]),
        "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
        "max_depth": trial.suggest_int("max_depth", 2, 10),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 20, 400, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.02, 0.6, log=True),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.4, 1.0),
        "lambda_l1": trial.suggest_float("lambda_l1", 1e-2, 20, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-1, 200, log=True),
        "path_smooth": trial.suggest_float("path_smooth", 1e-2, 100, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.06, log=True),
    }
    recipe = _Remembered(validation.boosted(over, inner_folds=1), chosen=chosen)
    name = f"lightgbm, trial {trial.number}"
    done = bench.run(name, recipe, seed, {"family": "lightgbm"} | over)
    trial.set_user_attr("cost_per_applicant", done.metrics["cost_per_applicant"])
    return done.metrics["auc"]


def _study(bench: Bench, seed: int) -> optuna.Study:
    import optuna  # noqa: PLC0415 - for searching only

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(
        storage=f"sqlite:///{state() / 'optuna.db'}",
        study_name=f"lightgbm {bench.sample.fingerprint[:12]} seed {seed}",
        direction="maximize",
        load_if_exists=True,
    )


def _sampler(seed: int) -> optuna.samplers.BaseSampler:
    import optuna  # noqa: PLC0415 - for searching only

    return optuna.samplers.TPESampler(seed=seed)


def _finished(study: optuna.Study) -> int:
    return len([trial for trial in study.trials if trial.state.is_finished() and trial.values])
