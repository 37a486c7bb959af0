"""Outcomes of loans, told by other systems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from applications.api import examples, outcomes
from applications.api.base import person
from applications.api.serializers import outcomes as serializers
from monitoring.services import record_outcomes
from scoring.api.base import ERRORS, ApiView

_ONE_OR_MANY = PolymorphicProxySerializer(
    component_name="Outcomes",
    serializers=[serializers.OutcomeBody, serializers.OutcomeBody(many=True)],
    resource_type_field_name=None,
    many=False,
)


class OutcomeList(ApiView):
    right = "monitoring.add_loanoutcome"

    @extend_schema(
        operation_id="outcomes_create",
        summary="Tell what became of loans",
        request=_ONE_OR_MANY,
        responses={(200, "application/json"): serializers.RecordedOut, **ERRORS},
        examples=examples.HAPPENED,
    )
    def post(self, request: Request) -> Response:
        """Record whether loans were repaid: one, or a list of up to 5,000, all or none.

        Wrong entries are named by their place in the list, and nothing is recorded then: mend
        them and send the whole list again. What is recorded already is left as it is; an outcome
        that says otherwise corrects the earlier one, which is kept.
        """
        many = isinstance(request.data, list)
        sent: Any = serializers.OutcomeBody(data=request.data, many=many)
        sent.is_valid(raise_exception=True)
        entries = sent.validated_data if many else [sent.validated_data]
        observed, errors = outcomes.read(entries, person(request))
        if any(errors):
            raise ValidationError(errors if many else errors[0])
        recorded = record_outcomes(observed=observed, recorded_by=person(request))
        return Response(serializers.RecordedOut(recorded).data)
