"""Cut-off strategies: what is in force, what is proposed, and what another one would do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import rule_trial, simulation
from applications.services import steering
from applications.steering_forms import (
    EffectForm,
    ProposalAnswerForm,
    ProposalForm,
    SimulationForm,
    SourceForm,
    as_query,
    carried,
    initial_of,
    typed,
)
from applications.strategy_display import differences
from applications.views.common import DeskRequest, page_of, page_or_results, role_required
from scoring.exceptions import StrategyRefused
from scoring.models import Strategy
from scoring.strategies import StrategyTerms, in_force

steering_required = role_required("applications.steer_cut_offs")
_NUMBERS = ("refer_from", "decline_from", "cost_ratio")
TRIED_LIVE = 2_000  # decisions that rules are tried on while somebody moves a slider


@steering_required
@require_GET
def overview(request: DeskRequest) -> HttpResponse:
    """What is in force, what waits for another manager, what is to come, and all before."""
    now = timezone.now()
    found = in_force(now)
    all_of_them = Strategy.objects.with_people()
    context = {
        "terms": found and found.terms,
        "strategy": found and found.strategy,
        "proposals": all_of_them.waiting()[:20],
        "to_come": all_of_them.to_come(now)[:20],
        "page": page_of(request, all_of_them.exclude(status=Strategy.Status.PROPOSED)),
    }
    return render(request, "applications/steering/overview.html", context)


@steering_required
@require_GET
def version(request: DeskRequest, version: int) -> HttpResponse:
    """One version: beside the one in force while it is proposed, and what can be done with it."""
    return _version_page(request, get_object_or_404(_versions(), version=version))


@steering_required
@require_GET
def simulate(request: DeskRequest) -> HttpResponse:
    """Other cut-offs and rules, tried on the same applicants."""
    found = in_force(timezone.now())
    if found is None:
        return render(request, "applications/steering/no_model.html")
    today = found.terms
    form = _simulation_form(request, today)
    context: dict[str, Any] = {"form": form, "today": today, "strategy": found.strategy}
    if not form.is_bound or form.is_valid():
        tried = form.terms if form.is_bound else today
        context |= _simulated(form, today, tried)
    return page_or_results(request, "applications/steering/simulate", context)


@steering_required
@require_http_methods(["GET", "POST"])
def propose(request: DeskRequest) -> HttpResponse:
    """The form for a proposal, which may be tried on past decisions before it is sent."""
    if request.method == "GET":
        return _proposal_page(request, ProposalForm(initial=_starting_point(request)))
    testing = request.POST.get("action") == "test"
    form = ProposalForm(request.POST, testing=testing)
    if not form.is_valid() or testing:
        return _proposal_page(request, form)
    try:
        strategy = steering.propose_strategy(
            terms=form.terms,
            comment=form.cleaned_data["comment"],
            effective_from=form.cleaned_data["effective_from"],
            proposed_by=request.user,
        )
    except StrategyRefused as error:
        form.add_error(None, str(error))
        return _proposal_page(request, form)
    return _proposed(request, strategy)


@steering_required
@require_POST
def propose_return(request: DeskRequest, version: int) -> HttpResponse:
    """Propose an earlier version again."""
    earlier = get_object_or_404(_versions(), version=version)
    form = EffectForm(request.POST)
    if not form.is_valid():
        return _version_page(request, earlier, return_form=form)
    try:
        strategy = steering.propose_return(
            version=version,
            comment=form.cleaned_data["comment"],
            effective_from=form.cleaned_data["effective_from"],
            proposed_by=request.user,
        )
    except StrategyRefused as error:
        form.add_error(None, str(error))
        return _version_page(request, earlier, return_form=form)
    return _proposed(request, strategy)


@steering_required
@require_POST
def settle(request: DeskRequest, version: int) -> HttpResponse:
    """Approve or refuse another manager's proposal, or withdraw one's own."""
    strategy = get_object_or_404(_versions(), version=version)
    form = ProposalAnswerForm(request.POST)
    if not form.is_valid():
        return _version_page(request, strategy, answer_form=form)
    action, answer = request.POST.get("action"), form.cleaned_data["answer"]
    try:
        if action == "approve":
            steering.approve_strategy(version=version, settled_by=request.user, answer=answer)
            said = _("Version %(version)s is approved.")
        elif action == "refuse":
            steering.refuse_strategy(version=version, settled_by=request.user, answer=answer)
            said = _("Version %(version)s is refused.")
        elif action == "withdraw":
            steering.withdraw_strategy(version=version, withdrawn_by=request.user)
            said = _("Version %(version)s is withdrawn.")
        else:
            return redirect("applications:strategy-version", version=version)
    except StrategyRefused as error:
        form.add_error("answer" if action == "refuse" and not answer else None, str(error))
        return _version_page(request, _versions().get(version=version), answer_form=form)
    messages.success(request, said % {"version": version})
    return redirect("applications:strategy-version", version=version)


def _simulation_form(request: DeskRequest, today: StrategyTerms) -> SimulationForm:
    """What was typed; what an address leaves out is as it is today.

    A rule that is off leaves nothing in a complete address, so nothing is missing there.
    """
    initial = initial_of(today)
    form = SimulationForm(initial=initial)
    given = set(form.fields) & set(request.GET)
    if not given:
        return form
    complete = given.issuperset(SourceForm.base_fields) and given.issuperset(_NUMBERS)
    names_rules = complete or any(name.startswith("rule_") for name in given)
    data = request.GET.copy()
    for name in set(form.fields) - given:
        value = form[name].value()
        if value and not (names_rules and name.startswith("rule_")):
            data[name] = typed(value)
    return SimulationForm(data, initial=initial)


def _versions() -> Any:
    return Strategy.objects.with_people()


def _version_page(
    request: DeskRequest,
    strategy: Strategy,
    *,
    answer_form: ProposalAnswerForm | None = None,
    return_form: EffectForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    found = in_force(now)
    terms = StrategyTerms.of(strategy)
    is_open = strategy.status == Strategy.Status.PROPOSED
    to_come = strategy.status == Strategy.Status.APPROVED and strategy.takes_effect_at > now
    comment = _("Return to version %(version)s.") % {"version": strategy.version}
    context: dict[str, Any] = {
        "strategy": strategy,
        "terms": terms,
        "today": found and found.terms,
        "in_force": found and found.strategy,
        "is_open": is_open,
        "to_come": to_come,
        "is_in_force": found is not None and found.strategy == strategy,
        "is_mine": strategy.proposed_by_id == request.user.pk,
        "simulate": as_query(terms),
        "answer_form": answer_form or ProposalAnswerForm(),
        "return_form": return_form or EffectForm(initial={"comment": comment}),
    }
    if found is not None and (is_open or to_come):
        since = SimulationForm().since()
        context["differences"] = differences(found.terms, terms)
        context["simulation"] = simulation.on_decisions(since=since, today=found.terms, tried=terms)
    wrong = any(form is not None and form.errors for form in (answer_form, return_form))
    status = 422 if wrong else 200
    return render(request, "applications/steering/version.html", context, status=status)


def _simulated(form: SimulationForm, today: StrategyTerms, tried: StrategyTerms) -> dict[str, Any]:
    cost = form.cleaned_data["review_cost"] if form.is_bound else simulation.REVIEW_COST
    found = (
        simulation.on_reference(today=today, tried=tried, review_cost=cost)
        if form.on_reference
        else simulation.on_decisions(since=form.since(), today=today, tried=tried, review_cost=cost)
    )
    return {
        "simulation": found,
        "tried": tried,
        "period": form.period_in_words,
        "trial": rule_trial.tried(tried, latest=TRIED_LIVE) if tried.rules else None,
    }


def _starting_point(request: DeskRequest) -> dict[str, Any]:
    """What a simulation handed over; else the terms in force."""
    found = in_force(timezone.now())
    initial = initial_of(found.terms) if found else {}
    if "refer_from" not in request.GET:
        return initial
    kept = {name: initial[name] for name in initial if name.startswith("second_manager")}
    return kept | carried(request.GET)


def _proposal_page(request: DeskRequest, form: ProposalForm) -> HttpResponse:
    trial = rule_trial.tried(form.terms) if form.testing and form.is_valid() else None
    context = {"form": form, "trial": trial}
    status = 422 if form.errors else 200
    return render(request, "applications/steering/propose.html", context, status=status)


def _proposed(request: DeskRequest, strategy: Strategy) -> HttpResponse:
    messages.success(
        request,
        _("Version %(version)s is proposed. Another manager can approve it now.")
        % {"version": strategy.version},
    )
    return redirect("applications:strategy-version", version=strategy.version)
