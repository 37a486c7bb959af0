"""Filing: the list of one's own applications, the form, and its submission."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import clients, kept_forms
from applications.completeness import picture
from applications.conflicts import conflicts
from applications.exceptions import (
    AlreadySubmitted,
    ChangedMeanwhile,
    NotAccepted,
    ScoringUnavailable,
)
from applications.filters import ApplicationFilter
from applications.forms import ApplicationForm
from applications.models import LoanApplication
from applications.services import filing
from applications.views.common import DeskRequest, banker_required, page_of, page_or_results


@banker_required
@require_GET
def application_list(request: DeskRequest) -> HttpResponse:
    mine = LoanApplication.objects.filed_by(request.user).with_decision()
    found = ApplicationFilter(request.GET, queryset=mine, request=request)
    context = {"filter": found, "page": page_of(request, found.qs)}
    return page_or_results(request, "applications/list", context)


@kept_forms.keeps_what_is_typed
@banker_required
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """A form for a new application, whose key is chosen before its first save."""
    if request.method == "POST":
        return _sent(request, _of_key(request, request.POST.get("key", "")))
    if (kept := kept_forms.kept_for(request)) is not None:
        return _again(request, _of_key(request, kept.get("key", "")), kept)
    if (number := clients.number_of(request.GET.get("client", ""))) is not None:
        return _filled_in(request, number)
    application = LoanApplication()
    return _form_page(request, ApplicationForm(instance=application))


@kept_forms.keeps_what_is_typed
@banker_required
@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    if request.method == "POST":
        application = _of_key(request, str(pk))
        if application._state.adding and not request.POST.get("seen"):
            raise Http404
        return _sent(request, application)
    application = get_object_or_404(LoanApplication.objects.filed_by(request.user), pk=pk)
    if not application.is_draft:
        return redirect("applications:detail", pk=pk)
    if (kept := kept_forms.kept_for(request)) is not None:
        return _again(request, application, kept)
    return _form_page(request, ApplicationForm(instance=application))


@banker_required
@require_POST
def delete(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application = get_object_or_404(LoanApplication.objects.filed_by(request.user), pk=pk)
    try:
        filing.delete_draft(application=application, by=request.user)
    except AlreadySubmitted as error:
        messages.warning(request, str(error))
        return redirect("applications:detail", pk=pk)
    messages.success(
        request, _("Draft %(reference)s is deleted.") % {"reference": application.reference}
    )
    return redirect("applications:list")


def _of_key(request: DeskRequest, key: str) -> LoanApplication:
    """The application with the key that its form was given when it was first shown.

    A second click finds what the first one saved. A key that means nothing is replaced.
    """
    try:
        pk = uuid.UUID(key)
    except ValueError:
        return LoanApplication()
    stored = LoanApplication.objects.filter(pk=pk).first()
    if stored is not None and stored.filed_by_id != request.user.pk:
        raise Http404
    return stored or LoanApplication(pk=pk)


def _sent(request: DeskRequest, application: LoanApplication) -> HttpResponse:
    """Do what the form was sent for."""
    action = request.POST.get("action", "draft")
    quiet = {"check": _check, "autosave": _save_quietly}
    if action in quiet:
        return quiet[action](request, application)
    if not application.is_draft:
        return _decided(request, application)
    if action == "lookup":
        return _look_up(request, application)
    if action == "discard":
        kept_forms.forget(request)
        return redirect(request.path)
    return _save(request, application, submitting=action == "submit")


def _save(request: DeskRequest, application: LoanApplication, *, submitting: bool) -> HttpResponse:
    form = ApplicationForm(request.POST, instance=application, submitting=submitting)
    if not form.is_valid():
        return _form_page(request, form, listed="submit" if submitting else "draft")
    try:
        return _saved(request, form)
    except AlreadySubmitted:
        return _decided(request, application)
    except ChangedMeanwhile as change:
        return _conflict(request, form, change.stored)
    except NotAccepted as error:
        form.refuse(error.errors)
        form.instance = LoanApplication.objects.get(pk=application.pk)
        return _form_page(request, form, listed="submit")


def _saved(request: DeskRequest, form: ApplicationForm) -> HttpResponse:
    """Keep the draft first, so that nothing typed is lost whatever happens to its score."""
    draft = _kept_draft(request, form)
    if not form.submitting:
        told = _("Draft %(reference)s is saved. You can finish it whenever you like.")
        messages.success(request, told % {"reference": draft.reference})
        return redirect("applications:edit", pk=draft.pk)
    try:
        filing.submit(application_id=draft.pk, submitted_by=request.user)
    except ScoringUnavailable as error:
        messages.error(request, str(error))
        return redirect("applications:edit", pk=draft.pk)
    return redirect("applications:detail", pk=draft.pk)


def _kept_draft(request: DeskRequest, form: ApplicationForm) -> LoanApplication:
    draft = filing.save_draft(
        application=form.instance, filed_by=request.user, seen=request.POST.get("seen")
    )
    kept_forms.forget(request, key=draft.pk)
    return draft


def _save_quietly(request: DeskRequest, application: LoanApplication) -> HttpResponse:
    """Keep what is right of a form while it is being filled in, and say how that went."""
    if not application.is_draft:
        return _state(request, "submitted", application=application)
    is_new = application._state.adding
    form = ApplicationForm(request.POST, instance=application)
    form.is_valid()
    form.blank_wrong_fields()
    if is_new and form.is_blank():
        return _state(request, "nothing")
    try:
        draft = _kept_draft(request, form)
    except AlreadySubmitted:
        return _state(request, "submitted", application=application)
    except ChangedMeanwhile as change:
        return _state(request, "changed" if change.stored else "deleted", stored=change.stored)
    response = _state(
        request,
        "saved",
        application=draft,
        seen=filing.state_of(draft),
        is_new=is_new,
        wrong=len(form.wrong_fields()),
    )
    if is_new:  # so that a reload finds the draft
        response["HX-Replace-Url"] = reverse("applications:edit", args=[draft.pk])
    return response


def _state(request: DeskRequest, state: str, **context: Any) -> HttpResponse:
    return render(request, "applications/_save_state.html", {"state": state, **context})


def _check(request: DeskRequest, application: LoanApplication) -> HttpResponse:
    """Say what is wrong with a field just left, and with those that depend on it."""
    listed = request.POST.get("listed", "")
    form = ApplicationForm(request.POST, instance=application, submitting=listed == "submit")
    form.is_valid()
    context = {
        "form": form,
        "listed": listed,
        "told": form.fields_to_tell(request.POST.get("field", "")),
        "left": request.POST.get("field", ""),
        "picture": picture(form),
    }
    return render(request, "applications/_checked.html", context)


def _look_up(request: DeskRequest, application: LoanApplication) -> HttpResponse:
    """Fill the form with what is on file; what the file does not hold stays as typed."""
    typed = {name: request.POST.get(name, "") for name in ApplicationForm.base_fields}
    text = typed["client_number"].strip()
    number = clients.number_of(text)
    file = clients.on_file(number) if number is not None else None
    form = ApplicationForm(instance=application, initial={**typed, **(file.values if file else {})})
    return _form_page(
        request,
        form,
        seen=request.POST.get("seen"),
        on_file=file,
        unknown_client=text if not file else None,
    )


def _filled_in(request: DeskRequest, number: int) -> HttpResponse:
    """A new form for a client, filled in with what is on file."""
    file = clients.on_file(number)
    name = next(iter(clients.filed_for(number, viewer=request.user)), None)
    form = ApplicationForm(
        instance=LoanApplication(),
        initial={
            "client_number": number,
            **(file.values if file else {}),
            **({"first_name": name.first_name, "last_name": name.last_name} if name else {}),
        },
    )
    return _form_page(request, form, on_file=file, unknown_client=None if file else str(number))


def _again(request: DeskRequest, application: LoanApplication, kept: QueryDict) -> HttpResponse:
    """The form as it was when the session was lost, with everything that was typed."""
    if not application.is_draft:
        kept_forms.forget(request)
        return _decided(request, application)
    typed = {name: kept.get(name, "") for name in ApplicationForm.base_fields}
    form = ApplicationForm(instance=application, initial=typed)
    return _form_page(request, form, seen=kept.get("seen"), is_kept=True)


def _conflict(
    request: DeskRequest, form: ApplicationForm, stored: LoanApplication | None
) -> HttpResponse:
    """Both versions of a draft; saving once more is then a decision for the one typed here."""
    seen = filing.state_of(stored) if stored else ""
    return _form_page(
        request,
        form,
        status=409,
        seen=seen,
        changed=stored,
        is_deleted=stored is None,
        conflicts=conflicts(form, stored) if stored else [],
    )


def _decided(request: DeskRequest, application: LoanApplication) -> HttpResponse:
    stored = LoanApplication.objects.get(pk=application.pk)
    told = _("%(reference)s was submitted before; its decision stands.")
    messages.info(request, told % {"reference": stored.reference})
    return redirect("applications:detail", pk=stored.pk)


def _form_page(
    request: DeskRequest,
    form: ApplicationForm,
    *,
    status: int | None = None,
    seen: str | None = None,
    **context: Any,
) -> HttpResponse:
    application = form.instance
    is_new = application._state.adding
    found = {
        "form": form,
        "application": application,
        "is_new": is_new,
        "address": reverse("applications:new")
        if is_new
        else reverse("applications:edit", args=[application.pk]),
        "seen": filing.state_of(application) if seen is None else seen,
        "owner": kept_forms.owner_note(request.user),
        "picture": picture(form),
        **context,
    }
    partial = request.htmx and request.POST.get("action") == "lookup"
    template = "applications/_form.html" if partial else "applications/form.html"
    # 422 tells programs that nothing was saved; browsers show the page all the same.
    return render(request, template, found, status=status or (422 if form.errors else 200))
