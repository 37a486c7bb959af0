"""The letter on a decision: what it says, its PDF, and that the applicant has it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications.exceptions import ApplicationError, NotAllowed
from applications.letters.forms import WordingForm
from applications.letters.grounds import Lack
from applications.models import Case, Decision, Letter, LoanApplication
from applications.services import lettering
from applications.views.common import (
    DeskRequest,
    desk_required,
    page_of,
    page_or_results,
    visible_application,
)


@desk_required
@require_GET
def letters(request: DeskRequest) -> HttpResponse:
    """Everybody who still has to be written to: one's own applicants, or all for a manager."""
    today = timezone.localdate()
    manages = request.user.has_perm("applications.view_all_applications")
    due = (
        Case.objects.letters_due() if manages else Case.objects.letters_due_of_banker(request.user)
    ).with_application()
    only_overdue = request.GET.get("show") == "overdue"
    if only_overdue:
        due = due.filter(letter_due_on__lt=today)
    context = {
        "page": page_of(request, due),
        "today": today,
        "only_overdue": only_overdue,
        "manages": manages,
    }
    return page_or_results(request, "applications/letters/list", context)


@desk_required
@require_GET
def letter(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """The letter on the decision in force, to be read before it is made, or as it was made."""
    application, decision = _in_force(request, pk)
    return _letter_page(request, application, decision, WordingForm())


@desk_required
@require_POST
def letter_make(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application, decision = _in_force(request, pk)
    language = _language(request.POST.get("language"))
    form = WordingForm(request.POST)
    if "wording" in request.POST and not form.is_valid():
        return _letter_page(request, application, decision, form)
    wording = form.cleaned_data["wording"] if form.is_bound and form.is_valid() else ""
    _tell(
        request,
        lambda: lettering.make(
            decision_id=_posted_decision(request, decision),
            language=language,
            made_by=request.user,
            wording=wording,
        ),
        _("The letter is made. Hand it over or send it, then say so here."),
    )
    return _back(pk, language)


@desk_required
@require_POST
def letter_reasons(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """Have the reasons computed once more."""
    _application, decision = _in_force(request, pk)
    lettering.compute_reasons_again(decision=decision, by=request.user)
    messages.info(request, _("The reasons are being computed again."))
    return _back(pk, _language(request.POST.get("language")))


@desk_required
@require_GET
def letter_pdf(request: DeskRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """The file, exactly as it was made."""
    _application, decision = _in_force(request, pk)
    letter = get_object_or_404(Letter, decision=decision, language=language)
    name = f"{decision.application.reference}-{letter.language}.pdf"
    return HttpResponse(
        bytes(letter.pdf),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@desk_required
@require_POST
def letter_handed_over(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    visible_application(request, pk)
    key = _key(request.POST.get("letter"))
    letter = get_object_or_404(Letter.objects.without_pdf(), pk=key, decision__application_id=pk)
    _tell(
        request,
        lambda: lettering.hand_over(letter_id=letter.pk, by=request.user),
        _("It is written down that the applicant has the letter."),
    )
    return _back(pk, letter.language)


def _in_force(request: DeskRequest, pk: uuid.UUID) -> tuple[LoanApplication, Decision]:
    """An application the user may see, and the decision in force on it."""
    application = visible_application(request, pk)
    case = get_object_or_404(
        Case.objects.select_related("decision__prediction").defer(
            "decision__prediction__history", "decision__prediction__features"
        ),
        pk=pk,
    )
    application.case = case
    decision = case.decision
    decision.application = application
    return application, decision


def _letter_page(
    request: DeskRequest, application: LoanApplication, decision: Decision, form: WordingForm
) -> HttpResponse:
    language = _language(request.POST.get("language") or request.GET.get("language"))
    letters = list(
        Letter.objects.without_pdf().filter(decision__application=application).order_by("made_at")
    )
    current = {letter.language: letter for letter in letters if letter.decision_id == decision.pk}
    made = current.get(language)
    grounds, content = lettering.drafted(
        decision, language=language, at=made.made_at if made else None
    )
    context: dict[str, Any] = {
        "application": application,
        "case": application.case,
        "decision": decision,
        "language": language,
        "languages": [(code, name, current.get(code)) for code, name in settings.LANGUAGES],
        "letter": made,
        "handed_over": next((one for one in current.values() if one.handed_over_at), None),
        "earlier": [letter for letter in letters if letter.decision_id != decision.pk],
        "grounds": grounds,
        "content": content,
        "bank": settings.BANK,
        "form": form,
        "may_word": lettering.may_word(request.user),
        "waits_for_wording": grounds.lack == Lack.WORDING and made is None,
        "today": timezone.localdate(),
    }
    template = "applications/letters/letter.html"
    if request.htmx and not request.htmx.history_restore_request:
        template = "applications/letters/_letter.html"
    response = render(request, template, context, status=422 if form.errors else 200)
    response["Vary"] = "HX-Request"
    return response


def _tell(request: DeskRequest, act: Callable[[], object], done: str) -> None:
    """Do something, and tell in a message whether it was done."""
    try:
        act()
    except NotAllowed:
        raise
    except ApplicationError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)


def _posted_decision(request: DeskRequest, in_force: Decision) -> int:
    """The decision that was seen, so that nobody makes a letter on one they have not read."""
    seen = request.POST.get("decision", "")
    own = in_force.application.decisions.all()
    return next((one.pk for one in own if str(one.pk) == seen), in_force.pk)


def _language(asked: str | None) -> str:
    known = dict(settings.LANGUAGES)
    current = (get_language() or settings.LANGUAGE_CODE)[:2]
    return asked if asked in known else current


def _key(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError as error:
        raise Http404 from error


def _back(pk: uuid.UUID, language: str) -> HttpResponse:
    response = redirect("applications:letter", pk=pk)
    response["Location"] += f"?language={language}"
    return response
