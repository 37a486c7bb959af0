"""Honest figures: every row scored by a model that learned nothing from it.

Selection of features, group statistics, number of trees and the model itself are made anew in
each fold, from the other folds alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import lightgbm
import numpy as np

from ml import calibration, cost, fitting, metrics, selection
from ml.sample import Design, Sample
from ml.selection import Selection

FOLDS = 5
_INNER_FOLDS = 3

Progress = Callable[[int, int], None]


class Scorer(Protocol):
    """A fitted model."""

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Raw scores (log-odds, not yet calibrated) of rows of the sample."""


@dataclass(frozen=True)
class Boosted:
    """LightGBM, fitted on a design with a number of trees that was chosen before."""

    design: Design
    booster: lightgbm.Booster
    params: dict[str, Any]
    rounds: int

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Raw scores of rows of the sample."""
        return fitting.raw_scores(self.booster, self.design.batches(rows))


# From the chosen columns, the rows that may be learned from, their outcomes and a seed.
Fit = Callable[[Design, np.ndarray, np.ndarray, int], Scorer]


@dataclass(frozen=True)
class Recipe:
    """How a model is made from rows: what may be chosen from, and how it is fitted.

    Attributes
    ----------
    fit : callable
        Fits on chosen columns.
    protected : bool
        Whether protected attributes are candidates.
    most : int
        How many features are kept at the most.
    fits : int
        Splits on which the selection asks for usefulness.
    """

    fit: Fit
    protected: bool = False
    most: int = selection.MOST
    fits: int = selection.FITS

    def choose(self, sample: Sample, rows: np.ndarray, seed: int) -> tuple[Design, Selection]:
        """Fit group statistics and select features on `rows` alone."""
        design = sample.design(rows, protected=self.protected)
        chosen = selection.select(
            design, rows, sample.y[rows], seed=seed, most=self.most, fits=self.fits
        )
        return design.only(chosen.kept), chosen


@dataclass(frozen=True)
class Fold:
    """One fold: its rows, what was chosen without them, and the model that scored them."""

    fit_rows: np.ndarray = field(repr=False)
    rows: np.ndarray = field(repr=False)
    design: Design
    selection: Selection
    scorer: Scorer


@dataclass(frozen=True)
class Validation:
    """The outcome of a cross-validation.

    Attributes
    ----------
    rows : array of int, shape (n,)
        The rows of the sample that took part.
    raw : array of float64, shape (n,)
        Raw scores, each from a model that learned nothing from the row.
    folds : list of Fold
    pd : array of float64, shape (n,)
        The scores as probabilities of default, each fold calibrated by the others.
    """

    rows: np.ndarray = field(repr=False)
    raw: np.ndarray = field(repr=False)
    folds: list[Fold]
    pd: np.ndarray = field(repr=False)

    def figures(self, sample: Sample) -> dict[str, float]:
        """`auc`, `cost_per_applicant` (the lowest over cut-offs), `brier` and `ece`."""
        y = sample.y[self.rows]
        return {
            "auc": metrics.auc(self.raw, y),
            "cost_per_applicant": float(cost.curve(self.raw, y).costs.min()),
            "brier": metrics.brier(self.pd, y),
            "ece": metrics.ece(self.pd, y),
        }


def boosted(
    over: dict[str, Any] | None = None, *, inner_folds: int | None = None
) -> Callable[[Design, np.ndarray, np.ndarray, int], Boosted]:
    """Fit LightGBM with the parameters for so many rows, changed by `over`."""

    def fit(design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> Boosted:
        # By the size of the sample, not of the part at hand: all fits are of one kind.
        params = fitting.parameters(design.size, len(design.features), seed) | (over or {})
        data = fitting.dataset(design, rows, y, params)
        folds = inner_folds or (_INNER_FOLDS if design.size < fitting.MANY_ROWS else 1)
        rounds = fitting.choose_rounds(data, y, params, folds=folds)
        booster = fitting.fit(data, params, rounds)
        return Boosted(design, booster, params, rounds)

    return fit


def cross_validate(
    sample: Sample,
    rows: np.ndarray,
    recipe: Recipe,
    *,
    seed: int,
    folds: int = FOLDS,
    progress: Progress = lambda _done, _of: None,
) -> Validation:
    """Score `rows` out of fold by stratified folds.

    Parameters
    ----------
    sample : Sample
    rows : array of int, shape (n,)
        The rows of the sample that take part; no other is looked at.
    recipe : Recipe
    seed : int
        Fixes folds and models.
    """
    y = sample.y[rows]

    def one(split: fitting.Split) -> Fold:
        fit_rows, scored = rows[split[0]], rows[split[1]]
        design, chosen = recipe.choose(sample, fit_rows, seed)
        scorer = recipe.fit(design, fit_rows, sample.y[fit_rows], seed)
        return Fold(fit_rows, scored, design, chosen, scorer)

    done: list[Fold] = []
    progress(0, folds)
    for fold in fitting.side_by_side(one, fitting.splits(y, folds, seed), len(rows)):
        done.append(fold)
        progress(len(done), folds)
    raw = _assembled(rows, [(fold.rows, fold.scorer(fold.rows)) for fold in done])
    return Validation(rows, raw, done, _calibrated(rows, raw, y, done))


def refit(
    sample: Sample,
    validation: Validation,
    fit: Fit,
    names: Callable[[Fold], Sequence[str]],
    *,
    seed: int,
) -> np.ndarray:
    """Out-of-fold raw scores of the same folds with other columns, shape (n,).

    `names` says which columns a fold's model may use, group statistics and protected
    attributes included.
    """

    def one(fold: Fold) -> tuple[np.ndarray, np.ndarray]:
        design = sample.design(fold.fit_rows, protected=True).only(names(fold))
        scorer = fit(design, fold.fit_rows, sample.y[fold.fit_rows], seed)
        return fold.rows, scorer(fold.rows)

    parts = list(fitting.side_by_side(one, validation.folds, len(validation.rows)))
    return _assembled(validation.rows, parts)


def _calibrated(
    rows: np.ndarray, raw: np.ndarray, y: np.ndarray, folds: Sequence[Fold]
) -> np.ndarray:
    """Probabilities of default: no row's outcome bends the curve that it is read from."""
    pd = np.empty(len(rows))
    for fold in folds:
        scored = np.isin(rows, fold.rows)
        pd[scored] = calibration.fit(raw[~scored], y[~scored])(raw[scored])
    return pd


def _assembled(rows: np.ndarray, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Scores of folds in the order of `rows`."""
    raw: np.ndarray = np.full(int(rows.max()) + 1, np.nan)
    for scored, scores in parts:
        raw[scored] = scores
    return np.asarray(raw[rows])
