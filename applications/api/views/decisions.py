"""Decisions: their reasons, letters, dossiers, and replays."""

from __future__ import annotations

from typing import ClassVar, cast

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from applications import dossier as dossiers
from applications.api import examples, forms
from applications.api.base import SEES_ALL, AnyFile, DeskView, ListView, decision_of, known, person
from applications.api.filters import DecisionFilter
from applications.api.serializers import decisions as serializers
from applications.api.views.applications import CONFLICT
from applications.letters.forms import WordingForm
from applications.models import Decision, Letter, LoanApplication
from applications.services import lettering, replaying
from scoring.api.base import ERRORS, NOT_FOUND
from scoring.api.replays import ReplayOut


class DecisionList(ListView):
    ordering = ("-decided_at", "-pk")
    filterset_class = DecisionFilter
    queryset = Decision.objects.none()

    @extend_schema(
        operation_id="decisions_list",
        summary="Decisions",
        responses={(200, "application/json"): serializers.DecisionRow(many=True), **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """List the decisions on what the caller filed, for managers all of them. Newest first."""
        visible = Decision.objects.visible_to(person(request)).for_history()
        return self.listed(visible.select_related("application__case"), serializers.DecisionRow)


class DecisionDetail(DeskView):
    @extend_schema(
        operation_id="decisions_retrieve",
        summary="A decision with its reasons",
        responses={
            (200, "application/json"): serializers.DecisionOut,
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return a decision; labels and sentences are in the caller's language, codes stay."""
        context = {"request": request}
        return Response(serializers.DecisionOut(decision_of(request, pk), context=context).data)


class LetterOf(DeskView):
    @extend_schema(
        operation_id="decisions_letter_retrieve",
        summary="The letter on a decision: what it would say, and where it stands",
        responses={
            (200, "application/json"): serializers.LetterStanding,
            **ERRORS,
            **NOT_FOUND,
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        """Say which reasons the letter would give, what it lacks, and which ones were made."""
        decision = decision_of(request, pk)
        grounds, _content = lettering.drafted(decision, language=get_language() or "en")
        context = {"request": request, "grounds": grounds}
        return Response(serializers.LetterStanding(decision, context=context).data)

    @extend_schema(
        operation_id="decisions_letter_create",
        summary="Make the letter on a decision",
        request=serializers.LetterBody,
        responses={
            (201, "application/json"): serializers.LetterOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
        examples=examples.LETTER,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make the letter in one language; made before, it is returned as it is.

        409 while the reasons of a refusal are being computed, where a manager has to word them
        first, and where another decision is in force.
        """
        decision = decision_of(request, pk)
        sent = serializers.LetterBody(data=request.data)
        sent.is_valid(raise_exception=True)
        language = sent.validated_data["language"]
        if language not in dict(settings.LANGUAGES):
            raise ValidationError({"language": [_("This site writes no letters in it.")]})
        letter = lettering.make(
            decision_id=decision.pk,
            language=language,
            made_by=person(request),
            wording=_wording(sent.validated_data),
        )
        address = reverse("api-letter-pdf", args=[pk, language])
        return Response(
            serializers.LetterOut(letter, context={"request": request}).data,
            status=status.HTTP_201_CREATED,
            headers={"Location": address},
        )


class LetterPdf(DeskView):
    renderer_classes = [AnyFile]

    @extend_schema(
        operation_id="decisions_letter_pdf",
        summary="The letter itself",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: int, language: str) -> HttpResponse:
        """Return the PDF exactly as it was made; 404 until then."""
        decision = decision_of(request, pk)
        letter = cast(Letter, known(decision.letters.all(), language=language))
        name = f"{decision.application.reference}-{letter.language}.pdf"
        return HttpResponse(
            bytes(letter.pdf),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )


class LetterHandedOver(DeskView):
    @extend_schema(
        operation_id="decisions_letter_handed_over",
        summary="Say that the applicant has the letter",
        request=None,
        responses={
            (200, "application/json"): serializers.LetterOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
    )
    def post(self, request: Request, pk: int, language: str) -> Response:
        """Write down that the letter was handed over or sent. Safe to repeat."""
        made = decision_of(request, pk).letters.without_pdf()
        letter = lettering.hand_over(
            letter_id=known(made, language=language).pk, by=person(request)
        )
        return Response(serializers.LetterOut(letter, context={"request": request}).data)


class DossierOf(DeskView):
    @extend_schema(
        operation_id="decisions_dossier_retrieve",
        summary="The dossier of an application's decisions",
        responses={(200, "application/json"): OpenApiTypes.OBJECT, **ERRORS, **NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Return all there is to defend the decision: `keys` says what each key holds.

        It covers every decision on the application, and the journal with its hashes.
        """
        visible = LoanApplication.objects.visible_to(person(request)).submitted()
        application = get_object_or_404(visible.select_related("filed_by"), decisions=pk)
        dossier = dossiers.of(application)
        assert dossier is not None  # noqa: S101 - it has the decision that was asked for
        return Response(dossiers.as_json(dossier, made_by=person(request)))


class DecisionReplay(DeskView):
    rights: ClassVar[tuple[str, ...]] = (SEES_ALL,)

    @extend_schema(
        operation_id="decisions_replay",
        summary="Compute the score behind a decision again",
        request=None,
        responses={(200, "application/json"): ReplayOut, **ERRORS, **NOT_FOUND},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Compute the score again with the model that gave it, and note it in the journal."""
        visible = Decision.objects.visible_to(person(request))
        decision = get_object_or_404(visible.select_related("prediction", "application"), pk=pk)
        found = replaying.replay(decision=decision, asked_by=person(request))
        return Response(ReplayOut(found.as_json()).data)


def _wording(sent: dict[str, str]) -> str:
    """A manager's words, as the desk's form checks them."""
    if not sent.get("wording"):
        return ""
    return str(forms.check(WordingForm({"wording": sent["wording"]}))["wording"])
