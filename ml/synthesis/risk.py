"""The model behind TARGET: log-odds that add up over drivers, each on a known curve.

A driver's curve says how the log-odds run along it (from default rates by fifth, or its
normal scores), a coefficient says how much of that is its own once all others are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from ml.synthesis import normal
from ml.synthesis.normal import Floats

_TWENTIETHS: Final[Floats] = np.linspace(0.0, 1.0, 21)
_FURTHEST: Final = 2.3
"""Normal score up to which a curve is extended beyond its outer fifths."""


def predict(frame: pl.DataFrame, risk: Mapping[str, Any]) -> Floats:
    """Return the probability of default of each row, shape (rows,)."""
    x = design(frame, risk["curves"])
    x = (x - np.asarray(risk["means"])) / np.asarray(risk["spreads"])
    return sigmoid(risk["intercept"] + x @ np.asarray(risk["coefficients"]))


def design(frame: pl.DataFrame, curves: Sequence[Mapping[str, Any]]) -> Floats:
    """Return each curve's value for each row, shape (rows, curves)."""
    return np.column_stack([evaluate(frame[curve["column"]], curve) for curve in curves])


def sigmoid(log_odds: Floats) -> Floats:
    """Return probabilities.

    Examples
    --------
    >>> sigmoid(np.array([0.0])).tolist()
    [0.5]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)


def evaluate(column: pl.Series, curve: Mapping[str, Any]) -> Floats:
    """Return the height of `curve` at each value of `column`."""
    missing = float(curve["missing"])
    if "levels" in curve:
        texts = column.cast(pl.Float64).cast(pl.String) if column.dtype.is_numeric() else column
        heights: Floats = texts.replace_strict(
            curve["levels"], default=0.0, return_dtype=pl.Float64
        ).to_numpy()
        return np.where(column.is_null().to_numpy(), missing, heights)
    values: Floats = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    unknown = np.isnan(values) | (values == curve.get("sentinel", np.inf))
    height: Floats = np.interp(values, curve["x"], curve["y"])
    return np.where(unknown, missing, height)


def curve_of_fifths(
    quantiles: Sequence[float], rates: Sequence[float | None], average: float
) -> tuple[list[float], list[float]]:
    """Return knots x and log-odds y over the 21 `quantiles` of a column.

    Between the middles of the fifths the log-odds run straight in the normal score of the
    rank, and beyond the outer middles they run on, up to a score of ±2.3.
    """
    known = [i for i, rate in enumerate(rates) if rate is not None]
    z = normal.quantile(np.array([0.1 + 0.2 * i for i in known]))
    y = np.array([log_odds(rates[i] or 0.0, average) for i in known])
    at = np.clip(normal.quantile(_TWENTIETHS), -_FURTHEST, _FURTHEST)
    height = np.interp(at, z, y)
    if len(known) > 1:
        low, high = at < z[0], at > z[-1]
        height[low] = y[0] + (at[low] - z[0]) * (y[1] - y[0]) / (z[1] - z[0])
        height[high] = y[-1] + (at[high] - z[-1]) * (y[-1] - y[-2]) / (z[-1] - z[-2])
    x, first = np.unique(np.asarray(quantiles), return_index=True)
    last = len(quantiles) - 1 - np.unique(np.asarray(quantiles)[::-1], return_index=True)[1]
    return x.tolist(), [
        round(float(height[a : b + 1].mean()), 4) for a, b in zip(first, last, strict=True)
    ]


def log_odds(rate: float, average: float) -> float:
    """Return the log-odds of `rate` above those of `average`.

    Examples
    --------
    >>> log_odds(0.5, 0.5)
    0.0
    """
    bounded = min(max(rate, 0.005), 0.6)
    return float(np.log(bounded / (1 - bounded)) - np.log(average / (1 - average)))


def solve(x: Floats, moments: Floats, rate: float, penalties: Floats) -> tuple[float, Floats]:
    """Return intercept and coefficients whose risk moves with each driver as wanted.

    Minimises the mean of log(1 + exp(a + xb)) - (rate·a + m·b) + ½ Σ λ b²; at the minimum
    and without penalty the average risk is `rate` and its covariance with each (centred)
    driver equals `moments`: the likelihood equations of a logistic regression, with the
    left side taken from elsewhere.

    Parameters
    ----------
    x
        Centred and scaled drivers, shape (rows, drivers).
    moments
        Wanted covariance of default and driver, shape (drivers,).
    """
    full = np.column_stack([np.ones(len(x)), x])
    target = np.concatenate([[rate], moments])
    ridge = np.diag(np.concatenate([[0.0], penalties]))
    beta = np.zeros(full.shape[1])
    beta[0] = np.log(rate / (1 - rate))
    for _ in range(50):
        p = sigmoid(full @ beta)
        gradient = full.T @ p / len(x) - target + ridge @ beta
        hessian = (full * (p * (1 - p))[:, None]).T @ full / len(x) + ridge
        step = np.linalg.solve(hessian, gradient)
        beta -= step * min(1.0, 2.0 / float(np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return float(beta[0]), beta[1:]
