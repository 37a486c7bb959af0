"""What a letter says, in the applicant's language: no layout, so that page and PDF agree.

Every sentence is one whole message with named placeholders, written to the applicant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications.letters.amounts import day, money
from applications.letters.grounds import Grounds
from applications.models import Decision, LoanApplication
from applications.services.filing import LETTER_WITHIN
from monitoring.models import Completeness, Outcome

_BUREAU = {Completeness.BUREAU, Completeness.FULL}
_OWN_RECORDS = {Completeness.PREVIOUS, Completeness.FULL}


@dataclass(frozen=True)
class Section:
    """A paragraph under a heading."""

    title: str
    text: str


@dataclass(frozen=True)
class Content:
    """A letter, in reading order."""

    language: str
    reference: str
    day: str
    applicant: str
    subject: str
    salutation: str
    opening: str
    facts: list[tuple[str, str]]
    reasons_title: str
    reasons: list[str]
    sections: list[Section]
    closing: str
    adviser: str
    labels: Labels


@dataclass(frozen=True)
class Labels:
    """The small words of the layout."""

    reference: str
    phone: str
    email: str


def written(decision: Decision, grounds: Grounds, *, language: str, at: datetime) -> Content:
    """Return the letter on a decision, as written `at` in a language.

    The grounds must have been found under the same language.
    """
    with translation.override(language):
        return _written(decision, grounds, language, at)


def _written(decision: Decision, grounds: Grounds, language: str, at: datetime) -> Content:
    application = decision.application
    subject, opening = _OPENINGS[Outcome(decision.outcome)](application)
    return Content(
        language=language,
        reference=application.reference,
        day=day(timezone.localtime(at).date()),
        applicant=application.applicant,
        subject=subject,
        salutation=_("Dear %(applicant)s,") % {"applicant": application.applicant},
        opening=opening,
        facts=_facts(application) if decision.outcome == Outcome.APPROVE else [],
        reasons_title=_("The principal reasons for our decision are:"),
        reasons=[ground.sentence for ground in grounds.told],
        sections=_sections(decision),
        closing=_("Yours sincerely,"),
        adviser=_("Your adviser: %(name)s")
        % {"name": application.filed_by.get_full_name() or application.filed_by.get_username()},
        labels=Labels(
            reference=_("Reference"),
            phone=_("Telephone"),
            email=_("E-mail"),
        ),
    )


def _approved(application: LoanApplication) -> tuple[str, str]:
    return _("Your loan is approved"), _(
        "You applied on %(day)s for a loan of %(amount)s. We are pleased to tell you that we "
        "have decided to grant it."
    ) % _asked(application)


def _referred(application: LoanApplication) -> tuple[str, str]:
    return _("Your application is being reviewed in person"), _(
        "You applied on %(day)s for a loan of %(amount)s. Your application has not been decided "
        "yet: one of our managers looks at it in person. You will have our decision by "
        "%(by)s. You need not do anything until then; if documents are missing, your adviser "
        "will ask you for them."
    ) % {**_asked(application), "by": day(_filed_on(application) + LETTER_WITHIN)}


def _declined(application: LoanApplication) -> tuple[str, str]:
    return _("Our decision on your loan application"), _(
        "You applied on %(day)s for a loan of %(amount)s. We have considered your application "
        "carefully and are sorry that we cannot grant the loan as asked."
    ) % _asked(application)


_OPENINGS = {
    Outcome.APPROVE: _approved,
    Outcome.REFER: _referred,
    Outcome.DECLINE: _declined,
}


def _asked(application: LoanApplication) -> dict[str, str]:
    return {"day": day(_filed_on(application)), "amount": money(application.amount or 0)}


def _filed_on(application: LoanApplication) -> date:
    return timezone.localtime(application.submitted_at).date()


def _facts(application: LoanApplication) -> list[tuple[str, str]]:
    facts = [(_("Loan amount"), money(application.amount or 0))]
    if application.annuity:
        facts.append((_("Instalment"), money(application.annuity)))
    return facts


def _sections(decision: Decision) -> list[Section]:
    sections = [
        Section(_("How the decision is made"), _how(decision)),
        Section(_("Your right to a review by a person"), _review(decision)),
        Section(_("The information that we used"), _information(decision)),
    ]
    if decision.outcome == Outcome.APPROVE:
        sections.insert(0, Section(_("What comes next"), _next()))
    return sections


def _next() -> str:
    return _(
        "This letter is not yet the loan agreement. Your adviser will hand you our offer with "
        "the interest rate, the total cost and the repayment plan. The loan is paid out once you "
        "have signed that offer and shown us the originals of your documents, provided that your "
        "situation has not changed. You may withdraw within 14 days of signing."
    )


def _how(decision: Decision) -> str:
    if decision.outcome == Outcome.REFER:
        return _(
            "A credit score helps us prepare the decision: it estimates from your application "
            "and your credit history how likely a loan is to be repaid. The score does not decide "
            "on your application; a person does."
        )
    if decision.kind == Decision.Kind.AUTOMATIC:
        return _(
            "The decision was prepared with a credit score, which estimates from your "
            "application and your credit history how likely a loan is to be repaid, and with "
            "the rules of our lending policy. Both were applied automatically."
        )
    return _(
        "The decision was prepared with a credit score, which estimates from your application "
        "and your credit history how likely a loan is to be repaid. One of our managers then "
        "looked at your application and took the decision in person."
    )


def _review(decision: Decision) -> str:
    text = _(
        "You may ask at any time, free of charge, that a person explains or reviews what the "
        "score and our rules have said, and you may give your point of view. Write to us or "
        "call us (%(address)s; %(phone)s; %(email)s) and quote %(reference)s."
    )
    if decision.outcome == Outcome.DECLINE:
        text = _(
            "You may ask, free of charge, that a person reviews this decision; you may give "
            "your point of view, add documents and contest the decision. Write to us or call "
            "us (%(address)s; %(phone)s; %(email)s) within 60 days and quote %(reference)s. A "
            "manager who did not take part in the decision will answer you in writing."
        )
    return text % {
        **settings.BANK,
        "phone": settings.BANK["phone"].replace(" ", "\u00a0"),
        "reference": decision.application.reference.replace("-", "\u2011"),
    }


def _information(decision: Decision) -> str:
    sentences = [_("We used what you stated in your application.")]
    known = Completeness(decision.prediction.completeness)
    if known in _OWN_RECORDS:
        sentences.append(_("We used our own records of your earlier applications and loans."))
    if known in _BUREAU or _has_external_scores(decision):
        sentences.append(
            _(
                "We used your credit history and credit scores from: %(credit_bureau)s. The "
                "bureau took no part in the decision and cannot explain it."
            )
            % settings.BANK
        )
    sentences.append(
        _(
            "You may ask us and the sources named here for a copy of this information, free of "
            "charge, and have errors corrected. You may also complain to the data protection "
            "authority: %(data_protection_authority)s."
        )
        % settings.BANK
    )
    return " ".join(sentences)


def _has_external_scores(decision: Decision) -> bool:
    inputs = decision.prediction.inputs
    return any(inputs.get(f"EXT_SOURCE_{i}") is not None for i in (1, 2, 3))
