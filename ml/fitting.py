"""Fitting LightGBM: parameters by size of the data, cross-validation, the final model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from sklearn.model_selection import StratifiedKFold

FOLDS = 5
_PATIENCE = 100
_MOST_ROUNDS = 6_000
_MANY_ROWS = 50_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Validation:
    """What cross-validation found.

    Attributes
    ----------
    raw : array of float64, shape (n,)
        Raw scores, each from a model that has not seen the row.
    fold : array of int, shape (n,)
        The fold each row was scored in.
    rounds : list of int
        Trees of each fold's model, chosen on the other folds.
    """

    raw: np.ndarray
    fold: np.ndarray
    rounds: list[int]


def parameters(rows: int, seed: int) -> dict[str, Any]:
    """LightGBM parameters for so many training rows.

    With few rows, only small trees on few features at a time generalise; the trees may
    grow as rows come in. Everything that makes results depend on the machine is fixed.

    >>> small, large = parameters(4_000, seed=1), parameters(250_000, seed=1)
    >>> small["num_leaves"] < large["num_leaves"]
    True
    """
    growth = float(np.clip(rows / 5_000, 1, 60))
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": 0.03,
        "extra_trees": True,  # thresholds drawn at random: the strongest cure for few rows
        "num_leaves": round(8 * growth**0.3),
        "max_depth": round(4 * growth**0.17),
        "min_data_in_leaf": round(60 * growth**0.25),
        "feature_fraction": round(0.05 * growth**0.17, 3),
        "bagging_fraction": 0.6,
        "bagging_freq": 1,
        "lambda_l1": 1.0,
        "lambda_l2": 20.0,
        "max_bin": 63 if rows < _MANY_ROWS else 255,
        "cat_smooth": 50.0,
        "cat_l2": 50.0,
        "min_data_per_group": 100,
        "seed": seed,
        "deterministic": True,
        "force_col_wise": True,  # cheap when few features are drawn for a tree
        "num_threads": 1 if rows < _MANY_ROWS else 2,  # threads wait for each other on few rows
        "verbosity": -1,
    }


def dataset(
    X: np.ndarray,  # noqa: N803 - the field's own name
    y: np.ndarray,
    categorical: Sequence[int],
    params: dict[str, Any],
) -> lightgbm.Dataset:
    """Bin the matrix once; folds are subsets of the bins."""
    data = lightgbm.Dataset(X, y, categorical_feature=list(categorical), params=dict(params))
    return data.construct()


def cross_validate(
    X: np.ndarray,  # noqa: N803 - the field's own name
    y: np.ndarray,
    data: lightgbm.Dataset,
    params: dict[str, Any],
    progress: Progress,
) -> Validation:
    """Fit stratified folds with early stopping and score every row out of fold.

    The number of trees a row is scored with is the mean of the other folds' best numbers,
    so that not even early stopping has seen it.
    """
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=params["seed"])
    fold = np.zeros(len(y), dtype=np.int8)
    boosters, best = [], []
    for k, (fit_rows, rows) in enumerate(folds.split(y, y)):
        progress(k, FOLDS)
        fold[rows] = k
        booster = lightgbm.Booster(params, data.subset(np.sort(fit_rows).tolist()))
        booster.add_valid(data.subset(np.sort(rows).tolist()), "fold")
        best.append(_stop_early(booster))
        boosters.append(booster)
    raw, rounds = np.zeros(len(y)), []
    for k, booster in enumerate(boosters):
        rounds.append(max(1, round(float(np.mean(best[:k] + best[k + 1 :])))))
        while booster.current_iteration() < rounds[k]:
            booster.update()
        rows = fold == k
        raw[rows] = booster.predict(
            X[rows],
            raw_score=True,
            num_iteration=rounds[k],
            num_threads=params["num_threads"],
        )
    progress(FOLDS, FOLDS)
    return Validation(raw, fold, rounds)


def final_model(
    data: lightgbm.Dataset, params: dict[str, Any], rounds: int, progress: Progress
) -> lightgbm.Booster:
    """Fit on all rows with a known number of trees."""
    booster = lightgbm.Booster(params, data)
    for i in range(rounds):
        booster.update()
        progress(i + 1, rounds)
    return booster


def _stop_early(booster: lightgbm.Booster) -> int:
    """Grow until the loss on the validation set stops falling; return the best number."""
    best, lowest = 1, np.inf
    while (done := booster.current_iteration()) - best < _PATIENCE and done < _MOST_ROUNDS:
        if booster.update():  # no tree could be split any more
            break
        loss = booster.eval_valid()[0][2]
        if loss < lowest:
            best, lowest = booster.current_iteration(), loss
    return best
