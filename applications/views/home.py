"""The first page after logging in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.models import Decision, LoanApplication
from applications.views.common import DeskRequest

_A_MONTH = timedelta(days=30)


@login_required
@require_GET
def home(request: DeskRequest) -> HttpResponse:
    user = request.user
    context: dict[str, Any] = {}
    if user.has_perm("applications.file_application"):
        mine = LoanApplication.objects.filed_by(user)
        context["drafts"] = mine.drafts()[:5]
        context["latest"] = mine.submitted().order_by("-submitted_at").with_decision()[:5]
    if user.has_perm("applications.view_all_applications"):
        decisions = Decision.objects.since(timezone.now() - _A_MONTH)
        context["summary"] = decisions.summary()
        context["decisions"] = Decision.objects.for_history()[:5]
    return render(request, "applications/home.html", context)
