"""Referrals and overrides: what managers do with cases, and what bankers answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.forms import ValidationError as RefusedDocument
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from applications.api import examples
from applications.api.base import (
    DECIDES,
    FILES,
    DeskView,
    ListView,
    application_of,
    decision_of,
    known,
    person,
)
from applications.api.filters import ReferralFilter
from applications.api.serializers import cases as serializers
from applications.api.serializers.applications import ApplicationOut, SeenBody, seen_in
from applications.api.versions import seen
from applications.api.views.applications import CHANGED, CONFLICT, shown
from applications.models import Case, Override
from applications.services import deciding
from scoring.api.base import ERRORS, NOT_FOUND

STANDS = {(200, "application/json"): ApplicationOut, **ERRORS, **NOT_FOUND, **CHANGED}


class ReferralList(ListView):
    rights = (DECIDES,)
    ordering = ("referred_at", "pk")
    filterset_class = ReferralFilter
    queryset = Case.objects.none()

    @extend_schema(
        operation_id="referrals_list",
        summary="Referrals",
        responses={(200, "application/json"): serializers.ReferralRow(many=True), **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """List the cases that wait for a manager or are with one, the oldest first."""
        return self.listed(Case.objects.with_application(), serializers.ReferralRow)


class CaseView(DeskView):
    """Something done to the case of an application."""

    rights = (DECIDES,)

    def act(
        self,
        request: Request,
        pk: UUID,
        body: type[SeenBody],
        do: Callable[[dict[str, Any], deciding.Seen], object],
    ) -> None:
        """Do something to a case as the caller saw it."""
        application = application_of(request, pk)
        get_object_or_404(Case, pk=pk)
        sent = body(data=request.data)
        sent.is_valid(raise_exception=True)
        with seen(request, sent.validated_data, application) as version:
            do(sent.validated_data, seen_in(version))

    def step(self, request: Request, pk: UUID, do: Callable[..., object]) -> Response:
        """Do what needs no more than who asks and what they saw; answer with what came of it."""
        self.act(
            request,
            pk,
            SeenBody,
            lambda _sent, saw: do(application_id=pk, by=person(request), seen=saw),
        )
        return shown(request, pk)


class Claim(CaseView):
    @extend_schema(
        operation_id="applications_claim",
        summary="Claim a referral",
        request=SeenBody,
        responses=STANDS,
        examples=examples.SEEN,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take a referral out of the queue; of two managers one wins."""
        return self.step(request, pk, deciding.claim)


class TakeOver(CaseView):
    @extend_schema(
        operation_id="applications_take_over",
        summary="Take a referral over",
        request=SeenBody,
        responses=STANDS,
        examples=examples.HELD,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Claim what another manager has, or what waits for its banker's answer."""
        return self.step(request, pk, deciding.take_over)


class PutBack(CaseView):
    @extend_schema(
        operation_id="applications_put_back",
        summary="Put a referral back into the queue",
        request=SeenBody,
        responses=STANDS,
        examples=examples.HELD,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give a claimed referral back, for any manager to claim."""
        return self.step(request, pk, deciding.put_back)


class Return(CaseView):
    @extend_schema(
        operation_id="applications_return",
        summary="Return a referral with a question",
        request=serializers.QuestionBody,
        responses=STANDS,
        examples=examples.ASKED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask who filed it; the case comes back with the answer."""
        self.act(
            request,
            pk,
            serializers.QuestionBody,
            lambda sent, saw: deciding.ask_back(
                application_id=pk, by=person(request), question=sent["question"], seen=saw
            ),
        )
        return shown(request, pk)


class Answer(CaseView):
    rights = (FILES,)
    parser_classes = [*api_settings.DEFAULT_PARSER_CLASSES, MultiPartParser]  # type: ignore[list-item]  # classes by now

    @extend_schema(
        operation_id="applications_answer",
        summary="Answer a manager's question",
        request={
            "application/json": serializers.AnswerBody,
            "multipart/form-data": serializers.AnswerWithFiles,
        },
        responses=STANDS,
        examples=examples.ANSWERED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer with text and, as a form with files, with documents; it goes back to who asked."""
        try:
            self.act(
                request,
                pk,
                serializers.AnswerWithFiles,
                lambda sent, saw: deciding.answer(
                    application_id=pk,
                    by=person(request),
                    text=sent["text"],
                    files=sent.get("documents", ()),
                    seen=saw,
                ),
            )
        except RefusedDocument as error:
            raise ValidationError({"documents": error.messages}) from error
        return shown(request, pk)


class Decide(CaseView):
    @extend_schema(
        operation_id="applications_decide",
        summary="Decide a referral, or overrule a decision",
        request=serializers.VerdictBody,
        responses={
            (201, "application/json"): serializers.Decided,
            **ERRORS,
            **NOT_FOUND,
            **CHANGED,
        },
        examples=examples.DECIDED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Decide a referral one has claimed, or overrule the decision in force.

        Nobody decides what they filed. Where two managers are needed, the answer holds the
        `override` that waits for the second one, and nothing changes until then.
        """
        done: list[object] = []
        self.act(
            request,
            pk,
            serializers.VerdictBody,
            lambda sent, saw: done.append(
                deciding.decide(
                    application_id=pk,
                    by=person(request),
                    verdict=deciding.Verdict(sent["outcome"], sent["reason_code"], sent["comment"]),
                    seen=saw,
                )
            ),
        )
        made = done[0]
        waits = isinstance(made, Override)
        answer = {
            "decision": None if waits else decision_of(request, cast(Any, made).pk),
            "override": made if waits else None,
            "application": application_of(request, pk),
        }
        context = {"request": request}
        data = serializers.Decided(answer, context=context).data
        return Response(data, status=status.HTTP_201_CREATED)


class OverrideList(ListView):
    rights = (DECIDES,)
    ordering = ("proposed_at", "pk")
    queryset = Override.objects.none()

    @extend_schema(
        operation_id="overrides_list",
        summary="Overrides that wait for a second manager",
        responses={(200, "application/json"): serializers.OverrideOut(many=True), **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """List what managers propose, one's own proposals too, the oldest first."""
        waiting = Override.objects.pending().with_application().select_related("settled_by")
        return self.listed(waiting, serializers.OverrideOut)


class Settlement(DeskView):
    rights = (DECIDES,)

    @extend_schema(
        operation_id="overrides_settle",
        summary="Agree to an override, or refuse it",
        request=serializers.SettleBody,
        responses={
            (200, "application/json"): serializers.OverrideOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
        examples=examples.SETTLED,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Settle what another manager proposes; nobody settles their own, or what they filed."""
        known(Override.objects.all(), pk=pk)
        sent = serializers.SettleBody(data=request.data)
        sent.is_valid(raise_exception=True)
        deciding.settle(
            override_id=pk,
            by=person(request),
            agrees=sent.validated_data["agrees"],
            answer=sent.validated_data["answer"],
        )
        return _override(request, pk)


class Withdrawal(DeskView):
    rights = (DECIDES,)

    @extend_schema(
        operation_id="overrides_withdraw",
        summary="Withdraw one's own override",
        request=None,
        responses={
            (200, "application/json"): serializers.OverrideOut,
            **ERRORS,
            **NOT_FOUND,
            **CONFLICT,
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take back what one proposed; the decision stays as it was."""
        known(Override.objects.all(), pk=pk)
        deciding.withdraw(override_id=pk, by=person(request))
        return _override(request, pk)


def _override(request: Request, pk: int) -> Response:
    found = known(Override.objects.with_application().select_related("settled_by"), pk=pk)
    context = {"request": request}
    return Response(serializers.OverrideOut(cast(Override, found), context=context).data)
