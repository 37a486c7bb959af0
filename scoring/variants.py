"""What a score and its decision would be under other terms. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from ml.bundle import Bundle
from ml.decision import CutOffs
from monitoring.models import Outcome, Prediction
from scoring import inputs, policy, registry, services
from scoring.models import Strategy

Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Tried:
    """A score that was tried out, with what the policy rules say beside it.

    Attributes
    ----------
    outcome : Outcome
        The decision: the most severe of what the score and the rules say.
    refer_from, decline_from : float
        The cut-offs in force, as a stored prediction has them.
    """

    pd: float
    outcome: Outcome
    findings: Sequence[policy.Finding]
    refer_from: float
    decline_from: float

    @property
    def approved(self) -> bool:
        return self.outcome == Outcome.APPROVE


@dataclass(frozen=True)
class Basis:
    """What every variant of an application shares: all that nobody may change, and the champion.

    Attributes
    ----------
    columns : mapping
        Raw columns that were scored.
    history : array of float64 or None
        The history vector that was scored.
    """

    columns: Columns
    history: np.ndarray | None = field(repr=False)
    completeness: str
    age: int | None
    on_watch_list: bool
    bundle: Bundle
    strategy: Strategy | None

    @property
    def cut_offs(self) -> CutOffs:
        return self.strategy.cut_offs if self.strategy else self.bundle.cut_offs

    @property
    def stamp(self) -> str:
        """Names the model and the strategy, so that a change of either shows."""
        return f"{self.bundle.sha256[:16]}-{self.strategy.version if self.strategy else 0}"

    def score(self, changes: Columns) -> Tried:
        """Score one variant, step by step as `scoring.services.score` does.

        Raises
        ------
        InvalidInput
            If a changed column holds what no score takes.
        """
        columns = {**self.columns, **inputs.application(changes)}
        row = self.bundle.row(columns, self.history)
        return self._decided(columns, float(self.bundle.predict(row)[0]))

    def score_all(self, variants: Sequence[Columns]) -> list[Tried]:
        """Score many variants, in one pass over the trees.

        Raises
        ------
        InvalidInput
            If a changed column holds what no score takes.
        """
        if not variants:
            return []
        columns = [{**self.columns, **inputs.application(changes)} for changes in variants]
        rows = np.concatenate([self.bundle.row(one, self.history) for one in columns])
        pds = self.bundle.predict(rows)
        return [self._decided(one, float(pd)) for one, pd in zip(columns, pds, strict=True)]

    def _decided(self, columns: Columns, pd: float) -> Tried:
        facts = policy.Facts(columns, self.completeness, self.age, self.on_watch_list)
        findings = policy.findings(self.strategy.rules if self.strategy else {}, facts)
        return Tried(
            pd=pd,
            outcome=policy.decide(self.cut_offs.decide(pd), findings),
            findings=findings,
            refer_from=self.cut_offs.refer_from,
            decline_from=self.cut_offs.decline_from,
        )


def basis(*, prediction: Prediction, age: int | None, on_watch_list: bool, at: datetime) -> Basis:
    """Return what variants of a stored prediction share, under today's champion and strategy.

    Raises
    ------
    NoChampion
        If there is no model to score with.
    OutdatedHistory
        If the stored history was laid out for other features than today's.
    """
    return Basis(
        columns=prediction.inputs,
        history=services.history_of(prediction),
        completeness=prediction.completeness,
        age=age,
        on_watch_list=on_watch_list,
        bundle=registry.champion(),
        strategy=Strategy.objects.in_force(at),
    )
