"""Deciding single cases: who has a referral, what is asked back, and what is decided.

Each service locks the case first and compares it with what the person saw: of two who act on
the same page one wins, and the other is told what happened. A decision that the strategy in
force holds too weighty for one person becomes an `Override` that a second manager settles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import journal
from applications.choices import OverrideReason
from applications.exceptions import NotAllowed, Stale
from applications.models import Case, Decision, Entry, Override
from applications.people import name_of
from applications.services import announcing, records
from applications.services.filing import LETTER_WITHIN
from monitoring.models import Outcome
from scoring.models import Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OUTCOMES = (Outcome.APPROVE, Outcome.DECLINE)


@dataclass(frozen=True)
class Seen:
    """What somebody saw of a case when they acted on it."""

    number: int
    stage: str

    @classmethod
    def of(cls, case: Case) -> Seen:
        return cls(number=case.decision.number, stage=case.stage)


@dataclass(frozen=True)
class Verdict:
    """What a manager decides, and why."""

    outcome: str
    reason_code: str
    comment: str

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES or self.reason_code not in OverrideReason.values:
            raise ValueError(f"Not a verdict: {self.outcome!r} for {self.reason_code!r}.")
        if not self.comment.strip():
            raise ValueError("A verdict needs a comment.")


def may_decide(user: User, case: Case) -> bool:
    """Managers may, except on what they filed themselves."""
    allowed: bool = user.has_perm("applications.decide_application")
    return allowed and case.application.filed_by_id != user.pk


def needing_second_manager(case: Case, *, at: datetime | None = None) -> list[str]:
    """Return the outcomes that one manager alone may not decide.

    The strategy in force says which. Before there is one, granting a loan whose PD is at or
    above the cut-off for declining takes two, and no amount does. One query.
    """
    strategy = Strategy.objects.in_force(at or timezone.now())
    prediction = case.decision.prediction
    if strategy is None:
        return [Outcome.APPROVE] if prediction.pd >= prediction.decline_from else []
    amount = case.application.amount or 0.0
    return [
        outcome
        for outcome in OUTCOMES
        if strategy.needs_second_manager(
            amount=amount, pd=prediction.pd, grants=outcome == Outcome.APPROVE
        )
    ]


@transaction.atomic
def claim(*, application_id: UUID, by: User, seen: Seen, at: datetime | None = None) -> Case:
    """Take a referral out of the queue; doing so twice changes nothing.

    Raises
    ------
    Stale
        If somebody was faster, or it was decided.
    NotAllowed
        If `by` may not decide it.
    """
    case = _locked(application_id)
    _check_decider(case, by)
    if case.stage == Case.Stage.CLAIMED and case.claimed_by_id == by.pk:
        return case
    _check_unchanged(case, seen, Case.Stage.REFERRED)
    _move(case, Case.Stage.CLAIMED, at, claimed_by=by)
    _write_down(Entry.Kind.CLAIMED, case, by)
    return case


@transaction.atomic
def take_over(*, application_id: UUID, by: User, seen: Seen, at: datetime | None = None) -> Case:
    """Claim what another manager has, or what waits for a banker's answer.

    Raises
    ------
    Stale, NotAllowed
    """
    case = _locked(application_id)
    _check_decider(case, by)
    if case.stage == Case.Stage.CLAIMED and case.claimed_by_id == by.pk:
        return case
    _check_unchanged(case, seen, Case.Stage.CLAIMED, Case.Stage.RETURNED)
    _check_nothing_proposed(case)
    before = name_of(case.claimed_by) if case.claimed_by else ""
    _move(case, Case.Stage.CLAIMED, at, claimed_by=by)
    _write_down(Entry.Kind.CLAIMED, case, by, taken_from=before)
    return case


@transaction.atomic
def put_back(*, application_id: UUID, by: User, seen: Seen, at: datetime | None = None) -> Case:
    """Give a claimed case back to the queue, for any manager to claim.

    Raises
    ------
    Stale, NotAllowed
    """
    case = _locked(application_id)
    _check_decider(case, by)
    _check_claimed(case, by, seen)
    _move(case, Case.Stage.REFERRED, at)
    _write_down(Entry.Kind.RELEASED, case, by)
    return case


@transaction.atomic
def ask_back(
    *, application_id: UUID, by: User, question: str, seen: Seen, at: datetime | None = None
) -> Case:
    """Return a claimed case to its banker with a question.

    Raises
    ------
    Stale, NotAllowed
    """
    case = _locked(application_id)
    _check_decider(case, by)
    _check_claimed(case, by, seen)
    _move(case, Case.Stage.RETURNED, at, claimed_by=by, question=question)
    _write_down(Entry.Kind.RETURNED, case, by, question=question)
    return case


def answer(
    *,
    application_id: UUID,
    by: User,
    text: str,
    files: Iterable[UploadedFile[Any]] = (),
    seen: Seen,
    at: datetime | None = None,
) -> Case:
    """Answer a manager's question, with documents if there are any; it goes back to them.

    Raises
    ------
    Stale
        If it waits for no answer any more.
    NotAllowed
        If `by` did not file the application.
    ValidationError
        If a document cannot be accepted; then nothing is kept.
    """
    with records.on_disk(application_id, by, files) as documents, transaction.atomic():
        case = _locked(application_id)
        if case.application.filed_by_id != by.pk:
            raise NotAllowed("Only the banker who filed it answers.")
        _check_unchanged(case, seen, Case.Stage.RETURNED)
        _move(case, Case.Stage.CLAIMED, at, claimed_by=case.claimed_by)
        _write_down(Entry.Kind.ANSWERED, case, by, answer=text)
        records.file_documents(case.application, by, documents, at=case.since)
        return case


@transaction.atomic
def decide(
    *,
    application_id: UUID,
    by: User,
    verdict: Verdict,
    seen: Seen,
    at: datetime | None = None,
) -> Decision | Override:
    """Decide a referral one has claimed, or overrule the decision in force.

    Returns
    -------
    Decision or Override
        The new decision; or, where the strategy asks for two managers, the proposal that waits
        for the second one.

    Raises
    ------
    Stale
        If the case has moved on, is with somebody else, or a proposal waits already.
    NotAllowed
        If `by` may not decide it.
    """
    now = at or timezone.now()
    case = _locked(application_id)
    _check_decider(case, by)
    if case.stage == Case.Stage.DECIDED:
        _check_unchanged(case, seen, Case.Stage.DECIDED)
        _check_nothing_proposed(case)
    else:
        _check_claimed(case, by, seen)
    if verdict.outcome == case.decision.outcome:
        raise _stale(case)
    if verdict.outcome in needing_second_manager(case, at=now):
        return _propose(case, verdict, by, now)
    return _decide(case, verdict, now, by=by)


@transaction.atomic
def settle(
    *, override_id: int, by: User, agrees: bool, answer: str, at: datetime | None = None
) -> Override:
    """Agree to what another manager proposes, or refuse it.

    Raises
    ------
    Stale
        If it was settled or withdrawn meanwhile.
    NotAllowed
        If `by` proposed it, filed the application, or may not decide.
    """
    now = at or timezone.now()
    case, override = _locked_proposal(override_id)
    _check_decider(case, by)
    if override.proposed_by_id == by.pk:
        raise NotAllowed("Nobody settles what they proposed.")
    _check_pending(case, override)
    status = Override.Status.AGREED if agrees else Override.Status.REFUSED
    _close(override, status, by, answer, now)
    if agrees:
        verdict = Verdict(override.outcome, override.reason_code, override.comment)
        _decide(case, verdict, now, by=override.proposed_by, agreed_by=by)
    return override


@transaction.atomic
def withdraw(*, override_id: int, by: User, at: datetime | None = None) -> Override:
    """Take back what one proposed oneself.

    Raises
    ------
    Stale
        If it was settled meanwhile.
    NotAllowed
        If somebody else proposed it.
    """
    case, override = _locked_proposal(override_id)
    if override.proposed_by_id != by.pk:
        raise NotAllowed("Only who proposed it withdraws it.")
    _check_pending(case, override)
    _close(override, Override.Status.WITHDRAWN, by, "", at or timezone.now())
    return override


def _locked(application_id: UUID) -> Case:
    """The case, locked. What belongs to it is read afterwards, so that it is of now."""
    return Case.objects.select_for_update().get(pk=application_id)


def _locked_proposal(override_id: int) -> tuple[Case, Override]:
    case = _locked(Override.objects.values_list("application_id", flat=True).get(pk=override_id))
    return case, Override.objects.select_for_update().get(pk=override_id)


def _check_decider(case: Case, user: User) -> None:
    if not may_decide(user, case):
        raise NotAllowed("Only managers decide, and never on what they filed themselves.")


def _check_unchanged(case: Case, seen: Seen, *stages: str) -> None:
    if Seen.of(case) != seen or case.stage not in stages:
        raise _stale(case)


def _check_claimed(case: Case, by: User, seen: Seen) -> None:
    _check_unchanged(case, seen, Case.Stage.CLAIMED)
    if case.claimed_by_id != by.pk:
        raise _stale(case)
    _check_nothing_proposed(case)


def _check_nothing_proposed(case: Case) -> None:
    pending = case.application.overrides.pending().first()
    if pending is not None:
        raise Stale(
            _("Nothing was changed: what %(manager)s proposed waits for a second manager.")
            % {"manager": name_of(pending.proposed_by)}
        )


def _check_pending(case: Case, override: Override) -> None:
    if override.status != Override.Status.PENDING:
        raise Stale(
            _("Nothing was changed: this proposal is settled already (%(status)s).")
            % {"status": override.get_status_display().lower()}
        )
    if override.overruled_id != case.decision_id:
        raise _stale(case)


def _stale(case: Case) -> Stale:
    return Stale(_("The case has changed since you opened it, so nothing was saved. ") + _now(case))


def _now(case: Case) -> str:
    """Where a case stands, for somebody who believed otherwise."""
    if case.stage == Case.Stage.REFERRED:
        return _("It waits in the queue.")
    if case.stage == Case.Stage.RETURNED:
        return _("It is back with the banker, with a question.")
    if case.stage == Case.Stage.CLAIMED and case.claimed_by:
        return _("%(manager)s has it now.") % {"manager": name_of(case.claimed_by)}
    outcome = Outcome(case.decision.outcome)
    decided = {
        Outcome.APPROVE: _("It is approved."),
        Outcome.REFER: _("It is referred."),
        Outcome.DECLINE: _("It is declined."),
    }[outcome]
    if case.decision.decided_by is None:
        return decided
    by = _("%(manager)s decided it.") % {"manager": name_of(case.decision.decided_by)}
    return f"{decided} {by}"


def _move(
    case: Case,
    stage: Case.Stage,
    at: datetime | None,
    *,
    claimed_by: User | None = None,
    question: str = "",
) -> None:
    case.stage, case.since = stage, at or timezone.now()
    case.claimed_by, case.question = claimed_by, question
    case.save()


def _write_down(kind: Entry.Kind, case: Case, by: User, **details: str) -> None:
    """Tell the journal how a case has just moved."""
    journal.write(
        kind, application=case.application, actor=by, about=[case], at=case.since, **details
    )


def _decide(
    case: Case, verdict: Verdict, now: datetime, *, by: User, agreed_by: User | None = None
) -> Decision:
    before = case.decision
    decision = Decision.objects.create(
        application=case.application,
        number=before.number + 1,
        prediction=before.prediction,
        outcome=verdict.outcome,
        kind=_kind(before),
        reason_code=verdict.reason_code,
        reason=verdict.comment,
        decided_by=by,
        agreed_by=agreed_by,
        decided_at=now,
    )
    case.decision = decision
    case.letter_due_on = _letter_due_on(case, before, now)
    _move(case, Case.Stage.DECIDED, now)
    journal.write(
        Entry.Kind.DECIDED,
        application=case.application,
        actor=by,
        about=[decision, case],
        at=now,
        outcome=decision.outcome,
        made=decision.kind,
        before=before.outcome,
        reason_code=decision.reason_code,
        reason=decision.reason,
        agreed_by=name_of(agreed_by) if agreed_by else "",
    )
    announcing.decision_made(decision)
    return decision


def _letter_due_on(case: Case, before: Decision, now: datetime) -> date:
    """A referral is answered within the days that began with its filing; an override anew."""
    referred = before.outcome == Outcome.REFER
    since = (case.application.submitted_at or now) if referred else now
    return timezone.localtime(since).date() + LETTER_WITHIN


def _kind(before: Decision) -> Decision.Kind:
    """A referral asks for a decision; anything else that is decided again is overruled."""
    referred = before.outcome == Outcome.REFER
    return Decision.Kind.MANUAL if referred else Decision.Kind.OVERRIDE


def _propose(case: Case, verdict: Verdict, by: User, now: datetime) -> Override:
    override = Override.objects.create(
        application=case.application,
        overruled=case.decision,
        outcome=verdict.outcome,
        reason_code=verdict.reason_code,
        comment=verdict.comment,
        proposed_by=by,
        proposed_at=now,
    )
    journal.write(
        Entry.Kind.OVERRIDE_PROPOSED,
        application=case.application,
        actor=by,
        about=[override],
        at=now,
        outcome=override.outcome,
        before=case.decision.outcome,
        reason_code=override.reason_code,
        reason=override.comment,
    )
    return override


def _close(override: Override, status: Override.Status, by: User, text: str, now: datetime) -> None:
    override.status, override.settled_by, override.settled_at = status, by, now
    override.answer = text
    override.save()
    journal.write(
        Entry.Kind.OVERRIDE_SETTLED,
        application=override.application,
        actor=by,
        about=[override],
        at=now,
        status=override.status,
        outcome=override.outcome,
        answer=text,
    )
