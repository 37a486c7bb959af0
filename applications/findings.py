"""What policy rules found, in a banker's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from applications.summary import money
from scoring.policy import RULES


@dataclass(frozen=True)
class ToldFinding:
    """A rule that spoke: its name, what it says, the figures behind it, and what follows."""

    code: str
    label: Promise | str
    sentence: Promise | str
    figures: str
    outcome: str


def told(findings: Iterable[Mapping[str, Any]]) -> list[ToldFinding]:
    """Return findings as a decision holds them, ready to be read."""
    return [_told(finding) for finding in findings]


def label_of(reason: str) -> Promise | str:
    """Name why a case was referred: `pd`, or the code of a rule."""
    if reason == "pd":
        return _("PD between the cut-offs")
    return RULES[reason].label if reason in RULES else reason


def _told(finding: Mapping[str, Any]) -> ToldFinding:
    code = str(finding["code"])
    rule = RULES.get(code)
    if rule is None:  # a rule that was given up since
        return ToldFinding(code, code, "", "", str(finding["outcome"]))
    return ToldFinding(
        code=code,
        label=rule.label,
        sentence=rule.sentence,
        figures=_figures(rule.unit, finding["value"], finding.get("limit")),
        outcome=str(finding["outcome"]),
    )


def _figures(unit: str, value: float, limit: float | None) -> str:
    if not unit or limit is None:
        return ""
    # One decimal, or as many as tell the value from the limit it broke.
    decimals = next((d for d in (1, 2, 3) if round(value, d) != round(limit, d)), 3)
    if unit == "share":
        value, limit = 100 * value, 100 * limit
    return _("%(value)s; the limit is %(limit)s") % {
        "value": _in_unit(unit, round(value, decimals)),
        "limit": _in_unit(unit, round(limit, decimals)),
    }


def _in_unit(unit: str, value: float) -> str:
    shown = formats.localize(int(value) if float(value).is_integer() else value)
    if unit == "share":
        return f"{shown}\u00a0%"
    if unit == "years":
        return _("%(years)s years") % {"years": shown}
    if unit == "times":
        return _("%(times)s monthly incomes") % {"times": shown}
    return money(value)
