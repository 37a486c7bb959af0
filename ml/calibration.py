"""From raw scores to probabilities of default that hold what they say.

A logistic curve through the out-of-fold scores, bent by a shrunken isotonic regression where
there is enough data to bend it. The result is piecewise linear in log-odds and strictly
increasing, so that the ranking of the raw score stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_BOUND = 30.0  # log-odds beyond which a probability is as good as 0 or 1
_MIN_SLOPE = 0.05
_PER_KNOT = 1_000  # scores for one knot


@dataclass(frozen=True)
class Calibration:
    """A strictly increasing, piecewise linear map from raw score to log-odds.

    Attributes
    ----------
    raw : tuple of float
        Raw scores of the knots, rising.
    log_odds : tuple of float
        Calibrated log-odds of default at the knots, rising.

    Examples
    --------
    >>> even = Calibration(raw=(-1.0, 1.0), log_odds=(-1.0, 1.0))
    >>> even(np.array([0.0, 5.0])).round(4).tolist()
    [0.5, 0.9933]
    """

    raw: tuple[float, ...]
    log_odds: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "raw", tuple(self.raw))
        object.__setattr__(self, "log_odds", tuple(self.log_odds))
        if len(self.raw) != len(self.log_odds) or len(self.raw) < 2:
            raise ValueError("A calibration needs two knots or more.")
        for values in (self.raw, self.log_odds):
            if not (np.isfinite(values).all() and (np.diff(values) > 0).all()):
                raise ValueError("The knots of a calibration must rise strictly.")

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        """Return probabilities of default in (0, 1), shape of `raw`."""
        x, y = np.asarray(self.raw), np.asarray(self.log_odds)
        slopes = np.diff(y) / np.diff(x)
        segment = np.clip(np.searchsorted(x, raw) - 1, 0, len(slopes) - 1)
        log_odds = y[segment] + slopes[segment] * (np.asarray(raw, np.float64) - x[segment])
        return _sigmoid(np.clip(log_odds, -_BOUND, _BOUND))


def fit(raw: np.ndarray, target: np.ndarray) -> Calibration:
    """Fit a calibration on scores of rows the model has not seen.

    Parameters
    ----------
    raw : array of float, shape (n,)
        Out-of-fold raw scores.
    target : array of int, shape (n,)
        1 for a default.

    Raises
    ------
    ValueError
        Unless both outcomes occur.
    """
    raw, target = np.asarray(raw, np.float64), np.asarray(target, np.float64)
    if not 0 < target.mean() < 1:
        raise ValueError("A calibration needs defaults and repaid loans.")
    slope, intercept = _logistic(raw, target)
    if slope < _MIN_SLOPE:  # the score ranks nobody; keep its order, promise the mean
        slope, intercept = _MIN_SLOPE, _logit(target.mean()) - _MIN_SLOPE * raw.mean()
    knots = _knots(raw)
    return Calibration(
        raw=tuple(knots.tolist()),
        log_odds=tuple(_bent(knots, raw, target, slope, intercept).tolist()),
    )


def _logistic(raw: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of a logistic regression, by Newton's method.

    On the standardised score, and from no slope on: there its steps do not overshoot.
    """
    centre, scale = raw.mean(), max(raw.std(), 1e-9)
    design = np.column_stack([(raw - centre) / scale, np.ones_like(raw)])
    weights = np.array([0.0, _logit(target.mean())])
    for _ in range(50):
        p = _sigmoid(np.clip(design @ weights, -_BOUND, _BOUND))
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, design.T @ (target - p))
        weights = weights + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    slope = float(weights[0] / scale)
    return slope, float(weights[1] - slope * centre)


def _knots(raw: np.ndarray) -> np.ndarray:
    n = int(np.clip(len(raw) // _PER_KNOT, 2, 30))
    knots = np.unique(np.quantile(raw, np.linspace(0.001, 0.999, n)))
    if len(knots) > 1 and knots[-1] - knots[0] > 1e-6:
        return np.asarray(knots[np.concatenate([[True], np.diff(knots) > 1e-6])])
    return np.array([knots[0] - 1, knots[0] + 1])


def _bent(
    knots: np.ndarray, raw: np.ndarray, target: np.ndarray, slope: float, intercept: float
) -> np.ndarray:
    """Log-odds at the knots: the logistic line, moved towards the local default rate.

    Around each knot the observed and the expected number of defaults are compared; a
    prior of 50 expected defaults keeps thinly covered knots on the line.
    """
    line = slope * knots + intercept
    expected = _sigmoid(np.clip(slope * raw + intercept, -_BOUND, _BOUND))
    nearest = np.searchsorted((knots[1:] + knots[:-1]) / 2, raw)
    seen = np.bincount(nearest, weights=target, minlength=len(knots))
    due = np.bincount(nearest, weights=expected, minlength=len(knots))
    bent = line + np.log((seen + 50) / (due + 50))
    rising = np.maximum.accumulate(bent)
    # A small share of the line keeps flat stretches strictly rising.
    return np.asarray(0.95 * rising + 0.05 * line)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
