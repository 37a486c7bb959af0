"""Scores computed again over REST."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.models import Prediction
from scoring import replaying
from scoring.api.base import ERRORS, NOT_FOUND, ApiView


class ReplayOut(serializers.Serializer[Any]):
    """A score computed again from what was stored, beside the one that was given."""

    confirmed = serializers.BooleanField(
        help_text=_("Inputs give the stored vector, and the vector the stored score, bit for bit.")
    )
    score_is_equal = serializers.BooleanField()
    features = serializers.CharField(
        help_text=_("`equal`, `different`, `other-layout` or `not-tried`.")
    )
    different = serializers.ListField(
        child=serializers.CharField(), help_text=_("Features that came out otherwise.")
    )
    raw_score = serializers.FloatField()
    raw_score_again = serializers.FloatField(allow_null=True)
    pd = serializers.FloatField()
    pd_again = serializers.FloatField(allow_null=True)
    model_sha256 = serializers.CharField()
    problem = serializers.CharField(help_text=_("Why nothing was computed; empty if it was."))


class ScoreReplay(ApiView):
    right = "scoring.request_score"

    @extend_schema(
        operation_id="scores_replay",
        summary="Compute a score again",
        request=None,
        responses={(200, "application/json"): ReplayOut, **ERRORS, **NOT_FOUND},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Compute a stored score again, with the model that gave it. Nothing is stored."""
        visible = Prediction.objects.visible_to(cast(User, request.user))
        replay = replaying.replay(get_object_or_404(visible, pk=pk))
        return Response(ReplayOut(replay.as_json()).data)
