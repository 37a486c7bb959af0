"""What was decided on an application, and why."""

from __future__ import annotations

import uuid

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from applications import clients
from applications.gauge import gauge
from applications.models import LoanApplication
from applications.result import explained, result
from applications.summary import as_filed
from applications.views.case_file import case_file
from applications.views.common import DeskRequest, desk_required, visible_application


@desk_required
@require_GET
def detail(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    return page(request, visible_application(request, pk))


def page(
    request: DeskRequest,
    application: LoanApplication,
    *,
    typed: forms.BaseForm | None = None,
    stale: str = "",
    unsent: str = "",
    status: int = 200,
) -> HttpResponse:
    """The result as it is now.

    Parameters
    ----------
    typed : form, optional
        One of the page's forms that was sent with mistakes, to be mended.
    stale : str, optional
        Why what somebody just asked for was not done.
    unsent : str, optional
        What they wrote with it, in a form that the page may no longer hold, for them to copy.
    """
    decision = application.decision
    if decision is None:
        return redirect("applications:edit", pk=application.pk)
    prediction = decision.prediction
    context = {
        "application": application,
        "decision": decision,
        "stale": stale,
        "unsent": unsent,
        **case_file(request, application, typed),
        "prediction": prediction,
        "gauge": gauge(
            pd=prediction.pd,
            refer_from=prediction.refer_from,
            decline_from=prediction.decline_from,
        ),
        "history_used": clients.history_labels(prediction.history_used),
        "as_filed": as_filed(application),
        **result(application, prediction),
        "versions": LoanApplication.objects.versions_of(application),
    }
    return render(request, "applications/detail.html", context, status=status)


@desk_required
@require_GET
def explanation(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """The reasons alone, for the result page to fetch until they are there."""
    application = visible_application(request, pk)
    if not request.htmx:
        return redirect("applications:detail", pk=pk)
    if application.decision is None:
        raise Http404
    context = {"application": application, **explained(application.decision.prediction)}
    return render(request, "applications/_explanation.html", context)
