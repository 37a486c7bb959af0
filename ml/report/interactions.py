"""How strongly pairs of features act together."""

from __future__ import annotations

import lightgbm
import numpy as np

from ml.report.groups import thinned

_ROWS = 30
_ROUNDING = 1e-9


def interactions(
    booster: lightgbm.Booster,
    X: np.ndarray,
    columns: np.ndarray,
) -> np.ndarray:
    """Strength of the interaction of each pair of features.

    The root of the numerator of Friedman's H² (Friedman and Popescu, 2008, "Predictive learning
    via rule ensembles", section 8.1): by how much the partial dependence on two features
    differs from the sum of those on each. TreeExplainer has no interaction values for LightGBM
    models that split on levels.

    Parameters
    ----------
    booster : lightgbm.Booster
    X : array of float32, shape (n, n_features)
        Rows, of which 30 at equal distances are used.
    columns : array of int, shape (k,)
        The features to pair.

    Returns
    -------
    array of float64, shape (k, k)
        Root mean square in log-odds; symmetric, 0 on the diagonal.
    """
    rows = X[thinned(len(X), _ROWS)]
    alone = [_dependence(booster, rows, [j]) for j in columns]
    strength = np.zeros((len(columns), len(columns)))
    for i in range(len(columns)):
        for j in range(i):
            both = _dependence(booster, rows, [columns[i], columns[j]])
            strength[i, j] = np.sqrt(np.mean((both - alone[i] - alone[j]) ** 2))
    strength[strength < _ROUNDING] = 0
    return strength + strength.T


def _dependence(booster: lightgbm.Booster, rows: np.ndarray, columns: list[int]) -> np.ndarray:
    """Centred partial dependence at each row's own values, shape (n,)."""
    n = len(rows)
    mixed = np.tile(rows, (n, 1))
    mixed[:, columns] = np.repeat(rows[:, columns], n, axis=0)
    scores = np.asarray(booster.predict(mixed, raw_score=True, num_threads=1))
    mean = scores.reshape(n, n).mean(axis=1)
    return np.asarray(mean - mean.mean())
