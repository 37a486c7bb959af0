"""The dossier of a decision: on a page, as a file, verified, and computed again."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications import dossier as dossiers
from applications import verifying
from applications.models import LoanApplication
from applications.services import replaying
from applications.summary import as_filed
from applications.views.common import DeskRequest, desk_required, manager_required


@desk_required
@require_GET
def dossier(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk)
    context = {
        "dossier": found,
        "application": found.application,
        "prediction": found.prediction,
        "as_filed": as_filed(found.application),
        "may_replay": request.user.has_perm("applications.view_all_applications"),
    }
    return render(request, "applications/dossier.html", context)


@desk_required
@require_GET
def as_json(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk)
    name = f"{found.application.reference}.json"
    return JsonResponse(
        dossiers.as_json(found, made_by=request.user),
        encoder=DjangoJSONEncoder,
        json_dumps_params={"indent": 1, "allow_nan": False},
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@desk_required
@require_GET
def verify(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """Check the journal of the application; nothing is changed by it."""
    application = _application(request, pk)
    context = {"application": application, "report": verifying.of_application(application)}
    name = "dossier_verification" if request.htmx else "dossier_verified"
    response = render(request, f"applications/{name}.html", context)
    response["Vary"] = "HX-Request"
    return response


@manager_required
@require_POST
def replay(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk)
    result = replaying.replay(decision=found.decision, asked_by=request.user)
    if result.confirmed:
        messages.success(request, _("The score was computed again and is confirmed."))
    else:
        messages.warning(request, _("The score was computed again. See below what came of it."))
    return redirect("applications:dossier", pk=pk)


def _application(request: DeskRequest, pk: uuid.UUID) -> LoanApplication:
    visible = LoanApplication.objects.visible_to(request.user).submitted()
    application: LoanApplication = get_object_or_404(
        visible.select_related("filed_by", "case"), pk=pk
    )
    return application


def _found(request: DeskRequest, pk: uuid.UUID) -> dossiers.Dossier:
    found = dossiers.of(_application(request, pk))
    if found is None:
        raise Http404
    return found
