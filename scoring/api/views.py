"""Scores over REST: validate, call the service, serialise."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.models import Prediction, Source
from monitoring.querysets import PredictionQuerySet
from scoring import registry, services
from scoring.api import serializers
from scoring.api.base import ERRORS, NOT_FOUND, ApiView
from scoring.api.schema import EXAMPLE
from scoring.models import Explanation

# They hold nothing of a request, and copying their fields for each would cost as much as a score.
_ASKED = serializers.ScoreRequest()
_SCORE = serializers.Score()
_EXPLANATION = serializers.ExplanationOut()


class ScoreList(ApiView):
    right = "scoring.request_score"

    @extend_schema(
        operation_id="scores_create",
        summary="Score an application",
        request=serializers.ScoreRequest,
        responses={(201, "application/json"): serializers.ScoreAnswer, **ERRORS},
        examples=[
            OpenApiExample("A known client", {"client_id": 100001}, request_only=True),
            OpenApiExample(
                "An application",
                {"application": EXAMPLE},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Score an application, store the prediction, and start its explanation."""
        asked = _ASKED.run_validation(request.data)
        prediction = services.score(
            application=asked["application"],
            client_id=asked.get("client_id"),
            history=asked.get("history"),
            source=Source.API,
            requested_by=cast(User, request.user),
            explained=asked["explain"],
        )
        explanation = services.explanation_of(prediction) if asked["explain"] else None
        return Response(
            _answer(request, prediction, explanation),
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api-score", kwargs={"pk": prediction.pk})},
        )


class ScoreDetail(ApiView):
    right = "scoring.request_score"

    @extend_schema(
        operation_id="scores_retrieve",
        summary="A stored score",
        responses={(200, "application/json"): serializers.ScoreAnswer, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return a score as it was given."""
        prediction = get_object_or_404(_visible(request).defer("history", "features"), pk=pk)
        return Response(_answer(request, prediction))


class ScoreExplanation(ApiView):
    right = "scoring.request_score"

    @extend_schema(
        operation_id="scores_explanation_retrieve",
        summary="Why a score came out as it did",
        responses={
            (200, "application/json"): serializers.ExplanationOut,
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the ranked reasons, computed now if they were not yet."""
        get_object_or_404(_visible(request).only("pk"), pk=pk)
        explanation = services.explain(prediction_id=pk)
        return Response(_EXPLANATION.to_representation(explanation))


class Champion(ApiView):
    right = "scoring.request_score"

    @extend_schema(
        operation_id="champion_retrieve",
        summary="The model that scores now",
        responses={(200, "application/json"): serializers.ChampionOut, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """Return the champion with its cut-offs and the figures of its training."""
        bundle = registry.champion()
        return Response(
            {
                "name": bundle.name,
                "version": bundle.version,
                "sha256": bundle.sha256,
                "features": len(bundle.features),
                "cut_offs": {
                    "refer_from": bundle.cut_offs.refer_from,
                    "decline_from": bundle.cut_offs.decline_from,
                },
                "metrics": bundle.metrics,
            }
        )


def _answer(
    request: Request, prediction: Prediction, explanation: Explanation | None = None
) -> dict[str, Any]:
    address = reverse("api-explanation", kwargs={"pk": prediction.pk})
    return {
        **_SCORE.to_representation(prediction),
        "explanation_url": request.build_absolute_uri(address),
        "explanation": explanation and _EXPLANATION.to_representation(explanation),
    }


def _visible(request: Request) -> PredictionQuerySet:
    """Their own scores; all of them for who may view predictions."""
    predictions = Prediction.objects.all()
    if request.user.has_perm("monitoring.view_prediction"):
        return predictions
    return predictions.filter(requested_by=cast(User, request.user))
