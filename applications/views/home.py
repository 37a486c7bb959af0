"""The first page after logging in: what waits, and how the month goes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications import month
from applications.models import Case, Decision, LoanApplication, Override
from applications.querysets import MONTH
from applications.views.common import DeskRequest

_SHOWN = 5


@login_required
@require_GET
def home(request: DeskRequest) -> HttpResponse:
    user = request.user
    files = user.has_perm("applications.file_application")
    manages = user.has_perm("applications.view_all_applications")
    context: dict[str, Any] = {
        "files": files,
        "manages": manages,
        "today": timezone.localdate(),
    }
    if files:
        context |= _waiting_for_banker(user)
    if manages:
        context |= _waiting_for_manager(user)
    elif files:
        # A manager who files as well sees the figures of all bankers instead.
        context |= _month_of_banker(user)
    return render(request, "applications/home.html", context)


def _waiting_for_banker(user: User) -> dict[str, Any]:
    """What somebody has to do for the applications they filed, most urgent first."""
    mine = Case.objects.of_banker(user).with_application()
    own = LoanApplication.objects.filed_by(user)
    waiting = {
        "questions": list(mine.returned()[:_SHOWN]),
        "letters": list(Case.objects.letters_due_of_banker(user).with_application()[:_SHOWN]),
        "unexplained": list(own.with_failed_explanation()[:_SHOWN]),
        "drafts": list(own.drafts()[:_SHOWN]),
    }
    return {**waiting, "nothing_waits": not any(waiting.values())}


def _month_of_banker(user: User) -> dict[str, Any]:
    now = timezone.now()
    lately = Decision.objects.filed_lately_by(user, since=now - 2 * MONTH)
    return {
        "month": month.tiles(*lately.months(now)),
        "latest": Case.objects.of_banker(user).with_application().newest_first()[:_SHOWN],
    }


def _waiting_for_manager(user: User) -> dict[str, Any]:
    return {
        "waiting": Case.objects.waiting(timezone.localdate()),
        "second_opinions": list(
            Override.objects.that_may_be_settled_by(user).with_application()[: _SHOWN + 1]
        ),
        "month": month.tiles(*Decision.objects.months(timezone.now())),
        "decisions": Decision.objects.for_history()[:_SHOWN],
    }
