"""Policy rules beside the score: what the bank decides whatever the model says.

A strategy holds its rules by code, each with an `outcome` ("refer" or "decline") and, where
the rule has one, a `limit`:

    {"minimum_age": {"outcome": "decline", "limit": 21}, "watch_list": {"outcome": "refer"}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.models import Completeness, Outcome

_SEVERITY = (Outcome.APPROVE, Outcome.REFER, Outcome.DECLINE)
OUTCOMES = (Outcome.REFER, Outcome.DECLINE)


@dataclass(frozen=True)
class Facts:
    """What rules look at.

    Attributes
    ----------
    columns : mapping
        Raw application columns, as scored.
    completeness : str
        One of `Completeness`.
    age : int or None
        In whole years, on the day of the application.
    on_watch_list : bool
        Whether the applicant is on the bank's watch list.
    """

    columns: Mapping[str, Any]
    completeness: str
    age: int | None = None
    on_watch_list: bool = False

    def number(self, column: str) -> float | None:
        value = self.columns.get(column)
        return None if value is None else float(value)

    def ratio(self, over: str, under: str) -> float | None:
        numerator, denominator = self.number(over), self.number(under)
        return numerator / denominator if numerator is not None and denominator else None


def whole_years(born: date | None, on: date) -> int | None:
    """Return the age on a day, as people count it.

    >>> whole_years(date(2000, 2, 29), date(2018, 2, 28))
    17
    >>> whole_years(date(2000, 2, 1), date(2018, 2, 1))
    18
    """
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@dataclass(frozen=True)
class Rule:
    """A kind of rule that a strategy may hold.

    Attributes
    ----------
    unit : str
        Of its limit: "years", "amount", "share", "times"; empty for a rule without a limit.
    measure : callable
        The applicant's value, None if it is not known; then the rule says nothing.
    breaks : callable
        Whether a value breaks a limit.
    condition : str
        When it speaks, in words; `%(limit)s` is the limit with its unit.
    lowest, highest : float
        What its limit may be.
    """

    code: str
    label: Promise | str
    sentence: Promise | str
    unit: str
    measure: Callable[[Facts], float | None]
    breaks: Callable[[float, float], bool]
    condition: Promise | str
    lowest: float = 0.0
    highest: float = 0.0


@dataclass(frozen=True)
class Finding:
    """A rule that spoke: what it found, against which limit, and what follows."""

    code: str
    outcome: str
    value: float
    limit: float | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _below(value: float, limit: float) -> bool:
    return value < limit


def _above(value: float, limit: float) -> bool:
    return value > limit


def _from(value: float, limit: float) -> bool:
    return value >= limit


def _holds(value: float, _limit: float) -> bool:
    return value > 0


def _only_the_form(facts: Facts) -> float:
    scored = any(facts.columns.get(f"EXT_SOURCE_{i}") is not None for i in (1, 2, 3))
    return float(facts.completeness == Completeness.FORM and not scored)


RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(
            "minimum_age",
            _("Minimum age"),
            _("The applicant is younger than the bank’s policy allows."),
            "years",
            lambda facts: facts.age,
            _below,
            _("The applicant is younger than %(limit)s."),
            lowest=18,
            highest=100,
        ),
        Rule(
            "maximum_age",
            _("Maximum age"),
            _("The applicant is older than the bank’s policy allows for this loan."),
            "years",
            lambda facts: facts.age,
            _above,
            _("The applicant is older than %(limit)s."),
            lowest=18,
            highest=120,
        ),
        Rule(
            "minimum_income",
            _("Minimum income"),
            _("The income is below what the bank’s policy asks for."),
            "amount",
            lambda facts: facts.number("AMT_INCOME_TOTAL"),
            _below,
            _("The monthly income is below %(limit)s."),
            lowest=1,
            highest=1e12,
        ),
        Rule(
            "maximum_debt_ratio",
            _("Maximum debt ratio"),
            _("The instalment takes a larger share of the income than the bank’s policy allows."),
            "share",
            lambda facts: facts.ratio("AMT_ANNUITY", "AMT_INCOME_TOTAL"),
            _above,
            _("The instalment takes more than %(limit)s of the monthly income."),
            lowest=0.001,
            highest=10,
        ),
        Rule(
            "maximum_loan_to_income",
            _("Maximum loan in monthly incomes"),
            _("The loan is larger, compared with the income, than the bank’s policy allows."),
            "times",
            lambda facts: facts.ratio("AMT_CREDIT", "AMT_INCOME_TOTAL"),
            _above,
            _("The loan is larger than %(limit)s the monthly income."),
            lowest=0.1,
            highest=10_000,
        ),
        Rule(
            "large_amount",
            _("Large amount"),
            _("A loan of this size is decided by a manager."),
            "amount",
            lambda facts: facts.number("AMT_CREDIT"),
            _from,
            _("The loan is %(limit)s or more."),
            lowest=1,
            highest=1e12,
        ),
        Rule(
            "missing_data",
            _("Too little is known"),
            _("Neither a loan history nor an external score is known."),
            "",
            _only_the_form,
            _holds,
            _("Neither a loan history nor an external score is known."),
        ),
        Rule(
            "watch_list",
            _("Watch list"),
            _("The applicant is on the bank’s watch list."),
            "",
            lambda facts: float(facts.on_watch_list),
            _holds,
            _("The applicant is on the bank’s watch list."),
        ),
    )
}


def findings(rules: Mapping[str, Mapping[str, Any]], facts: Facts) -> list[Finding]:
    """Return what the rules of a strategy say of an applicant, in the order of `RULES`."""
    found = []
    for code, rule in RULES.items():
        if code not in rules:
            continue
        value, limit = rule.measure(facts), rules[code].get("limit")
        if value is not None and rule.breaks(value, 0.0 if limit is None else limit):
            found.append(Finding(code, rules[code]["outcome"], value, limit))
    return found


def wrong(rules: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the codes of those rules that no strategy may hold as they are given."""
    return [code for code, setting in rules.items() if not _valid(code, setting)]


def decide(score: str, found: Sequence[Finding]) -> Outcome:
    """Return the most severe of what the score and the rules say.

    >>> decide("approve", [Finding("watch_list", "refer", 1.0, None)]).value
    'refer'
    """
    said = [Outcome(score), *(Outcome(finding.outcome) for finding in found)]
    return max(said, key=_SEVERITY.index)


def _valid(code: str, setting: Mapping[str, Any]) -> bool:
    rule = RULES.get(code)
    if rule is None or setting.get("outcome") not in OUTCOMES:
        return False
    limit = setting.get("limit")
    if not rule.unit:
        return limit is None
    return isinstance(limit, int | float) and rule.lowest <= limit <= rule.highest
