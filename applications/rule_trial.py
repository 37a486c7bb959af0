"""Policy rules tried on past decisions before they go live.

Each of the latest automatic decisions is taken again from the inputs its score was computed
from: the score by the tried cut-offs first, then each rule, then all of them. The watch list is
today's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from applications import watch_list
from applications.models import Decision
from ml.decision import CutOffs
from monitoring.models import Outcome
from scoring import policy
from scoring.strategies import StrategyTerms

LATEST = 10_000
_EXAMPLES = 5


class Example(NamedTuple):
    """A decision that would have been another."""

    application_id: UUID
    reference: str
    was: str
    would_be: str


@dataclass
class Effect:
    """What one rule, or all of them, would have done.

    Attributes
    ----------
    spoke : int
        Decisions on which it found something.
    changed : int
        Those that it would have made stricter than the score alone.
    """

    label: Promise | str = ""
    spoke: int = 0
    changed: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, example: Example) -> None:
        self.spoke += 1
        if example.was != example.would_be:
            self.changed += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(example)


@dataclass
class Trial:
    """What the rules would have done to the sample.

    Attributes
    ----------
    decisions : int
        How many were taken again: the latest ones.
    of : int
        How many automatic decisions there are.
    effects : dict
        By code of the rule.
    together : Effect
        Of all rules, against the score alone.
    made_otherwise : Effect
        Of cut-offs and rules, against the decisions as they were made.
    before, after : dict
        Decisions by outcome, as they were made and as they would be.
    """

    decisions: int
    of: int
    oldest: datetime | None
    effects: dict[str, Effect]
    together: Effect
    made_otherwise: Effect
    before: dict[str, int]
    after: dict[str, int]

    @property
    def outcomes(self) -> list[tuple[str, int, int]]:
        """Each outcome with how many decisions it had, and would have."""
        return [(outcome, self.before[outcome], self.after[outcome]) for outcome in self.before]

    @property
    def by_rule(self) -> list[Effect]:
        """Each rule, then all of them together where there are several."""
        return [*self.effects.values(), *([self.together] if len(self.effects) > 1 else [])]


def tried(terms: StrategyTerms, *, latest: int = LATEST) -> Trial:
    """Take the latest automatic decisions again. Three queries."""
    sample = _sample(latest)
    listed = watch_list.all_named() if "watch_list" in terms.rules else watch_list.nobody
    trial = Trial(
        decisions=len(sample),
        of=Decision.objects.automatic().count(),
        oldest=sample[-1]["decided_at"] if sample else None,
        effects={
            code: Effect(rule.label) for code, rule in policy.RULES.items() if code in terms.rules
        },
        together=Effect(_("All rules together")),
        made_otherwise=Effect(),
        before=dict.fromkeys(Outcome.values, 0),
        after=dict.fromkeys(Outcome.values, 0),
    )
    cut_offs = CutOffs.at_ratio(terms.refer_from, terms.decline_from, terms.cost_ratio)
    for row in sample:
        score = Outcome(cut_offs.decide(row["prediction__pd"]))
        _take_again(row, score, policy.findings(terms.rules, _facts(row, listed)), trial)
    return trial


def _sample(latest: int) -> list[dict[str, Any]]:
    found = Decision.objects.automatic().order_by("-decided_at")
    return [
        {**row}
        for row in found.values(
            "application_id",
            "outcome",
            "decided_at",
            "application__reference",
            "application__client_number",
            "application__first_name",
            "application__last_name",
            "application__birth_date",
            "prediction__inputs",
            "prediction__completeness",
            "prediction__pd",
        )[:latest]
    ]


def _take_again(
    row: dict[str, Any], score: Outcome, found: list[policy.Finding], trial: Trial
) -> None:
    decided = policy.decide(score, found)
    for finding in found:
        alone = policy.decide(score, [finding])
        trial.effects[finding.code].add(_example(row, score, alone))
    if found:
        trial.together.add(_example(row, score, decided))
    trial.made_otherwise.add(_example(row, row["outcome"], decided))
    trial.before[row["outcome"]] += 1
    trial.after[decided] += 1


def _facts(row: dict[str, Any], listed: watch_list.Named) -> policy.Facts:
    return policy.Facts(
        columns=row["prediction__inputs"],
        completeness=row["prediction__completeness"],
        age=policy.whole_years(
            row["application__birth_date"], timezone.localtime(row["decided_at"]).date()
        ),
        on_watch_list=listed(
            client_number=row["application__client_number"],
            first_name=row["application__first_name"],
            last_name=row["application__last_name"],
            birth_date=row["application__birth_date"],
        ),
    )


def _example(row: dict[str, Any], was: str, would_be: str) -> Example:
    return Example(row["application_id"], row["application__reference"], str(was), str(would_be))
