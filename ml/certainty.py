"""How far a probability of default can be relied on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest


@dataclass(frozen=True)
class Observed:
    """What became of some past loans.

    Attributes
    ----------
    low, high : float
        95 % interval of their default rate (Wilson, 1927).
    """

    loans: int
    defaults: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The part of them that was not repaid."""
        return self.defaults / self.loans


def observed(target: np.ndarray) -> Observed:
    """Count defaults, with the interval of their rate.

    Raises
    ------
    ValueError
        If there are no loans.

    Examples
    --------
    >>> found = observed(np.array([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
    >>> found.defaults, round(found.low, 3), round(found.high, 3)
    (1, 0.018, 0.404)
    """
    loans, defaults = len(target), int(np.sum(target))
    if not loans:
        raise ValueError("Nothing can be observed without loans.")
    interval = binomtest(defaults, loans).proportion_ci(0.95, method="wilson")
    return Observed(loans, defaults, float(interval.low), float(interval.high))


def around(pd: float, pds: np.ndarray, target: np.ndarray, count: int) -> Observed:
    """Return what became of the `count` past loans whose PDs, out of fold, were nearest."""
    nearest = np.argsort(np.abs(_log_odds(pds) - _log_odds(np.array(pd))), kind="stable")
    return observed(target[nearest[:count]])


def _log_odds(pd: np.ndarray) -> np.ndarray:
    # On this scale 1 % is as far from 2 % as 10 % is from about 18 %.
    inside = np.clip(pd, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(inside / (1 - inside)))
