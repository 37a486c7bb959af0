"""The principal reasons of a refusal, as an applicant may and must be told them.

The rules behind it: 12 CFR 1002.9(b)(2) with its commentary (specific reasons, the true ones,
four at most, from each part of the process that the application failed), GDPR articles 9, 15
and 22, and the CNIL's practice. A reason that names or reveals a protected attribute, or that
tells about other people, is never given; where it would be among the four, `left_out` names
it for the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.choices import OverrideReason
from applications.letters.amounts import money
from applications.letters.causes import sentence_of
from applications.models import Decision
from applications.summary import number, percentage
from ml.concepts import Concept
from monitoring.models import Outcome
from scoring.models import Explanation
from scoring.policy import RULES

AT_MOST = 4
_TELLING = 0.03  # a concept that weighs less than this of the strongest one is no reason
_ABOUT_AS_MUCH = 0.5  # of what the leading feature of a concept weighs


@dataclass(frozen=True)
class Ground:
    """A principal reason: its stable code, and its sentence in the active language."""

    code: str
    sentence: str


class Lack(StrEnum):
    """Why the reasons of a refusal cannot be given yet."""

    PENDING = "pending"  # the explanation is being computed
    FAILED = "failed"  # it could not be computed
    WORDING = "wording"  # what the manager chose says nothing specific
    UNLAWFUL = "unlawful"  # all that spoke against the loan must not be given as a reason


@dataclass(frozen=True)
class Grounds:
    """What a letter gives as reasons, what it must not, and what is still lacking."""

    told: list[Ground] = field(default_factory=list)
    left_out: list[Promise | str] = field(default_factory=list)  # in the reader's language
    lack: Lack | None = None

    @property
    def codes(self) -> list[str]:
        return [ground.code for ground in self.told]


def grounds(decision: Decision, explanation: Explanation | None, *, wording: str = "") -> Grounds:
    """Return the principal reasons of a refusal, none for any other decision.

    Parameters
    ----------
    decision : Decision
        With its prediction.
    explanation : Explanation, optional
        Of that prediction.
    wording : str
        The manager's reason in words for the applicant, where a code alone is not specific.
    """
    if decision.outcome != Outcome.DECLINE:
        return Grounds()
    by_score = _failed_by_score(decision)
    if by_score and (explanation is None or explanation.status != Explanation.Status.READY):
        failed = explanation is not None and explanation.status == Explanation.Status.FAILED
        return Grounds(lack=Lack.FAILED if failed else Lack.PENDING)
    scored = list(_of_score(explanation)) if by_score and explanation else []
    found = [*_of_manager(decision, wording), *_of_policy(decision), *scored]
    told = [Ground(code, sentence) for code, _label, sentence in found if sentence]
    left_out = [label for _code, label, sentence in found[:AT_MOST] if not sentence]
    return Grounds(told[:AT_MOST], left_out, _lack(decision, told, wording))


def _lack(decision: Decision, told: list[Ground], wording: str) -> Lack | None:
    by_person = decision.kind != Decision.Kind.AUTOMATIC
    if by_person and not wording and (decision.reason_code in _VAGUE or not told):
        return Lack.WORDING
    return None if told else Lack.UNLAWFUL


def _failed_by_score(decision: Decision) -> bool:
    """Whether the score is a part of the process that the application failed.

    In the grey band a person decides after the score: reasons then come from both.
    """
    automatic = decision.kind == Decision.Kind.AUTOMATIC
    passed = {Outcome.APPROVE, Outcome.REFER} if automatic else {Outcome.APPROVE}
    return decision.prediction.outcome not in passed


# Code, label for the bank, and the sentence for the applicant: empty if it must not be given.
_Found = tuple[str, Promise | str, str]


def _of_manager(decision: Decision, wording: str) -> Iterator[_Found]:
    if decision.kind == Decision.Kind.AUTOMATIC:
        return
    code = decision.reason_code
    if wording:
        yield code or OverrideReason.OTHER.value, "", wording
    elif code in _BY_MANAGER:
        yield code, "", str(_BY_MANAGER[code])


def _of_policy(decision: Decision) -> Iterator[_Found]:
    for finding in _findings(decision):
        code = finding["code"]
        if finding["outcome"] == Outcome.DECLINE or (
            decision.kind != Decision.Kind.AUTOMATIC and code not in _NO_FAULT
        ):
            yield code, RULES[code].label, _BY_POLICY[code](finding)


def _findings(decision: Decision) -> list[dict[str, Any]]:
    """What the policy found; a person's decision follows on the automatic one."""
    automatic: Decision | None = decision
    if decision.kind != Decision.Kind.AUTOMATIC:
        automatic = decision.application.decisions.filter(kind=Decision.Kind.AUTOMATIC).first()
    return list(automatic.findings) if automatic else []


def _of_score(explanation: Explanation) -> Iterator[_Found]:
    """What spoke against the loan, strongest first: of each concept the thing that weighed."""
    groups = explanation.grouped
    strongest = max((abs(group["contribution"]) for group in groups), default=0.0)
    for group in groups:
        if group["contribution"] > _TELLING * strongest:
            concept = Concept(group["concept"])
            code, sentence = _leading(concept, group["drivers"])
            yield code or concept.value, gettext_lazy(concept.label), sentence


def _leading(concept: Concept, drivers: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The reason behind what weighed most against the loan, if that may and can be told.

    If not, the next thing is told in its place only where it weighed about as much: a lesser one
    would not be the true reason.
    """
    against = [driver for driver in drivers if driver["contribution"] > 0]
    most = max((driver["contribution"] for driver in against), default=0.0)
    for driver in against:
        if driver["contribution"] < _ABOUT_AS_MUCH * most:
            continue
        code, sentence = sentence_of(concept, driver["feature"], driver["value"])
        if sentence:
            return code, sentence
    return "", ""


_VAGUE = frozenset({OverrideReason.OTHER, OverrideReason.HIDDEN_RISK})
_BY_MANAGER: Mapping[str, Promise | str] = {
    OverrideReason.NEW_DOCUMENTS: gettext_lazy(
        "Documents that we received after your application change its assessment."
    ),
    OverrideReason.SECURITY: gettext_lazy(
        "The security or the guarantor offered does not cover the loan."
    ),
    OverrideReason.RELATIONSHIP: gettext_lazy(
        "Your accounts with us were not kept as we expect it for a loan."
    ),
    OverrideReason.BUDGET: gettext_lazy(
        "Your household budget, as checked with you, leaves too little for the repayments."
    ),
    OverrideReason.DATA_ERROR: gettext_lazy(
        "Information in your application had to be corrected, which changes its assessment."
    ),
    OverrideReason.FRAUD: gettext_lazy(
        "We could not confirm that the information or documents given to us are genuine."
    ),
}

# A rule that only calls for a manager says nothing against the applicant.
_NO_FAULT = frozenset({"large_amount"})
_BY_POLICY: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "minimum_age": lambda finding: (
        _("You are younger than %(limit)s, the minimum age for this loan.")
        % {"limit": number(finding["limit"])}
    ),
    "maximum_age": lambda finding: "",
    "minimum_income": lambda finding: (
        _("Your monthly income of %(income)s is below the %(limit)s that we ask for.")
        % {"income": money(finding["value"]), "limit": money(finding["limit"])}
    ),
    "maximum_debt_ratio": lambda finding: (
        _(
            "The instalment would take %(share)s of your monthly income; we lend up to a share "
            "of %(limit)s."
        )
        % {"share": percentage(finding["value"]), "limit": percentage(finding["limit"])}
    ),
    "maximum_loan_to_income": lambda finding: (
        _("The loan equals %(times)s of your monthly incomes; we lend up to %(limit)s.")
        % {"times": number(round(finding["value"], 1)), "limit": number(finding["limit"])}
    ),
    "large_amount": lambda finding: (
        _("The amount of %(amount)s is above what we lend in this way, up to %(limit)s.")
        % {"amount": money(finding["value"]), "limit": money(finding["limit"])}
    ),
    "missing_data": lambda finding: _(
        "We know neither a credit history nor an external credit score of yours."
    ),
    "watch_list": lambda finding: _(
        "You are on an internal list of clients to whom we do not lend; you may ask us why."
    ),
}
