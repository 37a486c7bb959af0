"""Score batches on the desk: send a file, see how far it is, fetch the scores."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.batch_forms import BatchForm
from applications.views.common import DeskRequest, page_of, role_required
from scoring.batches import results, services, uploads
from scoring.batches.exceptions import NotNow, TooLarge, Unusable
from scoring.batches.models import BatchRow, ScoreBatch
from scoring.exceptions import NoChampion

batches_required = role_required("scoring.score_batch")


@batches_required
@require_http_methods(["GET", "POST"])
def batches(request: DeskRequest) -> HttpResponse:
    """All batches, and the form for a new one."""
    sent = request.method == "POST"
    form = BatchForm(request.POST, request.FILES) if sent else BatchForm()
    if form.is_valid():
        batch = _create(request, form)
        if batch is not None:
            messages.success(request, _("Your file has arrived and is being checked."))
            return redirect(batch)
    context = {"form": form, "page": page_of(request, _visible(request).with_progress())}
    status = 422 if form.errors else 200
    return render(request, "applications/batches/list.html", context, status=status)


@batches_required
@require_GET
def batch(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """How far a batch is, and which of its rows were refused."""
    found = _batch(request, pk)
    refused = BatchRow.objects.filter(batch=found).refused().in_order()
    context = {**_state(found), "page": page_of(request, refused)}
    return render(request, "applications/batches/batch.html", context)


@batches_required
@require_GET
def progress(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """The progress alone, which the page asks for until the batch is over."""
    found = _batch(request, pk)
    response = render(request, "applications/batches/_progress.html", _state(found))
    if found.is_over:  # results and refused rows belong to the page around it
        response["HX-Refresh"] = "true"
    return response


@batches_required
@require_POST
def cancel(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    found = _batch(request, pk)
    try:
        services.cancel(batch_id=found.pk)
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The batch is cancelled. What was scored is kept."))
    return redirect(found)


@batches_required
@require_GET
def download(request: DeskRequest, pk: uuid.UUID, kind: str) -> HttpResponseBase:
    found = _batch(request, pk)
    if kind not in results.KINDS:
        raise Http404
    if not found.has_results:
        messages.warning(request, _("There are no results yet."))
        return redirect(found)
    return results.download(found, kind)


def _create(request: DeskRequest, form: BatchForm) -> ScoreBatch | None:
    """Hand the file over; what is wrong with it goes to its field."""
    file = form.cleaned_data["file"]
    try:
        return services.create(
            upload=uploads.receive(file),
            created_by=request.user,
            name=file.name,
            explain=form.cleaned_data["explain"],
        )
    except TooLarge:
        form.add_error("file", _("The file is larger than this site takes."))
    except NoChampion:
        form.add_error(None, _("No model is ready to score. Please try again later."))
    except Unusable as error:
        form.refuse(error)
    return None


def _visible(request: DeskRequest) -> Any:
    return ScoreBatch.objects.visible_to(request.user)


def _batch(request: DeskRequest, pk: uuid.UUID) -> ScoreBatch:
    visible: QuerySet[ScoreBatch] = _visible(request)
    return get_object_or_404(visible.select_related("model", "strategy", "created_by"), pk=pk)


def _state(found: ScoreBatch) -> dict[str, Any]:
    done = found.chunks.progress()
    return {
        "batch": found,
        "progress": done,
        "share": done.done / found.rows if found.rows else 0.0,
        "estimated_end": results.estimated_end(found, done),
    }
