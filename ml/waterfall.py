"""How a probability of default comes about, step by step from the average score.

Contributions add up on the raw score. The same scale is read as PDs through the calibration, so
that nothing is lost: steps are drawn where they add up, and any place on the way has its PD.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.calibration import Calibration

# Round PDs for an axis: the coarse ones for a long way, the others between them for a short one.
_COARSE = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99)
_FINE = (*_COARSE, 0.003, 0.015, 0.03, 0.04, 0.06, 0.07, 0.08, 0.12, 0.15, 0.25, 0.3, 0.5, 0.7)
_FEW = 4


@dataclass(frozen=True)
class Step:
    """One reason's part of the way, on the raw score and as PDs.

    Attributes
    ----------
    start, end : float
        Raw scores before and after.
    pd : float
        Where the way has come to.
    """

    key: str
    start: float
    end: float
    pd: float


@dataclass(frozen=True)
class Waterfall:
    """The whole way; `ticks` are PDs with their place on the raw score, for an axis."""

    base: float
    base_pd: float
    steps: list[Step]
    ticks: list[tuple[float, float]]


def waterfall(
    calibration: Calibration,
    base: float,
    parts: Sequence[tuple[str, float]],
    *,
    shown: int,
    rest: str,
) -> Waterfall:
    """Lay out the way from the average score to this one.

    Parameters
    ----------
    base : float
        The model's average raw score.
    parts : sequence of (key, contribution)
        In the order they shall be walked; with `base` they add up to the raw score.
    shown : int
        How many parts stand for themselves; the others are one step under the key `rest`.
    """
    told = list(parts[:shown])
    if others := parts[shown:]:
        told.append((rest, sum(part for _, part in others)))
    edges = np.cumsum([base, *(part for _, part in told)])
    pds = calibration(edges)
    steps = [
        Step(key, float(edges[i]), float(edges[i + 1]), float(pds[i + 1]))
        for i, (key, _) in enumerate(told)
    ]
    return Waterfall(base, float(pds[0]), steps, _ticks(calibration, edges))


def raw_score(calibration: Calibration, pd: float) -> float:
    """Return the raw score that is calibrated to a PD.

    >>> raw_score(Calibration(raw=(-1.0, 1.0), log_odds=(-3.0, 1.0)), 0.5)
    0.5
    """
    x, y = np.asarray(calibration.raw), np.asarray(calibration.log_odds)
    wanted = np.log(pd / (1 - pd))
    segment = int(np.clip(np.searchsorted(y, wanted) - 1, 0, len(x) - 2))
    slope = (x[segment + 1] - x[segment]) / (y[segment + 1] - y[segment])
    return float(x[segment] + slope * (wanted - y[segment]))


def _ticks(calibration: Calibration, edges: np.ndarray) -> list[tuple[float, float]]:
    """Round PDs on the way, and the next one on either side of it."""
    coarse = _around(calibration, edges, _COARSE)
    return coarse if len(coarse) > _FEW else _around(calibration, edges, sorted(_FINE))


def _around(
    calibration: Calibration, edges: np.ndarray, pds: Sequence[float]
) -> list[tuple[float, float]]:
    places = [(pd, raw_score(calibration, pd)) for pd in pds]
    low = max((x for _, x in places if x <= edges.min()), default=-np.inf)
    high = min((x for _, x in places if x >= edges.max()), default=np.inf)
    return [(pd, x) for pd, x in places if low <= x <= high]
