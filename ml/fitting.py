"""Fitting LightGBM: parameters by size of the data, number of trees, the model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import lightgbm
import numpy as np
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit

from ml.sample import Design

MANY_ROWS = 50_000
_PATIENCE = 100
_MOST_ROUNDS = 6_000
_TOGETHER_FROM = 15_000  # rows from which features may act together
_BINNED_BY = 50_000  # rows that bin edges are taken from

Split = tuple[np.ndarray, np.ndarray]
A = TypeVar("A")
B = TypeVar("B")


def parameters(rows: int, features: int, seed: int) -> dict[str, Any]:
    """LightGBM parameters for a sample of so many rows, and so many features.

    With few rows, only small trees on few features at a time generalise, and how features act
    together cannot be learned: "additive", a name of ours, gives every tree one feature (a
    generalised additive model; Lou, Caruana, Gehrke 2012, "Intelligible models for
    classification and regression"). Trees may grow as rows come in. Everything that makes
    results depend on the machine is fixed.

    >>> small, large = parameters(4_000, 300, seed=1), parameters(250_000, 300, seed=1)
    >>> small["num_leaves"] < large["num_leaves"]
    True
    """
    growth = float(np.clip(rows / 5_000, 1, 60))
    few = rows < MANY_ROWS
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": 0.03 if few else 0.02,
        "additive": rows < _TOGETHER_FROM,
        "extra_trees": few,  # thresholds drawn at random: the strongest cure for few rows
        "num_leaves": round(8 * growth**0.3),
        "max_depth": round(4 * growth**0.17),
        "min_data_in_leaf": round(60 * growth**0.25),
        "feature_fraction": round(float(np.clip(15 * growth**0.2 / features, 0.02, 1)), 4),
        "bagging_fraction": 0.6 if few else 0.8,
        "bagging_freq": 1,
        "lambda_l1": 1.0,
        "lambda_l2": 20.0,
        "max_bin": 63 if few else 255,
        "cat_smooth": 50.0,
        "cat_l2": 50.0,
        "min_data_per_group": 100,
        "bin_construct_sample_cnt": _BINNED_BY,
        "seed": seed,
        "deterministic": True,
        "force_col_wise": True,  # cheap when few features are drawn for a tree
        "verbosity": -1,
    }


def threads(rows: int) -> int:
    """Threads for one fit: on few rows they would only wait for each other; 0 means all."""
    return 1 if rows < MANY_ROWS else 0


def dataset(
    design: Design, rows: np.ndarray, y: np.ndarray, params: dict[str, Any]
) -> lightgbm.Dataset:
    """Bin rows of a design, without a copy of their values.

    Parameters
    ----------
    rows : array of int, shape (n,)
    y : array of int, shape (n,)
        Outcomes of these rows.
    """
    data = lightgbm.Dataset(
        design.rows(rows),
        y.astype(np.float64),
        categorical_feature=design.categorical,
        params=_known(params, rows=len(rows), features=len(design.features)),
    )
    return data.construct()


def fit(
    data: lightgbm.Dataset,
    params: dict[str, Any],
    rounds: int,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> lightgbm.Booster:
    """Grow so many trees."""
    booster = _booster(data, params)
    for done in range(rounds):
        booster.update()
        progress(done + 1, rounds)
    return booster


def choose_rounds(
    data: lightgbm.Dataset, y: np.ndarray, params: dict[str, Any], *, folds: int
) -> int:
    """Number of trees, by early stopping inside the rows of `data`.

    Parameters
    ----------
    data : lightgbm.Dataset
        The rows that may be learned from.
    y : array, shape (n,)
        Their outcomes.
    folds : int
        Folds whose best numbers are averaged; with one, a fifth of the rows is held back.
    """
    best = []
    for fit_rows, rows in splits(y, folds, params["seed"]):
        booster = _booster(data.subset(fit_rows.tolist()).construct(), params)
        booster.add_valid(data.subset(rows.tolist()), "held back")
        best.append(_stop_early(booster))
    return max(1, round(float(np.mean(best))))


def splits(y: np.ndarray, folds: int, seed: int) -> Iterator[Split]:
    """Stratified folds as sorted row numbers; one fold means a single split of 80 to 20."""
    if folds == 1:
        split = StratifiedShuffleSplit(1, test_size=0.2, random_state=seed).split(y, y)
    else:
        split = StratifiedKFold(folds, shuffle=True, random_state=seed).split(y, y)
    for fit_rows, rows in split:
        yield np.sort(fit_rows), np.sort(rows)


def raw_scores(booster: lightgbm.Booster, batches: Iterable[np.ndarray]) -> np.ndarray:
    """Raw scores of rows that come in batches, float64, shape (n,)."""
    scores = [booster.predict(X, raw_score=True, num_threads=1) for X in batches]
    return np.concatenate([np.empty(0), *scores])


def side_by_side(work: Callable[[A], B], items: Iterable[A], rows: int) -> Iterator[B]:
    """Do pieces of work of so many rows each: few rows on all cores, many one by one."""
    if threads(rows) != 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(work, items)


def _booster(data: lightgbm.Dataset, params: dict[str, Any]) -> lightgbm.Booster:
    known = _known(params, rows=data.num_data(), features=data.num_feature())
    return lightgbm.Booster(known, data)


def _known(params: dict[str, Any], *, rows: int, features: int) -> dict[str, Any]:
    """Parameters in LightGBM's own words."""
    known = {name: value for name, value in params.items() if name != "additive"}
    if params.get("additive"):
        known["interaction_constraints"] = [[j] for j in range(features)]
    return known | {"num_threads": threads(rows)}


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
