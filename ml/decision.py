"""From a probability of default to a recommendation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What the desk recommends."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"


@dataclass(frozen=True)
class CutOffs:
    """The probabilities of default at which the recommendation changes.

    Attributes
    ----------
    refer_from : float
        From here on a person decides.
    decline_from : float
        From here on the recommendation is to decline.
    cost_optimal : float
        The single cut-off of lowest cost on training data, between the two.

    Raises
    ------
    ValueError
        Unless 0 < refer_from <= cost_optimal <= decline_from < 1.
    """

    refer_from: float
    decline_from: float
    cost_optimal: float

    def __post_init__(self) -> None:
        if not 0 < self.refer_from <= self.cost_optimal <= self.decline_from < 1:
            raise ValueError(f"Cut-offs must rise within 0 and 1, got {self}.")

    @classmethod
    def at_ratio(cls, refer_from: float, decline_from: float, cost_ratio: float) -> CutOffs:
        """Two cut-offs, and between them the one of lowest cost where PDs are what they say.

        >>> CutOffs.at_ratio(0.1, 0.2, cost_ratio=10).cost_optimal
        0.1
        """
        best = 1 / (1 + cost_ratio)
        return cls(refer_from, decline_from, min(max(best, refer_from), decline_from))

    def decide(self, pd: float) -> Outcome:
        """Recommend for a probability of default.

        >>> cut_offs = CutOffs(refer_from=0.08, decline_from=0.12, cost_optimal=0.09)
        >>> [cut_offs.decide(pd).value for pd in (0.079, 0.08, 0.119, 0.12)]
        ['approve', 'refer', 'refer', 'decline']
        """
        if not 0 <= pd <= 1:
            raise ValueError(f"A probability of default lies in 0 to 1, got {pd}.")
        if pd < self.refer_from:
            return Outcome.APPROVE
        return Outcome.REFER if pd < self.decline_from else Outcome.DECLINE
