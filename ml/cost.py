"""What decisions cost the bank, and the cut-off at which they cost least.

A missed defaulter costs `ratio` units, a good client refused costs one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.decision import CutOffs

RATIO = 10.0
_RESAMPLES = 200
_INTERVAL = (0.10, 0.90)  # where the best cut-off lies in 80 % of resamples


@dataclass(frozen=True)
class CostCurve:
    """Cost per applicant at every cut-off that decides differently.

    Attributes
    ----------
    cut_offs : array of float, shape (k,)
        Rising; refused is who has this PD or a higher one.
    costs : array of float, shape (k,)
        In units of one good client refused, per applicant.
    """

    cut_offs: np.ndarray
    costs: np.ndarray

    @property
    def best(self) -> float:
        """The cut-off of lowest cost."""
        return float(self.cut_offs[int(np.argmin(self.costs))])


def per_applicant(
    pd: np.ndarray, target: np.ndarray, cut_off: float, ratio: float = RATIO
) -> float:
    """Cost per applicant when everyone from `cut_off` on is refused.

    >>> per_applicant(np.array([0.2, 0.05]), np.array([0, 1]), cut_off=0.1)
    5.5
    """
    refused = pd >= cut_off
    missed = np.count_nonzero(~refused & (target == 1))
    lost = np.count_nonzero(refused & (target == 0))
    return float((ratio * missed + lost) / len(pd))


def curve(pd: np.ndarray, target: np.ndarray, ratio: float = RATIO) -> CostCurve:
    """Cost per applicant over all cut-offs; refusing nobody is the last one."""
    order = np.argsort(pd, kind="stable")
    costs = _costs(target[order], np.ones(len(pd)), ratio)
    values, first = np.unique(pd[order], return_index=True)
    cut_offs = np.append(values, (values[-1] + 1) / 2)
    return CostCurve(cut_offs, costs[np.append(first, len(pd))] / len(pd))


def choose_cut_offs(
    pd: np.ndarray, target: np.ndarray, *, seed: int, ratio: float = RATIO
) -> CutOffs:
    """Choose the cut-off of lowest cost, and the band around it that a person decides.

    The best cut-off of one data set is a matter of luck within a flat valley. The median
    over bootstrap resamples is steadier; the middle 80 % of them is the referral band.

    Parameters
    ----------
    pd : array of float, shape (n,)
        Calibrated, out-of-fold.
    target : array of int, shape (n,)
        1 for a default.
    """
    order = np.argsort(pd, kind="stable")
    ranked, outcome = pd[order], target[order]
    rng = np.random.default_rng(seed)
    best = np.empty(_RESAMPLES)
    for i in range(_RESAMPLES):
        weights = np.bincount(rng.integers(len(pd), size=len(pd)), minlength=len(pd))
        at = int(np.argmin(_costs(outcome, weights, ratio)))
        best[i] = ranked[min(at, len(pd) - 1)]
    low, high = np.quantile(best, _INTERVAL)
    return CutOffs(
        refer_from=round(float(low), 6),
        decline_from=round(float(high), 6),
        cost_optimal=round(float(np.median(best)), 6),
    )


def _costs(outcome: np.ndarray, weights: np.ndarray, ratio: float) -> np.ndarray:
    """Cost of refusing from each rank on, shape (n + 1,); outcomes sorted by rising PD."""
    missed = np.concatenate([[0.0], np.cumsum(weights * (outcome == 1))])
    good = np.concatenate([[0.0], np.cumsum(weights * (outcome == 0))])
    return np.asarray(ratio * missed + good[-1] - good)
