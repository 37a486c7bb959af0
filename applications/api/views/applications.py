"""Applications: filing, changing, submitting, and trying other terms."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from applications.api import examples, forms
from applications.api.base import (
    FILES,
    DeskView,
    ListView,
    application_of,
    applications_of,
    person,
)
from applications.api.filters import ApplicationFilter
from applications.api.serializers import applications as serializers
from applications.api.versions import seen
from applications.exceptions import AlreadySubmitted
from applications.models import LoanApplication
from applications.services import filing
from monitoring.models import Source
from scoring.api.base import ERRORS, NOT_FOUND, problems

CONFLICT = problems(409)
CHANGED = problems(409, 412)


class ApplicationList(ListView):
    rights_to: ClassVar = {"POST": (FILES,)}
    ordering = ("-updated_at", "-pk")
    filterset_class = ApplicationFilter
    queryset = LoanApplication.objects.none()

    @extend_schema(
        operation_id="applications_list",
        summary="Applications",
        responses={(200, "application/json"): serializers.ApplicationRow(many=True), **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """List what the caller filed; for managers also what others submitted. Newest first."""
        return self.listed(applications_of(request), serializers.ApplicationRow)

    @extend_schema(
        operation_id="applications_create",
        summary="File an application",
        request=serializers.NewApplication,
        responses={
            (201, "application/json"): serializers.ApplicationOut,
            **ERRORS,
        },
        examples=examples.FILED,
    )
    def post(self, request: Request) -> Response:
        """Keep a draft or, with `submit`, file it and have it decided at once.

        Either all of it is done or nothing is kept.
        """
        application = LoanApplication()
        submitting = isinstance(request.data, dict) and request.data.get("submit") is True
        forms.read(serializers.NewApplication, request.data, application, submitting=submitting)
        if submitting:
            filing.file(application=application, filed_by=person(request), source=Source.API)
        else:
            filing.save_draft(application=application, filed_by=person(request))
        return shown(request, application.pk, status.HTTP_201_CREATED)


class ApplicationDetail(DeskView):
    rights_to: ClassVar = {"PATCH": (FILES,), "DELETE": (FILES,)}

    @extend_schema(
        operation_id="applications_retrieve",
        summary="An application",
        responses={
            (200, "application/json"): serializers.ApplicationOut,
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return an application as it stands."""
        return shown(request, pk)

    @extend_schema(
        operation_id="applications_update",
        summary="Change a draft",
        request=serializers.ChangedApplication,
        responses={
            (200, "application/json"): serializers.ApplicationOut,
            **ERRORS,
            **NOT_FOUND,
            **CHANGED,
        },
        examples=examples.CHANGED,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change some fields of a draft, if it is still as it was read."""
        application = application_of(request, pk)
        if not application.is_draft:
            told = _("%(reference)s was submitted before; its decision stands.")
            raise AlreadySubmitted(told % {"reference": application.reference})
        sent = forms.read(serializers.ChangedApplication, request.data, application)
        with seen(request, sent, application) as version:
            filing.save_draft(application=application, filed_by=person(request), seen=version)
        return shown(request, pk)

    @extend_schema(
        operation_id="applications_destroy",
        summary="Throw a draft away",
        responses={204: None, **ERRORS, **NOT_FOUND, **CONFLICT},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete a draft; what was submitted stays for good."""
        filing.delete_draft(application=application_of(request, pk), by=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Submission(DeskView):
    rights = (FILES,)

    @extend_schema(
        operation_id="applications_submit",
        summary="Submit a draft",
        request=None,
        responses={
            (200, "application/json"): serializers.ApplicationOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Freeze a draft and have it decided at once; of two submissions one wins."""
        application = application_of(request, pk)
        if application.is_draft:
            forms.read(serializers.ApplicationFields, {}, application, submitting=True)
        filing.submit(application_id=pk, submitted_by=person(request), source=Source.API)
        return shown(request, pk)


def shown(request: Request, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
    """An application as it stands now; where it was just made, with its address."""
    found = application_of(request, pk)
    data = serializers.ApplicationOut(found, context={"request": request}).data
    made = {"Location": reverse("api-application", args=[pk])}
    return Response(data, status=code, headers=made if code == status.HTTP_201_CREATED else None)
