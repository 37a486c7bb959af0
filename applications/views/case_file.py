"""What the result page shows of an application's case: where it stands, and what happened."""

from __future__ import annotations

from typing import Any

from applications import findings, story
from applications.case_forms import DocumentsForm, NoteForm
from applications.casework import casework
from applications.models import Decision, Entry, LoanApplication
from applications.views.common import DeskRequest


def case_file(
    request: DeskRequest, application: LoanApplication, typed: object = None
) -> dict[str, Any]:
    """The context of the partials in `applications/cases/`.

    Parameters
    ----------
    typed : form, optional
        One that was sent with mistakes, to be shown instead of an empty one.
    """
    entries = list(application.entries.select_related("actor"))
    events = story.told(entries)
    recommendation = _recommendation(application)
    return {
        "recommendation": recommendation,
        "findings": findings.told(recommendation.findings if recommendation else []),
        "casework": casework(
            application=application,
            viewer=request.user,
            proposed=any(entry.kind == Entry.Kind.OVERRIDE_PROPOSED for entry in entries),
            typed=typed,
        ),
        "referral_reasons": _referral_reasons(application),
        "events": events,
        "documents": story.documents(events),
        "note_form": typed if isinstance(typed, NoteForm) else NoteForm(),
        "documents_form": typed if isinstance(typed, DocumentsForm) else DocumentsForm(),
    }


def _recommendation(application: LoanApplication) -> Decision | None:
    """What the cut-offs and the policy said, whatever was decided afterwards."""
    automatic = (d for d in application.decisions.all() if d.kind == Decision.Kind.AUTOMATIC)
    return next(automatic, None)


def _referral_reasons(application: LoanApplication) -> list[Any]:
    case = getattr(application, "case", None)
    return [findings.label_of(reason) for reason in case.referral_reasons] if case else []
