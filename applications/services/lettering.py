"""Letters on decisions: made once in each language, kept as made, and handed over."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import scoring.services
from applications import journal
from applications.exceptions import NotAllowed, NothingToTell, Stale
from applications.letters.content import Content, written
from applications.letters.grounds import Grounds, Lack, grounds
from applications.models import Case, Decision, Entry, Letter, Override

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def drafted(
    decision: Decision, *, language: str, wording: str = "", at: datetime | None = None
) -> tuple[Grounds, Content]:
    """Return the principal reasons and the letter that would be made now. Nothing is kept."""
    explanation = scoring.services.explanation_of(decision.prediction)
    with translation.override(language):
        found = grounds(decision, explanation, wording=wording)
    return found, written(decision, found, language=language, at=at or timezone.now())


def may_write(user: User, decision: Decision) -> bool:
    """Whether somebody may make and hand over the letter: who filed it, and managers."""
    if user.has_perm("applications.view_all_applications"):
        return True
    files: bool = user.has_perm("applications.file_application")
    return files and decision.application.filed_by_id == user.pk


def may_word(user: User) -> bool:
    """Whether somebody may put a manager's reason into words for the applicant."""
    allowed: bool = user.has_perm("applications.decide_application")
    return allowed


def make(
    *,
    decision_id: int,
    language: str,
    made_by: User,
    wording: str = "",
    at: datetime | None = None,
) -> Letter:
    """Make the letter on a decision in one language; made before, it is returned as it is.

    Parameters
    ----------
    wording : str
        A manager's reason in words for the applicant, where the reason code says too little.

    Raises
    ------
    NotAllowed
        If neither the banker who filed it nor a manager asks, or no manager for the wording.
    NothingToTell
        If it is a refusal whose reasons are lacking.
    Stale
        If another decision is in force by now.
    """
    now = at or timezone.now()
    decision = Decision.objects.select_related("application__filed_by", "prediction").get(
        pk=decision_id
    )
    if not may_write(made_by, decision) or (wording and not may_word(made_by)):
        raise NotAllowed("Only who filed it, and managers, write to the applicant.")
    found, content = drafted(decision, language=language, wording=wording, at=now)
    if found.lack is not None:
        raise NothingToTell(_lacking(found.lack))
    # fpdf takes a second to import, and most processes never make a letter.
    from applications.letters.pdf import render  # noqa: PLC0415

    pdf = render(content, at=now)  # drawn before anything is locked
    unsaved = Letter(
        decision=decision,
        language=language,
        reasons=found.codes,
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        made_by=made_by,
        made_at=now,
    )
    return _keep(unsaved)


@transaction.atomic
def hand_over(*, letter_id: UUID, by: User, at: datetime | None = None) -> Letter:
    """Write down that the applicant has the letter, or that it was sent. Safe to repeat.

    Raises
    ------
    NotAllowed
        If neither the banker who filed it nor a manager says so.
    Stale
        If another decision is in force by now: its letter has to be written instead.
    """
    now = at or timezone.now()
    letter = Letter.objects.without_pdf().select_related("decision__application").get(pk=letter_id)
    if not may_write(by, letter.decision):
        raise NotAllowed("Only who filed it, and managers, write to the applicant.")
    case = _locked(letter.decision)
    handed_over = Letter.objects.filter(pk=letter_id, handed_over_at__isnull=True)
    if handed_over.update(handed_over_at=now) == 1:
        letter.handed_over_at = now
        due = case.letter_due_on
        _settle_what_is_due(case)
        journal.write(
            Entry.Kind.LETTER_HANDED_OVER,
            application=letter.decision.application,
            actor=by,
            about=[letter, case],
            at=now,
            language=letter.language,
            due_on=due,
        )
    return Letter.objects.without_pdf().get(pk=letter_id)


@transaction.atomic
def note_letter_from_elsewhere(*, decision: Decision, by: User, at: datetime | None = None) -> None:
    """Write down that the applicant was written to by other means than the desk's letters.

    Raises
    ------
    NotAllowed
        If neither the banker who filed it nor a manager says so.
    Stale
        If another decision is in force by now.
    """
    if not may_write(by, decision):
        raise NotAllowed("Only who filed it, and managers, write to the applicant.")
    case = _locked(decision)
    if case.letter_due_on is None:
        return
    due = case.letter_due_on
    _settle_what_is_due(case)
    journal.write(
        Entry.Kind.LETTER_HANDED_OVER,
        application=case.application,
        actor=by,
        about=[case],
        at=at or timezone.now(),
        due_on=due,
    )


def compute_reasons_again(*, decision: Decision, by: User) -> None:
    """Have the explanation of a refusal computed once more.

    Raises
    ------
    NotAllowed
        If neither the banker who filed it nor a manager asks.
    """
    if not may_write(by, decision):
        raise NotAllowed("Only who filed it, and managers, have its reasons computed again.")
    scoring.services.retry_explanation(prediction_id=decision.prediction_id)


def _settle_what_is_due(case: Case) -> None:
    """Nothing more is due, unless the applicant still waits for the decision."""
    if case.stage == Case.Stage.DECIDED:
        case.letter_due_on = None
        case.save(update_fields=["letter_due_on"])


@transaction.atomic
def _keep(letter: Letter) -> Letter:
    """Save a letter, unless the same was made meanwhile."""
    _locked(letter.decision)
    before = Letter.objects.filter(decision=letter.decision, language=letter.language).first()
    if before is not None:
        return before
    letter.save(force_insert=True)
    journal.write(
        Entry.Kind.LETTER_MADE,
        application=letter.decision.application,
        actor=letter.made_by,
        about=[letter],
        at=letter.made_at,
        language=letter.language,
        outcome=letter.decision.outcome,
        reasons=letter.reasons,
    )
    return letter


def _locked(decision: Decision) -> Case:
    """The case, locked, if the decision is in force and stays so for all that is known."""
    case = Case.objects.select_for_update().get(pk=decision.application_id)
    if case.decision_id != decision.pk:
        raise Stale(
            _(
                "Another decision was taken meanwhile, so this letter is out of date. Make the "
                "letter on the decision in force."
            )
        )
    if Override.objects.pending().filter(application=case.pk).exists():
        raise NothingToTell(
            _(
                "A manager proposes to overrule this decision. The letter waits until a second "
                "manager has answered."
            )
        )
    return case


def _lacking(lack: Lack) -> str:
    return {
        Lack.PENDING: _(
            "The reasons of the decision are still being computed. A refusal is never sent "
            "without them: try again in a moment."
        ),
        Lack.FAILED: _(
            "The reasons of the decision could not be computed. A refusal is never sent without "
            "them: have them computed again."
        ),
        Lack.WORDING: _(
            "The reason code of this decision says too little to an applicant. A manager has to "
            "word the reason first."
        ),
        Lack.UNLAWFUL: _(
            "Nothing that spoke against the loan may be given as a reason. A manager has to "
            "decide on the application in person first."
        ),
    }[lack]
