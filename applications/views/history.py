"""Every decision of every banker: the list, the charts, and both as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from applications import exports, timeline
from applications.filters import DecisionFilter
from applications.models import Decision, SavedView
from applications.querysets import Summary
from applications.views import common
from applications.views.common import DeskRequest, manager_required, page_or_results


@manager_required
@require_GET
def history(request: DeskRequest) -> HttpResponse:
    found = DecisionFilter(request.GET, queryset=Decision.objects.all(), request=request)
    summary = found.qs.summary()
    charts = request.GET.get("show") == "charts"
    context = {
        "filter": found,
        "summary": summary,
        "show": "charts" if charts else "list",
        "saved_views": SavedView.objects.filter(owner=request.user),
        **(_charts(found) if charts else _list(request, found, summary)),
    }
    return page_or_results(request, "applications/history", context)


@manager_required
@require_GET
def export(request: DeskRequest, kind: str) -> HttpResponseBase:
    """What the filters show, as a file that is written while it is read."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    found = DecisionFilter(request.GET, queryset=Decision.objects.all(), request=request)
    if not found.form.is_valid():  # the history says what is wrong
        return redirect(f"{reverse('applications:history')}?{request.GET.urlencode()}")
    name = f"{_('decisions')}-{timezone.localdate()}.{kind}"
    if kind == "csv":
        parts = exports.csv(found.qs, language=get_language() or "en")
        return StreamingHttpResponse(
            parts,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    try:
        return FileResponse(exports.xlsx(found.qs), as_attachment=True, filename=name)
    except exports.TooManyRows as error:
        messages.warning(request, str(error))
        return redirect(f"{reverse('applications:history')}?{request.GET.urlencode()}")


def _list(request: DeskRequest, found: DecisionFilter, summary: Summary) -> dict[str, Any]:
    return {
        "page": _page(request, found, summary["total"]),
        "charts": [timeline.volume(list(found.qs.per_day()))],
    }


def _page(request: DeskRequest, found: DecisionFilter, total: int) -> Page[Any]:
    """A page of what was found, whose count is known already.

    Keys first: rows that are only skipped need no joins.
    """
    paginator = Paginator(found.qs.values_list("pk", flat=True), common.PER_PAGE)
    paginator.count = total
    page = paginator.get_page(request.GET.get("page"))
    rows = Decision.objects.for_history().in_bulk(page.object_list)
    page.object_list = [rows[pk] for pk in page.object_list]
    return page


def _charts(found: DecisionFilter) -> dict[str, Any]:
    days = list(found.qs.per_day())
    overrides = list(found.qs.overrides())
    return {
        "charts": [
            timeline.volume(days),
            timeline.approval_rate(days),
            timeline.pd_distribution(list(found.qs.pd_bands(highest=timeline.HIGHEST_PERCENT))),
            timeline.costs(list(found.qs.costs_per_day(default_ratio=timeline.COST_RATIO))),
            timeline.overrides_by_banker(overrides),
            timeline.overrides_by_reason(overrides),
        ]
    }
