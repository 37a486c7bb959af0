"""Known clients: search, and what is on file about one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

import scoring.services
from applications import clients
from applications.client_history import cards
from applications.models import LoanApplication
from applications.summary import as_filed
from applications.views.common import DeskRequest, desk_required, page_of, page_or_results

_SHOWN = 20


@desk_required
@require_GET
def search(request: DeskRequest) -> HttpResponse:
    """Clients by number or name; without either, those of the viewer's own applications."""
    words = request.GET.get("q", "").replace("\0", "").strip()  # PostgreSQL refuses NUL
    number = clients.number_of(words)
    context: dict[str, Any] = {"words": words}
    if number is not None:
        context["found"] = clients.found([number], viewer=request.user)
        context["count"] = len(context["found"])
    else:
        page = page_of(request, clients.matching(words, viewer=request.user))
        numbers = [row["client_number"] for row in page]
        context["found"] = clients.found(numbers, viewer=request.user)
        context |= {"page": page, "count": page.paginator.count}
    return page_or_results(request, "applications/clients/search", context)


@desk_required
@require_GET
def client(request: DeskRequest, number: int) -> HttpResponse:
    """All that is on file about a client, and what the viewer may see of what was filed."""
    if clients.number_of(str(number)) is None:
        return _unknown(request, number)
    file = scoring.services.client_file(number)
    filed = list(clients.filed_for(number, viewer=request.user)[:_SHOWN])
    if file is None and not filed:
        return _unknown(request, number)
    visible = LoanApplication.objects.filter(client_number=number).visible_to(request.user)
    sees_all = request.user.has_perm("applications.view_all_applications")
    told = cards(file)
    context = {
        "number": number,
        "name": clients.latest_name(filed),
        "file": file,
        "last_application": as_filed(LoanApplication(**clients.told(file).values)) if file else [],
        "cards": [card for card in told if card.facts],
        "missing": [card for card in told if not card.facts],
        "applications": visible.order_by("-updated_at").with_decision()[:_SHOWN],
        "others": [] if sees_all else [a for a in filed if a.filed_by_id != request.user.pk],
    }
    return render(request, "applications/clients/client.html", context)


def _unknown(request: DeskRequest, number: int) -> HttpResponse:
    return render(request, "applications/clients/unknown.html", {"number": number}, status=404)
