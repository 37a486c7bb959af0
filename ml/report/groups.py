"""Counts the report needs that are no metrics: deciles, confusion, ranking curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_RESAMPLES = 1_000
_INTERVAL = (0.025, 0.975)


class Group(NamedTuple):
    """Applicants of like PD.

    `low` and `high` bound the observed share in 95 % of bootstrap resamples.
    """

    applicants: int
    defaults: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True)
class Confusion:
    """How decisions at one cut-off met the outcomes, in applicants."""

    approved_good: int
    approved_bad: int
    refused_good: int
    refused_bad: int

    @property
    def applicants(self) -> int:
        """All of them."""
        return self.approved_good + self.approved_bad + self.refused_good + self.refused_bad


def by_pd(pd: np.ndarray, target: np.ndarray, count: int = 10) -> list[Group]:
    """Split applicants into groups of equal size by rising PD.

    >>> pd, target = np.array([0.1, 0.4, 0.2, 0.3]), np.array([0, 1, 0, 1])
    >>> [(g.applicants, g.defaults, round(g.predicted, 2)) for g in by_pd(pd, target, 2)]
    [(2, 0, 0.15), (2, 2, 0.35)]
    """
    rng = np.random.default_rng(0)
    groups = []
    for rows in np.array_split(np.argsort(pd, kind="stable"), min(count, len(pd))):
        n, defaults = len(rows), int(target[rows].sum())
        # Resampling the outcomes of a group is drawing its defaults from a binomial.
        low, high = np.quantile(rng.binomial(n, defaults / n, _RESAMPLES) / n, _INTERVAL)
        groups.append(
            Group(n, defaults, float(pd[rows].mean()), defaults / n, float(low), float(high))
        )
    return groups


def confusion(pd: np.ndarray, target: np.ndarray, cut_off: float) -> Confusion:
    """Count outcomes of refusing everyone from `cut_off` on.

    >>> confusion(np.array([0.1, 0.2, 0.3]), np.array([0, 1, 1]), 0.2)
    Confusion(approved_good=1, approved_bad=0, refused_good=0, refused_bad=2)
    """
    refused, bad = pd >= cut_off, target == 1
    return Confusion(
        approved_good=int(np.sum(~refused & ~bad)),
        approved_bad=int(np.sum(~refused & bad)),
        refused_good=int(np.sum(refused & ~bad)),
        refused_bad=int(np.sum(refused & bad)),
    )


def found(pd: np.ndarray, target: np.ndarray, points: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Share of defaulters found when so large a share of all, riskiest first, is looked at.

    Returns
    -------
    looked_at, found : arrays, shape (at most points,)
        Rising from 0 to 1.

    Examples
    --------
    >>> found(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 0, 1, 1]))[1].tolist()
    [0.0, 0.5, 1.0, 1.0, 1.0]
    """
    caught = np.append(0, np.cumsum(target[np.argsort(-pd, kind="stable")] == 1))
    at = thinned(len(caught), points)
    return at / len(pd), caught[at] / caught[-1]


def thinned(length: int, points: int) -> np.ndarray:
    """Indices of so many of the elements of a long curve, evenly, with both ends."""
    return np.unique(np.linspace(0, length - 1, min(length, points)).round().astype(int))
