"""Every decision of every banker."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from applications.filters import DecisionFilter
from applications.models import Decision
from applications.timeline import over_time
from applications.views.common import DeskRequest, manager_required, page_of, page_or_results


@manager_required
@require_GET
def history(request: DeskRequest) -> HttpResponse:
    found = DecisionFilter(request.GET, queryset=Decision.objects.for_history(), request=request)
    context = {
        "filter": found,
        "page": page_of(request, found.qs),
        "summary": found.qs.summary(),
        "over_time": over_time(found.qs.per_day()),
    }
    return page_or_results(request, "applications/history", context)
