"""Filing an application: its draft, and its submission for a decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.forms import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

import scoring.services
from applications import home_credit, journal, watch_list
from applications.exceptions import (
    AlreadySubmitted,
    ChangedMeanwhile,
    NotAccepted,
    NotAllowed,
    ScoringUnavailable,
)
from applications.models import Case, Decision, Entry, LoanApplication, ReferenceCounter
from applications.services import announcing
from monitoring.models import Outcome, Prediction, Source
from scoring import policy
from scoring.exceptions import InvalidInput, NoChampion
from scoring.models import Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LETTER_WITHIN = timedelta(days=30)  # 12 CFR 1002.9 asks for a notice within 30 days


@transaction.atomic
def save_draft(
    *,
    application: LoanApplication,
    filed_by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> LoanApplication:
    """Keep what a banker has typed so far; a new application gets its reference.

    Saving what is stored already changes nothing, so that a save sent twice is one.

    Parameters
    ----------
    seen : str, optional
        The `state_of` the draft that was shown to the banker, to save over no other.
    at : datetime, optional
        Now, unless the past is being written down.

    Raises
    ------
    NotAllowed
        If `filed_by` may not file, or the draft is somebody else's.
    AlreadySubmitted
        If it was submitted meanwhile, say in another window.
    ChangedMeanwhile
        If it was changed or deleted since it was `seen`.
    """
    now = at or timezone.now()
    if not filed_by.has_perm("applications.file_application"):
        raise NotAllowed("Only bankers file applications.")
    # Held until the end, so that a first save sent twice finds what it wrote the first time.
    counter = _locked_counter(now) if application._state.adding else None
    stored = LoanApplication.objects.select_for_update().filter(pk=application.pk).first()
    if stored is None:
        if seen:
            raise ChangedMeanwhile(None)
        application._state.adding = True
        application.filed_by = filed_by
        application.created_at = now
        application.reference = _next_reference(counter or _locked_counter(now))
        application.save()
        return application
    _require_filer(stored, filed_by)
    if not stored.is_draft:
        raise _already(stored)
    if _content(stored) == _content(application):
        return stored
    if seen is not None and seen != state_of(stored):
        raise ChangedMeanwhile(stored)
    for name, value in _content(application).items():
        setattr(stored, name, value)
    stored.save()
    return stored


def state_of(application: LoanApplication) -> str:
    """What tells one state of a draft from another; empty while it is not stored."""
    return "" if application._state.adding else application.updated_at.isoformat()


def _content(application: LoanApplication) -> dict[str, Any]:
    """What a banker types."""
    return model_to_dict(application)


@transaction.atomic
def file(*, application: LoanApplication, filed_by: User, source: Source) -> Decision:
    """Save an application and submit it: both, or nothing.

    Raises as `save_draft` and `submit` do.
    """
    draft = save_draft(application=application, filed_by=filed_by)
    return submit(application_id=draft.pk, submitted_by=filed_by, source=source)


@transaction.atomic
def delete_draft(*, application: LoanApplication, by: User) -> None:
    """Throw a draft away.

    Raises
    ------
    NotAllowed
        If it is somebody else's.
    AlreadySubmitted
        If it was submitted meanwhile.
    """
    stored = LoanApplication.objects.select_for_update().get(pk=application.pk)
    _require_filer(stored, by)
    if not stored.is_draft:
        raise _already(stored)
    stored.delete()


def submit(
    *,
    application_id: UUID,
    submitted_by: User,
    like: Prediction | None = None,
    source: Source = Source.WEB,
    at: datetime | None = None,
) -> Decision:
    """Freeze a draft, have it scored and decide by the cut-offs: all of it, or nothing.

    With an earlier prediction, `like`, only the terms and the income are this application's;
    all else is scored as it was then. `source` is the channel it came by; `at` is now, unless
    the past is being written down.

    Raises
    ------
    AlreadySubmitted
        If it was submitted before; exactly one submission wins.
    NotAccepted
        If the score refuses a value. The draft stays.
    ScoringUnavailable
        If there is no model to score with. The draft stays.
    """
    try:
        return _submit(application_id, submitted_by, like, source, at or timezone.now())
    except InvalidInput as error:
        raise _not_accepted(error) from error
    except NoChampion as error:
        raise ScoringUnavailable(
            _(
                "The application could not be scored because no model is ready. Your draft is "
                "saved: please submit it again later, or tell an administrator."
            )
        ) from error


@transaction.atomic
def _submit(
    application_id: UUID,
    submitted_by: User,
    like: Prediction | None,
    source: Source,
    now: datetime,
) -> Decision:
    won = LoanApplication.objects.drafts().filter(pk=application_id)
    if won.update(status=LoanApplication.Status.SUBMITTED, submitted_at=now, updated_at=now) != 1:
        raise _already(LoanApplication.objects.get(pk=application_id))
    application = LoanApplication.objects.get(pk=application_id)
    _require_filer(application, submitted_by)
    prediction = scoring.services.score(
        application=home_credit.terms(model_to_dict(application, fields=home_credit.TERMS))
        if like
        else raw_columns(application, at=now),
        client_id=application.client_number,
        like=like,
        source=source,
        requested_by=submitted_by,
        at=now,
    )
    findings = policy.findings(_rules(prediction), _facts(application, prediction))
    decision = Decision.objects.create(
        application=application,
        prediction=prediction,
        outcome=policy.decide(prediction.outcome, findings),
        findings=[finding.as_json() for finding in findings],
        decided_at=now,
    )
    _write_down(_open_case(decision, now), submitted_by, now)
    announcing.decision_made(decision)
    return decision


def _require_filer(application: LoanApplication, user: User) -> None:
    if application.filed_by_id != user.pk:
        raise NotAllowed("An application belongs to the banker who files it.")


def _rules(prediction: Prediction) -> Mapping[str, Any]:
    """Of the very strategy whose cut-offs the score was compared with."""
    if prediction.cut_offs_version is None:
        return {}
    rules: Mapping[str, Any] = Strategy.objects.get(version=prediction.cut_offs_version).rules
    return rules


def _facts(application: LoanApplication, prediction: Prediction) -> policy.Facts:
    return policy.Facts(
        columns=prediction.inputs,
        completeness=prediction.completeness,
        age=policy.whole_years(
            application.birth_date, timezone.localtime(prediction.created_at).date()
        ),
        on_watch_list=watch_list.holds(application),
    )


def _open_case(decision: Decision, now: datetime) -> Case:
    referred = decision.outcome == Outcome.REFER
    return Case.objects.create(
        application=decision.application,
        decision=decision,
        stage=Case.Stage.REFERRED if referred else Case.Stage.DECIDED,
        since=now,
        referred_at=now if referred else None,
        referral_reasons=_referral_reasons(decision) if referred else [],
        letter_due_on=timezone.localtime(now).date() + LETTER_WITHIN,
    )


def _referral_reasons(decision: Decision) -> list[str]:
    by_score = ["pd"] if decision.prediction.outcome == Outcome.REFER else []
    return by_score + [f["code"] for f in decision.findings if f["outcome"] == Outcome.REFER]


def _write_down(case: Case, submitted_by: User, now: datetime) -> None:
    application, decision = case.application, case.decision
    prediction = decision.prediction
    # Only now: a draft may still be thrown away, and the journal is never shortened.
    journal.write(
        Entry.Kind.CREATED,
        application=application,
        actor=application.filed_by,
        at=application.created_at,
    )
    journal.write(
        Entry.Kind.SUBMITTED,
        application=application,
        actor=submitted_by,
        about=[application, prediction],
        at=now,
    )
    journal.write(
        Entry.Kind.DECIDED,
        application=application,
        actor=None,
        about=[decision, case],
        at=now,
        outcome=decision.outcome,
        made=decision.kind,
        pd=prediction.pd,
    )


def raw_columns(application: LoanApplication, *, at: datetime) -> dict[str, object]:
    """Return the raw columns that an application filed `at` is scored from.

    What is on file of a known client includes the hour of filing; somebody new files now.
    """
    local = timezone.localtime(at)
    raw = home_credit.columns(
        model_to_dict(application, fields=home_credit.FIELDS), on=local.date()
    )
    return raw if application.client_number else {**raw, **home_credit.filing(local)}


def _locked_counter(now: datetime) -> ReferenceCounter:
    year = timezone.localtime(now).year
    counter, _created = ReferenceCounter.objects.select_for_update().get_or_create(year=year)
    return counter


def _next_reference(counter: ReferenceCounter) -> str:
    counter.last += 1
    counter.save()
    return f"A-{counter.year}-{counter.last:06d}"


def _already(application: LoanApplication) -> AlreadySubmitted:
    return AlreadySubmitted(
        _("%(reference)s was submitted before; its decision stands.")
        % {"reference": application.reference}
    )


def _not_accepted(error: InvalidInput) -> NotAccepted:
    """Name the form's fields instead of raw columns."""
    errors: dict[str, list[str]] = {}
    for path, messages in error.errors.items():
        column = path.rpartition(".")[2]
        errors.setdefault(home_credit.field_of(column) or "", []).extend(messages)
    return NotAccepted(errors)
