"""How groups of applicants fare."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications import fairness
from applications.steering_forms import FairnessForm, initial_of
from applications.views.common import DeskRequest, manager_required, page_or_results
from ml.fairness import FEWEST
from scoring.exceptions import NoChampion
from scoring.strategies import Terms, terms_in_force


@manager_required
@require_GET
def report(request: DeskRequest) -> HttpResponse:
    """Approval and errors by group, at today's cut-offs and at others."""
    try:
        today, _strategy = terms_in_force(timezone.now())
    except NoChampion:
        return render(request, "applications/steering/no_model.html")
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
            "report": fairness.of_reference(today=today, tried=tried)
            if form.on_reference
            else fairness.of_decisions(since=form.since(), today=today, tried=tried),
        }
    return page_or_results(request, "applications/fairness/report", context)


def _tried(form: FairnessForm, today: Terms) -> Terms:
    if not form.is_bound:
        return today
    values = form.cleaned_data
    return Terms(
        refer_from=values["refer_from"],
        decline_from=values["decline_from"],
        cost_ratio=today.cost_ratio,
    )
