"""How good a score is, with the uncertainty of saying so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ml.cost import RATIO, per_applicant

_RESAMPLES = 200
_INTERVAL = (0.025, 0.975)


def auc(score: np.ndarray, target: np.ndarray) -> float:
    """Area under the ROC curve; 0.5 where only one outcome occurs.

    >>> auc(np.array([0.1, 0.2, 0.3]), np.array([0, 0, 1]))
    1.0
    """
    bad = target == 1
    n_bad, n_good = int(bad.sum()), int((~bad).sum())
    if not (n_bad and n_good):
        return 0.5
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # equal scores share their mean rank
    return float((ranks[bad].sum() - n_bad * (n_bad + 1) / 2) / (n_bad * n_good))


def brier(pd: np.ndarray, target: np.ndarray) -> float:
    """Mean squared distance from probability to outcome."""
    return float(np.mean((pd - target) ** 2))


def evaluate(
    pd: np.ndarray, target: np.ndarray, cut_off: float, *, seed: int, ratio: float = RATIO
) -> dict[str, float | list[float]]:
    """AUC, cost per applicant and Brier score, each with a 95 % bootstrap interval.

    Returns
    -------
    dict
        `auc`, `cost_per_applicant`, `brier`, and for each a `..._interval` of two numbers;
        also `applicants`, `defaults` and `refused_share`.
    """
    figures: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "auc": auc,
        "cost_per_applicant": lambda p, y: per_applicant(p, y, cut_off, ratio),
        "brier": brier,
    }
    rng = np.random.default_rng(seed)
    draws = [rng.integers(len(pd), size=len(pd)) for _ in range(_RESAMPLES)]
    result: dict[str, float | list[float]] = {
        "applicants": len(pd),
        "defaults": int(target.sum()),
        "refused_share": float(np.mean(pd >= cut_off)),
    }
    for name, figure in figures.items():
        resampled = [figure(pd[draw], target[draw]) for draw in draws]
        result[name] = figure(pd, target)
        result[f"{name}_interval"] = [float(v) for v in np.quantile(resampled, _INTERVAL)]
    return result
