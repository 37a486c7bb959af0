"""Trying other terms, and offering them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from applications.api import examples, forms
from applications.api.base import FILES, DeskView, person
from applications.api.serializers import terms as serializers
from applications.api.serializers.applications import ApplicationOut
from applications.api.views.applications import CONFLICT, shown
from applications.exceptions import Outdated
from applications.models import LoanApplication
from applications.services import counter_offers
from applications.what_if.form import WhatIfForm, query
from applications.what_if.terms import Filed, LoanTerms, filed
from applications.what_if.trying import study
from monitoring.models import Source
from scoring.api.base import ERRORS, NOT_FOUND
from scoring.exceptions import OutdatedHistory


class WhatIfs(DeskView):
    @extend_schema(
        operation_id="applications_what_if",
        summary="Try other terms",
        request=serializers.TermsBody,
        responses={
            (200, "application/json"): serializers.TrialOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
        examples=examples.TRIED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Score a decided application under other terms. Nothing is stored."""
        application = _decided(request, pk)
        sent = serializers.TermsBody(data=request.data)
        sent.is_valid(raise_exception=True)
        terms = _terms(sent.validated_data, filed(application))
        try:
            tried = study(application=application, at=timezone.now())
        except OutdatedHistory as error:
            raise Outdated(
                _(
                    "The loan history kept with this score was laid out for an earlier version of "
                    "the product. File a new application to score the applicant again."
                )
            ) from error
        versions = list(LoanApplication.objects.versions_of(application))
        answer = {
            "tried": tried.of(terms),
            "as_filed": tried.as_filed,
            "currency": settings.BANK["currency"],
            "offer_number": versions[-1].version + 1,
            "stamp": tried.basis.stamp,
        }
        return Response(serializers.TrialOut(answer).data)


class CounterOffers(DeskView):
    rights = (FILES,)

    @extend_schema(
        operation_id="applications_counter_offer",
        summary="Make a counter-offer",
        request=serializers.OfferBody,
        responses={
            (201, "application/json"): ApplicationOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
        examples=examples.OFFERED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """File another version of an application on terms that were tried; it is decided at once.

        409 where that version is made already, or another model or other cut-offs would decide.
        """
        application = _decided(request, pk)
        sent = serializers.OfferBody(data=request.data)
        sent.is_valid(raise_exception=True)
        made = counter_offers.file(
            wish=counter_offers.Wish(
                source_id=pk,
                terms=_terms(sent.validated_data, filed(application)),
                version=sent.validated_data["offer_number"],
                stamp=sent.validated_data["stamp"],
                source=Source.API,
            ),
            offered_by=person(request),
        )
        return shown(request, made.pk, status.HTTP_201_CREATED)


def _decided(request: Request, pk: UUID) -> LoanApplication:
    """A submitted application that the caller may see."""
    visible = LoanApplication.objects.visible_to(person(request)).submitted()
    found: LoanApplication = get_object_or_404(visible.with_decision(), pk=pk)
    return found


def _terms(sent: Mapping[str, Any], base: Filed) -> LoanTerms:
    """LoanTerms as the desk's form checks them; what was left out is as filed."""
    given = {name: value for name, value in sent.items() if name in WhatIfForm.base_fields}
    typed = {**query(base.terms), **forms.written(given)}
    if given.get("instalment") is not None and given.get("instalments") is None:
        typed.pop("instalments", None)
    form = WhatIfForm(typed, filed=base)
    useless = [name for name, value in given.items() if value and name not in form.fields]
    if useless:
        raise ValidationError({name: [_("This loan has no use for it.")] for name in useless})
    forms.check(form)
    return form.terms
