"""Filing: the list of one's own applications, the form, and its submission."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import clients
from applications.exceptions import AlreadySubmitted, NotAccepted, ScoringUnavailable
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


@banker_required
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """A form for a new application, whose key is chosen before its first save."""
    return _edit(request, LoanApplication(pk=_key(request)), is_new=True)


@banker_required
@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application = get_object_or_404(LoanApplication.objects.filed_by(request.user), pk=pk)
    if not application.is_draft:
        return redirect("applications:detail", pk=pk)
    return _edit(request, application)


@banker_required
@require_POST
def delete(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application = get_object_or_404(LoanApplication.objects.filed_by(request.user), pk=pk)
    try:
        filing.delete_draft(application=application)
    except AlreadySubmitted as error:
        messages.warning(request, str(error))
        return redirect("applications:detail", pk=pk)
    messages.success(
        request, _("Draft %(reference)s is deleted.") % {"reference": application.reference}
    )
    return redirect("applications:list")


def _edit(
    request: DeskRequest, application: LoanApplication, *, is_new: bool = False
) -> HttpResponse:
    action = request.POST.get("action")
    if action == "lookup":
        return _look_up(request, application, is_new=is_new)
    if request.method == "GET":
        return _form_page(request, ApplicationForm(instance=application), is_new=is_new)
    form = ApplicationForm(request.POST, instance=application, submitting=action == "submit")
    if not form.is_valid():
        return _form_page(request, form, is_new=is_new)
    return _save(request, form, is_new=is_new)


def _save(request: DeskRequest, form: ApplicationForm, *, is_new: bool) -> HttpResponse:
    """Keep the draft first, so that nothing typed is lost whatever happens to its score."""
    try:
        draft = filing.save_draft(application=form.instance, filed_by=request.user)
        if form.submitting:
            filing.submit(application_id=draft.pk, submitted_by=request.user)
            return redirect("applications:detail", pk=draft.pk)
    except AlreadySubmitted as error:
        messages.info(request, str(error))
        return redirect("applications:detail", pk=form.instance.pk)
    except ScoringUnavailable as error:
        messages.error(request, str(error))
        return redirect("applications:edit", pk=draft.pk)
    except NotAccepted as error:
        form.refuse(error.errors)
        return _form_page(request, form, is_new=False)
    messages.success(
        request,
        _("Draft %(reference)s is saved. You can finish it whenever you like.")
        % {"reference": draft.reference},
    )
    return redirect("applications:edit", pk=draft.pk)


def _look_up(request: DeskRequest, application: LoanApplication, *, is_new: bool) -> HttpResponse:
    """Fill the form with what is on file; what the file does not hold stays as typed."""
    typed = {name: request.POST.get(name, "") for name in ApplicationForm.base_fields}
    number = typed["client_number"].strip()
    # A number of 19 digits or more fits no client.
    known = number.isdecimal() and len(number) < 19
    file = clients.on_file(int(number)) if known else None
    form = ApplicationForm(instance=application, initial={**typed, **(file.values if file else {})})
    return _form_page(
        request, form, is_new=is_new, on_file=file, unknown_client=number if not file else None
    )


def _form_page(
    request: DeskRequest,
    form: ApplicationForm,
    *,
    is_new: bool,
    on_file: clients.OnFile | None = None,
    unknown_client: str | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "application": form.instance,
        "is_new": is_new,
        "on_file": on_file,
        "unknown_client": unknown_client,
    }
    partial = request.htmx and request.POST.get("action") == "lookup"
    template = "applications/_form.html" if partial else "applications/form.html"
    # 422 tells programs that nothing was saved; browsers show the page all the same.
    return render(request, template, context, status=422 if form.errors else 200)


def _key(request: DeskRequest) -> uuid.UUID:
    """The key the form was given when it was first shown, so that a second click finds it."""
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()
    if LoanApplication.objects.filter(pk=key).exclude(filed_by=request.user).exists():
        raise Http404
    return key
