"""Notes, documents, and the timeline of an application."""

from __future__ import annotations

import logging
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError as Refused
from django.http import FileResponse, Http404, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from applications import story
from applications.api import examples, forms
from applications.api.base import AnyFile, DeskView, ListView, application_of, known, person
from applications.api.serializers import records as serializers
from applications.api.views.applications import CONFLICT
from applications.case_forms import DocumentsForm
from applications.exceptions import Stale
from applications.models import Attachment, LoanApplication, Note
from applications.services import records
from scoring.api.base import ERRORS, NOT_FOUND

log = logging.getLogger(__name__)


class Notes(ListView):
    ordering = ("-written_at", "-pk")
    queryset = Note.objects.none()

    @extend_schema(
        operation_id="applications_notes_list",
        summary="Notes on an application",
        responses={
            (200, "application/json"): serializers.NoteOut(many=True),
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List what was written down, the latest first."""
        notes = application_of(request, pk).notes.select_related("author")
        return self.listed(notes, serializers.NoteOut)

    @extend_schema(
        operation_id="applications_notes_create",
        summary="Write a note",
        request=serializers.NoteBody,
        responses={
            (201, "application/json"): serializers.NoteOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
        examples=examples.NOTED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Add a note; the same words sent twice in a row are one note."""
        _submitted(request, pk)
        sent = serializers.NoteBody(data=request.data)
        sent.is_valid(raise_exception=True)
        note = records.write_note(
            application_id=pk, author=person(request), text=sent.validated_data["text"]
        )
        return Response(serializers.NoteOut(note).data, status=status.HTTP_201_CREATED)


class Attachments(DeskView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="applications_attachments_list",
        summary="Documents of an application",
        responses={(200, "application/json"): serializers.Attached, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List the documents on file: 20 at most, so there are no pages."""
        return self._on_file(request, application_of(request, pk), 0, status.HTTP_200_OK)

    @extend_schema(
        operation_id="applications_attachments_create",
        summary="Attach documents",
        request={"multipart/form-data": serializers.DocumentsBody},
        responses={
            (201, "application/json"): serializers.Attached,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Attach documents, all or none. What a file is, its content says, not its name."""
        application = _submitted(request, pk)
        sent = forms.check(DocumentsForm(request.POST, request.FILES))
        try:
            added = records.attach(
                application_id=pk, added_by=person(request), files=sent["documents"]
            )
        except Refused as error:
            raise ValidationError({"documents": error.messages}) from error
        return self._on_file(request, application, added, status.HTTP_201_CREATED)

    def _on_file(
        self, request: Request, application: LoanApplication, added: int, code: int
    ) -> Response:
        documents = application.attachments.select_related("added_by").order_by("-added_at", "pk")
        answer = {"added": added, "attachments": documents}
        data = serializers.Attached(answer, context={"request": request}).data
        return Response(data, status=code)


class Document(DeskView):
    renderer_classes = [AnyFile]

    @extend_schema(
        operation_id="applications_attachments_retrieve",
        summary="A document itself",
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "image/png"): OpenApiTypes.BINARY,
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get(self, request: Request, pk: UUID, attachment: UUID) -> HttpResponseBase:
        """Return the file as it was attached."""
        found = known(application_of(request, pk).attachments.all(), pk=attachment)
        document = cast(Attachment, found)
        try:
            file: Any = document.file.open("rb")
        except FileNotFoundError as error:
            log.exception("The file of attachment %s is gone.", attachment)
            raise Http404 from error
        return FileResponse(
            file,
            as_attachment=True,
            filename=document.name,
            content_type=document.content_type,
            headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
        )


class TimelineOf(DeskView):
    @extend_schema(
        operation_id="applications_timeline_retrieve",
        summary="What happened to an application",
        responses={(200, "application/json"): serializers.Timeline, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell an application's journal, in the caller's language."""
        entries = application_of(request, pk).entries.select_related("actor")
        return Response(serializers.Timeline({"events": story.told(entries)}).data)


def _submitted(request: Request, pk: UUID) -> LoanApplication:
    """An application that notes and documents can be added to."""
    application = application_of(request, pk)
    if application.is_draft:
        raise Stale(_("This is a draft. Submit it first; notes and documents come afterwards."))
    return application
