"""Notes and documents on an application."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from applications.case_forms import DocumentsForm, NoteForm
from applications.models import Attachment, LoanApplication
from applications.services import records
from applications.views import result
from applications.views.common import DeskRequest, desk_required, visible_application

log = logging.getLogger(__name__)


@desk_required
@require_POST
def write_note(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application = visible_application(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return result.page(request, application, typed=form, status=422)
    records.write_note(application_id=pk, author=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("Your note is on file."))
    return _to_file(pk)


@desk_required
@require_POST
def attach(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    application = visible_application(request, pk)
    form = DocumentsForm(request.POST, request.FILES)
    if not form.is_valid():
        return result.page(request, application, typed=form, status=422)
    try:
        new = records.attach(
            application_id=pk, added_by=request.user, files=form.cleaned_data["documents"]
        )
    except ValidationError as error:
        form.refuse(error.messages)
        return result.page(request, application, typed=form, status=422)
    messages.success(request, _attached(new))
    return _to_file(pk)


@desk_required
@require_GET
def document(request: DeskRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file itself, to be saved and never shown as a page of the desk."""
    visible = LoanApplication.objects.visible_to(request.user)
    attachment = get_object_or_404(Attachment, pk=pk, application__in=visible)
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError:
        log.exception("The file of attachment %s is gone.", pk)
        messages.error(
            request,
            _("“%(name)s” is missing on disk. Please tell an administrator.")
            % {"name": attachment.name},
        )
        return _to_file(attachment.application_id)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _attached(new: int) -> str:
    if not new:
        return _("These documents were on file already.")
    told = ngettext("%(n)d document is on file.", "%(n)d documents are on file.", new)
    return told % {"n": new}


def _to_file(pk: uuid.UUID) -> HttpResponse:
    return redirect(reverse("applications:detail", args=[pk]) + "#file")
