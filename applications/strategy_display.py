"""Strategies as managers read them: rules in words, cut-offs on an axis, two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.summary import money, number, percentage
from monitoring.models import Outcome
from scoring.policy import RULES
from scoring.strategies import StrategyTerms


@dataclass(frozen=True)
class RuleInWords:
    label: Promise | str
    condition: str
    outcome: str


@dataclass(frozen=True)
class Stretch:
    """A stretch of the PD axis, in hundredths of its length."""

    outcome: str
    x: float
    width: float


@dataclass(frozen=True)
class Difference:
    """One line of two strategies side by side."""

    label: Promise | str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def rules_in_words(rules: Mapping[str, Mapping[str, Any]]) -> list[RuleInWords]:
    """The rules of a strategy, in the order of the policy."""
    return [
        RuleInWords(rule.label, _condition(code, rules[code]), rules[code]["outcome"])
        for code, rule in RULES.items()
        if code in rules
    ]


def limit_in_words(unit: str, limit: float) -> str:
    """A limit with its unit: 21 years, 40.0 %, 20 times, €450,000."""
    if unit == "years":
        return ngettext("%(n)s year", "%(n)s years", int(limit)) % {"n": number(limit)}
    if unit == "share":
        return percentage(limit)
    if unit == "times":
        return _("%(n)s times") % {"n": number(limit)}
    return money(limit)


def axis(terms: StrategyTerms, *beside: StrategyTerms) -> list[Stretch]:
    """The cut-offs on an axis that also holds those of the strategies `beside`."""
    highest = min(1.0, 2.5 * max(t.decline_from for t in (terms, *beside)))
    bounds = (0.0, terms.refer_from / highest, terms.decline_from / highest, 1.0)
    return [
        Stretch(outcome.value, round(100 * low, 3), round(100 * (high - low), 3))
        for outcome, low, high in zip(
            (Outcome.APPROVE, Outcome.REFER, Outcome.DECLINE), bounds[:-1], bounds[1:], strict=True
        )
        if high > low
    ]


def differences(before: StrategyTerms, after: StrategyTerms) -> list[Difference]:
    """Two strategies, line by line: rules that neither has are left out."""
    lines = [
        Difference(
            _("Refer from"), percentage(before.refer_from, 2), percentage(after.refer_from, 2)
        ),
        Difference(
            _("Decline from"),
            percentage(before.decline_from, 2),
            percentage(after.decline_from, 2),
        ),
        Difference(_("Cost ratio"), number(before.cost_ratio), number(after.cost_ratio)),
    ]
    lines += [
        Difference(rule.label, _setting(code, before.rules), _setting(code, after.rules))
        for code, rule in RULES.items()
        if code in before.rules or code in after.rules
    ]
    lines += [
        Difference(
            _("Second manager from amount"),
            _optional(before.second_manager_amount, number),
            _optional(after.second_manager_amount, number),
        ),
        Difference(
            _("Second manager from PD"),
            _optional(before.second_manager_pd, percentage),
            _optional(after.second_manager_pd, percentage),
        ),
    ]
    return lines


def _condition(code: str, setting: Mapping[str, Any]) -> str:
    rule = RULES[code]
    if not rule.unit:
        return str(rule.condition)
    return str(rule.condition) % {"limit": limit_in_words(rule.unit, setting["limit"])}


def _setting(code: str, rules: Mapping[str, Mapping[str, Any]]) -> str:
    if code not in rules:
        return _("Off")
    said = {"refer": _("Refer"), "decline": _("Decline")}[rules[code]["outcome"]]
    limit = rules[code].get("limit")
    return said if limit is None else f"{said}: {limit_in_words(RULES[code].unit, limit)}"


def _optional(value: float | None, shown: Any) -> str:
    return _("None") if value is None else shown(value)
