"""How groups of applicants fare, and when a difference between them is a warning.

A share is compared with that of the best-approved group of the same attribute that is large
enough to be more than chance: below four fifths of it, 29 CFR 1607.4 D sees evidence of
adverse impact. That is a rule for employment, which lenders have taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

FEWEST = 100  # applicants; the shares of smaller groups would be chance
FOUR_FIFTHS = 0.8
AGES = (30, 40, 50, 60)
DAYS_A_YEAR = 365.25
_Z = 1.959963984540054  # two-sided 95 % of the normal distribution


def age_labels() -> list[str]:
    """Name the age bands that `AGES` cut.

    >>> age_labels()
    ['below 30', '30 to 39', '40 to 49', '50 to 59', '60 and over']
    """
    between = [f"{low} to {high - 1}" for low, high in pairwise(AGES)]
    return [f"below {AGES[0]}", *between, f"{AGES[-1]} and over"]


def impact_ratios(shares: Sequence[float | None], sizes: Sequence[int]) -> list[float | None]:
    """Approved share of each group over that of the best-approved large enough one.

    None where no group is large enough or approved at all, and where a share is not known.

    >>> impact_ratios([0.8, 0.4, 1.0], [100, 100, 99])
    [1.0, 0.5, 1.25]
    """
    pairs = zip(shares, sizes, strict=True)
    best = max((s for s, n in pairs if n >= FEWEST and s is not None), default=None)
    return [share / best if best and share is not None else None for share in shares]


def interval(successes: float, trials: float) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson 1927); None without trials.

    >>> [round(bound, 4) for bound in interval(80, 100)]
    [0.7112, 0.8666]
    """
    if not trials:
        return None
    share, z2 = successes / trials, _Z**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _Z / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)
