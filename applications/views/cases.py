"""The managers' queue, and what managers and bankers do with single cases."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.forms import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications.case_forms import AnswerForm, DecideForm, QuestionForm, SeenForm, SettleForm
from applications.casework import case_of
from applications.exceptions import Stale
from applications.models import Case, Override
from applications.referrals import ReferralFilter
from applications.services import deciding
from applications.views import result
from applications.views.common import (
    DeskRequest,
    banker_required,
    decider_required,
    page_of,
    page_or_results,
    visible_application,
)

F = TypeVar("F", bound=SeenForm)


@decider_required
@require_GET
def referrals(request: DeskRequest) -> HttpResponse:
    found = ReferralFilter(request.GET, Case.objects.with_application(), request=request)
    context = {
        "filter": found,
        "page": page_of(request, found.qs),
        "opinions": Override.objects.that_may_be_settled_by(request.user).count(),
    }
    return page_or_results(request, "applications/cases/referrals", context)


@decider_required
@require_GET
def second_opinions(request: DeskRequest) -> HttpResponse:
    waiting = Override.objects.that_may_be_settled_by(request.user).with_application()
    page = page_of(request, waiting)
    context = {
        "page": page,
        "opinions": page.paginator.count,
        "own": Override.objects.pending().filter(proposed_by=request.user).with_application(),
    }
    return render(request, "applications/cases/second_opinions.html", context)


@decider_required
@require_POST
def claim(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    def act(form: SeenForm) -> str:
        deciding.claim(application_id=pk, by=request.user, seen=form.seen)
        return _("The case is yours. Decide it below, or ask the banker.")

    return _act(request, pk, SeenForm, act)


@decider_required
@require_POST
def take_over(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    def act(form: SeenForm) -> str:
        deciding.take_over(application_id=pk, by=request.user, seen=form.seen)
        return _("You have taken the case over.")

    return _act(request, pk, SeenForm, act)


@decider_required
@require_POST
def put_back(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    def act(form: SeenForm) -> str:
        deciding.put_back(application_id=pk, by=request.user, seen=form.seen)
        return _("The case is back in the queue.")

    return _act(request, pk, SeenForm, act)


@decider_required
@require_POST
def ask_back(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    def act(form: QuestionForm) -> str:
        question = form.cleaned_data["question"]
        deciding.ask_back(application_id=pk, by=request.user, question=question, seen=form.seen)
        return _("The banker sees your question. The case comes back to you with the answer.")

    return _act(request, pk, QuestionForm, act)


@banker_required
@require_POST
def answer(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    def act(form: AnswerForm) -> str:
        deciding.answer(
            application_id=pk,
            by=request.user,
            text=form.cleaned_data["text"],
            files=form.cleaned_data["documents"],
            seen=form.seen,
        )
        return _("Your answer is with the manager.")

    return _act(request, pk, AnswerForm, act)


@decider_required
@require_POST
def decide(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    def act(form: DecideForm) -> str:
        done = deciding.decide(
            application_id=pk, by=request.user, verdict=form.verdict, seen=form.seen
        )
        if isinstance(done, Override):
            return _("Your proposal waits for a second manager. Until then nothing changes.")
        return _("Your decision is in force. A letter to the applicant is due within 30 days.")

    return _act(request, pk, DecideForm, act)


@decider_required
@require_POST
def settle(request: DeskRequest, pk: int) -> HttpResponse:
    override = get_object_or_404(Override, pk=pk)

    def act(form: SettleForm) -> str:
        deciding.settle(
            override_id=pk,
            by=request.user,
            agrees=form.agrees,
            answer=form.cleaned_data["answer"],
        )
        if form.agrees:
            return _("You agreed: the new decision is in force.")
        return _("You refused: the decision stays as it was.")

    return _act(request, override.application_id, SettleForm, act)


@decider_required
@require_POST
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    override = get_object_or_404(Override, pk=pk)
    try:
        deciding.withdraw(override_id=pk, by=request.user)
        messages.success(request, _("Your proposal is withdrawn."))
    except Stale as error:
        messages.warning(request, str(error))
    return redirect("applications:detail", pk=override.application_id)


def _act(
    request: DeskRequest, pk: uuid.UUID, kind: type[F], act: Callable[[F], str]
) -> HttpResponse:
    """Do what a form asks for, or show the page again with what is to be mended.

    `act` returns what to tell somebody when it is done.
    """
    application = visible_application(request, pk)
    case = case_of(application)
    if case is None:
        raise Http404
    form = kind(request.POST, request.FILES, case=case)
    if not form.is_valid():
        return result.page(request, application, typed=form, status=422)
    try:
        messages.success(request, act(form))
    except Stale as error:
        return result.page(
            request,
            visible_application(request, pk),
            stale=str(error),
            unsent=form.cleaned_data.get(form.words, ""),
            status=409,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return result.page(request, application, typed=form, status=422)
    return redirect("applications:detail", pk=pk)
