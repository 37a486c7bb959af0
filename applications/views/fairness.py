"""How groups of applicants fare."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications import fairness
from applications.steering_forms import REFERENCE, FairnessForm, initial_of
from applications.views.common import DeskRequest, manager_required, page_or_results
from ml.fairness import FEWEST
from scoring.exceptions import NoChampion
from scoring.strategies import StrategyTerms, in_force


@manager_required
@require_GET
def report(request: DeskRequest) -> HttpResponse:
    """Approval and errors by group, at today's cut-offs and at others.

    Until somebody chooses, stored decisions are shown if they can be compared, else the
    reference sample.
    """
    decides = in_force(timezone.now())
    if decides is None:
        return render(request, "applications/steering/no_model.html")
    today = decides.terms
    form = FairnessForm(
        request.GET if "refer_from" in request.GET else None, initial=initial_of(today)
    )
    context: dict[str, Any] = {"form": form, "today": today, "fewest": FEWEST}
    if not form.is_bound or form.is_valid():
        tried = _tried(form, today)
        context |= {
            "tried": tried,
            "same": tried.refer_from == today.refer_from
            and tried.decline_from == today.decline_from,
            "period": form.period_in_words,
            **_report(form, today, tried),
        }
    return page_or_results(request, "applications/fairness/report", context)


def _report(form: FairnessForm, today: StrategyTerms, tried: StrategyTerms) -> dict[str, Any]:
    """The report, and beside it the one on stored decisions that it stands in for, if any."""
    if form.on_reference:
        return {"report": fairness.of_reference(today=today, tried=tried)}
    stored = fairness.of_decisions(since=form.since(), today=today, tried=tried)
    if form.is_bound or (stored is not None and stored.conclusive):
        return {"report": stored}
    try:
        sample = fairness.of_reference(today=today, tried=tried)
    except NoChampion:
        return {"report": stored}
    form.initial["on"] = REFERENCE
    return {"report": sample, "instead_of": stored or fairness.NOTHING}


def _tried(form: FairnessForm, today: StrategyTerms) -> StrategyTerms:
    if not form.is_bound:
        return today
    values = form.cleaned_data
    return StrategyTerms(
        refer_from=values["refer_from"],
        decline_from=values["decline_from"],
        cost_ratio=today.cost_ratio,
    )
