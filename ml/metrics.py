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


def ece(pd: np.ndarray, target: np.ndarray) -> float:
    """Expected calibration error: how far PDs are from default rates, over ten equal groups.

    Naeini, Cooper, Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian
    binning", with groups of equal size.

    >>> ece(np.full(20, 0.5), np.tile([0, 1], 10))
    0.0
    """
    groups = np.array_split(np.argsort(pd, kind="stable"), 10)
    gaps = [abs(pd[group].mean() - target[group].mean()) for group in groups if len(group)]
    sizes = [len(group) for group in groups if len(group)]
    return float(np.average(gaps, weights=sizes))


def evaluate(
    pd: np.ndarray, target: np.ndarray, cut_off: float, *, seed: int, ratio: float = RATIO
) -> dict[str, float | list[float]]:
    """AUC, cost per applicant, Brier score and calibration error with 95 % bootstrap intervals.

    The intervals are bootstrap percentiles freed of the bootstrap's own bias.

    Returns
    -------
    dict
        `auc`, `cost_per_applicant`, `brier`, `ece`, and for each a `..._interval` of two
        numbers; also `applicants`, `defaults` and `refused_share`.
    """
    figures: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "auc": auc,
        "cost_per_applicant": lambda p, y: per_applicant(p, y, cut_off, ratio),
        "brier": brier,
        "ece": ece,
    }
    rng = np.random.default_rng(seed)
    draws = [rng.integers(len(pd), size=len(pd)) for _ in range(_RESAMPLES)]
    result: dict[str, float | list[float]] = {
        "applicants": len(pd),
        "defaults": int(target.sum()),
        "refused_share": float(np.mean(pd >= cut_off)),
    }
    for name, figure in figures.items():
        value = figure(pd, target)
        resampled = np.array([figure(pd[draw], target[draw]) for draw in draws])
        # Resampling adds unevenness of its own, which a calibration error counts as error.
        centred = resampled - resampled.mean() + value
        result[name] = value
        result[f"{name}_interval"] = _interval(np.maximum(centred, 0))
    return result


def difference_interval(
    figure: Callable[[np.ndarray, np.ndarray], float],
    pds: tuple[np.ndarray, np.ndarray],
    target: np.ndarray,
    *,
    seed: int,
) -> list[float]:
    """95 % bootstrap interval of how much more a figure is for the second PDs, same applicants."""
    rng = np.random.default_rng(seed)
    differences = []
    for _ in range(_RESAMPLES):
        draw = rng.integers(len(target), size=len(target))
        first, second = (figure(pd[draw], target[draw]) for pd in pds)
        differences.append(second - first)
    return _interval(differences)


def _interval(resampled: np.ndarray | list[float]) -> list[float]:
    return [float(value) for value in np.quantile(resampled, _INTERVAL)]
