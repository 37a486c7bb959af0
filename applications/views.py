"""The desk's pages: ask, and render."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from applications import clients, services
from applications.exceptions import AlreadySubmitted, NotAccepted, ScoringUnavailable
from applications.filters import ApplicationFilter, DecisionFilter
from applications.forms import ApplicationForm
from applications.gauge import gauge
from applications.models import Decision, LoanApplication
from applications.result import explained, result
from applications.summary import as_filed
from applications.timeline import over_time

P = ParamSpec("P")
PER_PAGE = 25
_A_MONTH = timedelta(days=30)


class DeskRequest(HttpRequest):
    """A request from somebody who is logged in."""

    user: User
    htmx: HtmxDetails


_View = Callable[Concatenate[DeskRequest, P], HttpResponse]


def role_required(*permissions: str) -> Callable[[_View[P]], Callable[..., HttpResponse]]:
    """Let in whoever has any of `permissions`; 403 to others, the login page to outsiders."""

    def decorate(view: _View[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(checked)

    return decorate


banker_required = role_required("applications.file_application")
manager_required = role_required("applications.view_all_applications")
desk_required = role_required("applications.file_application", "applications.view_all_applications")


@login_required
@require_GET
def home(request: DeskRequest) -> HttpResponse:
    user = request.user
    context: dict[str, Any] = {}
    if user.has_perm("applications.file_application"):
        mine = LoanApplication.objects.filed_by(user)
        context["drafts"] = mine.drafts()[:5]
        context["latest"] = mine.submitted().order_by("-submitted_at").with_decision()[:5]
    if user.has_perm("applications.view_all_applications"):
        decisions = Decision.objects.since(timezone.now() - _A_MONTH)
        context["summary"] = decisions.summary()
        context["decisions"] = Decision.objects.for_history()[:5]
    return render(request, "applications/home.html", context)


@banker_required
@require_GET
def application_list(request: DeskRequest) -> HttpResponse:
    mine = LoanApplication.objects.filed_by(request.user).with_decision()
    found = ApplicationFilter(request.GET, queryset=mine, request=request)
    context = {"filter": found, "page": _page(request, found.qs)}
    return _page_or_results(request, "applications/list", context)


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
        services.delete_draft(application=application)
    except AlreadySubmitted as error:
        messages.warning(request, str(error))
        return redirect("applications:detail", pk=pk)
    messages.success(
        request, _("Draft %(reference)s is deleted.") % {"reference": application.reference}
    )
    return redirect("applications:list")


@desk_required
@require_GET
def detail(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application = _visible(request, pk)
    decision = application.decision
    if decision is None:
        return redirect("applications:edit", pk=pk)
    prediction = decision.prediction
    context = {
        "application": application,
        "decision": decision,
        "prediction": prediction,
        "gauge": gauge(
            pd=prediction.pd,
            refer_from=prediction.refer_from,
            decline_from=prediction.decline_from,
        ),
        "history_used": clients.history_labels(prediction.history_used),
        "as_filed": as_filed(application),
        **result(application, prediction),
    }
    return render(request, "applications/detail.html", context)


@desk_required
@require_GET
def explanation(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """The reasons alone, for the result page to fetch until they are there."""
    application = _visible(request, pk)
    if not request.htmx:
        return redirect("applications:detail", pk=pk)
    if application.decision is None:
        raise Http404
    context = {"application": application, **explained(application.decision.prediction)}
    return render(request, "applications/_explanation.html", context)


@manager_required
@require_GET
def history(request: DeskRequest) -> HttpResponse:
    found = DecisionFilter(request.GET, queryset=Decision.objects.for_history(), request=request)
    context = {
        "filter": found,
        "page": _page(request, found.qs),
        "summary": found.qs.summary(),
        "over_time": over_time(found.qs.per_day()),
    }
    return _page_or_results(request, "applications/history", context)


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
        draft = services.save_draft(application=form.instance, filed_by=request.user)
        if form.submitting:
            services.submit(application_id=draft.pk, submitted_by=request.user)
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


def _visible(request: DeskRequest, pk: uuid.UUID) -> LoanApplication:
    visible = LoanApplication.objects.visible_to(request.user).select_related("filed_by")
    application: LoanApplication = get_object_or_404(visible.with_decision(), pk=pk)
    return application


def _page(request: DeskRequest, found: QuerySet[Any]) -> Page[Any]:
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


def _page_or_results(request: DeskRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its results when a filter was changed on it."""
    partial = request.htmx and not request.htmx.history_restore_request
    response = render(request, f"{name}_results.html" if partial else f"{name}.html", context)
    response["Vary"] = "HX-Request"  # so that "back" never shows a fragment from the cache
    return response
