"""Families of models that LightGBM is compared with, each fitted on the same columns and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ml import validation
from ml.fitting import MANY_ROWS
from ml.sample import Design
from ml.validation import Fit, Scorer

_BINS = 8
_SMOOTHING = 20.0  # applicants of average risk added to every bin
_NEAREST = 1e-6  # probabilities are held this far from 0 and 1


@dataclass(frozen=True)
class _Classifier:
    """A scikit-learn model on a design."""

    design: Design
    model: Any

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        parts = [self.model.predict_proba(X)[:, 1] for X in self.design.batches(rows)]
        return np.asarray(logit(np.clip(np.concatenate(parts), _NEAREST, 1 - _NEAREST)))


class WeightOfEvidence:
    """Columns in bins, each replaced by how much its bin speaks for default.

    A bin with a share b of all defaulters and g of all good clients has the weight
    log(b / g), shrunk towards 0 by 20 applicants of average risk (Siddiqi 2006, "Credit Risk
    Scorecards", chapter 6). What is not known is a bin of its own; levels are bins.

    Examples
    --------
    >>> X = np.repeat([[0.0], [1.0], [np.nan]], 100, axis=0).astype(np.float32)
    >>> y = np.concatenate([np.tile([0, 0, 0, 1], 25), np.tile([0, 1], 50), np.tile([0, 1], 50)])
    >>> weights = WeightOfEvidence().fit(X, y).transform(X)
    >>> bool(weights[0, 0] < 0 < weights[100, 0] == weights[200, 0])
    True
    """

    def fit(self, X: np.ndarray, y: np.ndarray) -> WeightOfEvidence:
        """Choose bins of equal size and weigh them."""
        quantiles = np.linspace(0, 1, _BINS + 1)[1:-1]
        self._edges = [
            np.unique(np.quantile(known, quantiles)) if len(known) else np.empty(0)
            for known in (column[~np.isnan(column)] for column in X.T)
        ]
        rate = y.mean()
        self._weights = []
        for column, edges in zip(X.T, self._edges, strict=True):
            bins = _binned(column, edges)
            rows = np.bincount(bins, minlength=len(edges) + 2)
            bad = np.bincount(bins, weights=y, minlength=len(edges) + 2) + _SMOOTHING * rate
            self._weights.append(logit(bad / (rows + _SMOOTHING)) - logit(rate))
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Weights, shape of `X`."""
        return np.column_stack(
            [
                weights[_binned(column, edges)]
                for column, edges, weights in zip(X.T, self._edges, self._weights, strict=True)
            ]
        )


def _binned(column: np.ndarray, edges: np.ndarray) -> np.ndarray:
    unknown = np.isnan(column)
    return np.where(unknown, len(edges) + 1, np.searchsorted(edges, column, side="right"))


def _scorecard(design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> Scorer:
    """Logistic regression on weights of evidence, the banks' classic."""
    model = make_pipeline(
        WeightOfEvidence(),
        StandardScaler(),
        LogisticRegression(C=0.002, max_iter=500, random_state=seed),
    )
    return _Classifier(design, model.fit(design.take(rows), y))


def _random_forest(design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> Scorer:
    model = RandomForestClassifier(
        n_estimators=400,
        min_samples_leaf=20,
        max_features=0.1,
        n_jobs=-1,
        random_state=seed,
        max_samples=min(len(rows), 100_000),
    )
    return _Classifier(design, model.fit(design.take(rows), y))


def _histogram_boosting(design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> Scorer:
    few = design.size < MANY_ROWS
    model = HistGradientBoostingClassifier(
        learning_rate=0.03,
        max_iter=1_000,
        early_stopping=True,
        validation_fraction=0.2,
        n_iter_no_change=50,
        max_leaf_nodes=8 if few else 24,
        min_samples_leaf=60,
        l2_regularization=20.0,
        max_features=0.1,
        random_state=seed,
    )
    return _Classifier(design, model.fit(design.take(rows), y))


FAMILIES: Mapping[str, Fit] = {
    "scorecard": _scorecard,
    "random forest": _random_forest,
    "histogram boosting": _histogram_boosting,
    "lightgbm": validation.boosted(),
}
