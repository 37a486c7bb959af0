"""Choosing features: at most 354 of the wide set, each drop with its reason.

Four questions, asked on training rows only. Is the feature known and not the same for all? Does
it say more than one before it? Does the model gain more by it than by shuffled outcomes? Is it
among the most useful? Asking on several splits keeps the answer stable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from scipy.stats import rankdata

from ml import fitting
from ml.sample import Design

MOST = 354
FITS = 4
_FEWEST_KNOWN = 30
_SAME = 0.995  # rank correlation from which one of two features is enough
_COMPARED = 20_000  # rows that features are compared on
_ROUNDS = 300
_LEAST = 20  # features are kept in any case: with very few rows none can be told from chance


@dataclass(frozen=True)
class Selection:
    """The outcome of a selection.

    Attributes
    ----------
    kept : tuple of str
        Names in the order of the design.
    dropped : dict of str to str
        Why each other feature was dropped, in a phrase.
    """

    kept: tuple[str, ...]
    dropped: dict[str, str]


def select(
    design: Design,
    rows: np.ndarray,
    y: np.ndarray,
    *,
    seed: int,
    most: int = MOST,
    fits: int = FITS,
) -> Selection:
    """Choose among the columns of a design.

    Parameters
    ----------
    design : Design
        All candidates.
    rows : array of int, shape (n,)
        The rows that may be learned from.
    y : array of int, shape (n,)
        Their outcomes.
    most : int
        How many features to keep at the most.
    fits : int
        Splits on which usefulness is asked for; one is enough for a large sample.
    """
    dropped: dict[str, str] = {}
    rng = np.random.default_rng(seed)
    compared = np.sort(rng.permutation(rows)[:_COMPARED])
    X = design.take(compared)
    dropped |= dict(_silent(design, X))
    dropped |= dict(_repeated(design, X, dropped))
    left = design.only([name for name in design.names if name not in dropped])
    dropped |= _useless(left, rows, y, seed=seed, most=most, fits=fits)
    return Selection(tuple(n for n in design.names if n not in dropped), dropped)


def _silent(design: Design, X: np.ndarray) -> Iterator[tuple[str, str]]:
    """Features that are known for hardly anyone, or have one value for everyone."""
    for name, values in zip(design.names, X.T, strict=True):
        known = values[~np.isnan(values)]
        if len(known) < _FEWEST_KNOWN:
            yield name, f"known for fewer than {_FEWEST_KNOWN} applicants"
        elif len(known) == len(values) and (values == values[0]).all():
            yield name, "the same for everyone"


def _repeated(design: Design, X: np.ndarray, dropped: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Features that rank applicants as an earlier one does, with the same gaps."""
    columns = [j for j, name in enumerate(design.names) if name not in dropped]
    # Codes of levels have no order to compare.
    columns = [j for j in columns if design.features[j].levels is None]
    ranks = np.column_stack([rankdata(np.nan_to_num(X[:, j], nan=-np.inf)) for j in columns])
    ranks = (ranks - ranks.mean(axis=0)) / np.maximum(ranks.std(axis=0), 1e-9)
    likeness = np.abs(ranks.T @ ranks / len(X))
    for i, j in enumerate(columns):
        earlier = np.flatnonzero(likeness[i, :i] > _SAME)
        if len(earlier):
            other = design.names[columns[int(earlier[0])]]
            yield design.names[j], f"ranks applicants as {other} does"


def _useless(
    design: Design, rows: np.ndarray, y: np.ndarray, *, seed: int, most: int, fits: int
) -> dict[str, str]:
    """Features the model gains no more by than by chance, or less than by `most` others.

    Gains with true outcomes are set against gains with shuffled ones (Altmann et al. 2010,
    "Permutation importance: a corrected feature importance measure"), on several splits.
    """
    params = fitting.parameters(design.size, len(design.features), seed) | {
        "additive": False,
        "extra_trees": True,
        "learning_rate": 0.05,
    }
    data = fitting.dataset(design, rows, y, params)
    fits = fits if design.size < fitting.MANY_ROWS else 1
    true, chance = (
        np.array(list(_gains(data, y, params, fits, shuffled=shuffled)))
        for shuffled in (False, True)
    )
    won = (true > chance).mean(axis=0) >= 0.5
    excess = true.mean(axis=0) - chance.mean(axis=0)
    ranked = np.argsort(-excess, kind="stable")
    useful = [j for rank, j in enumerate(ranked) if rank < _LEAST or (won[j] and excess[j] > 0)]
    kept, too_many = useful[:most], useful[most:]
    names = design.names
    return {
        name: f"less useful than {most} others"
        if j in too_many
        else "no more useful than by chance"
        for j, name in enumerate(names)
        if j not in kept
    }


def _gains(
    data: lightgbm.Dataset, y: np.ndarray, params: dict[str, Any], fits: int, *, shuffled: bool
) -> Iterator[np.ndarray]:
    """Each fit's gain by feature, shape (n_features,)."""
    for k in range(fits):
        rng = np.random.default_rng([params["seed"], k])
        used = np.sort(rng.permutation(len(y))[: round(0.8 * len(y))])
        part = data.subset(used.tolist()) if fits > 1 else data
        outcome = y[used] if fits > 1 else y
        part.construct().set_label(rng.permutation(outcome) if shuffled else outcome)
        booster = fitting.fit(part, params | {"seed": params["seed"] + k}, _ROUNDS)
        yield booster.feature_importance("gain")
