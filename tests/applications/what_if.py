"""Decided applications to try other terms on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from applications.models import LoanApplication
from applications.services import filing
from applications.what_if.trying import Study, study
from scoring.models import Strategy
from tests.applications.factories import LoanApplicationFactory, UserFactory


def submitted(banker: User, **changes: Any) -> LoanApplication:
    """A loan of 450,000 at 24 instalments for goods of 400,000, scored and decided."""
    values = {"amount": 450_000.0, "annuity": 24_700.5, "goods_price": 400_000.0, **changes}
    draft = LoanApplicationFactory(filed_by=banker, **values)
    filing.submit(application_id=draft.pk, submitted_by=banker)
    return LoanApplication.objects.with_decision().get(pk=draft.pk)


def in_force(*, refer_from: float, decline_from: float, **rules: Any) -> Strategy:
    """A strategy that decides from now on."""
    latest = Strategy.objects.order_by("-version").first()
    now = timezone.now()
    return Strategy.objects.create(
        version=latest.version + 1 if latest else 1,
        refer_from=refer_from,
        decline_from=decline_from,
        cost_ratio=10,
        rules=rules,
        comment="For a test",
        status=Strategy.Status.APPROVED,
        effective_from=now - timedelta(seconds=1),
        proposed_by=UserFactory(),
        settled_by=UserFactory(),
        settled_at=now,
    )


def only_rules(**rules: Any) -> Strategy:
    """Cut-offs that approve everybody, so that rules alone decide."""
    return in_force(refer_from=0.98, decline_from=0.99, **rules)


def studied(application: LoanApplication) -> Study:
    return study(application=application, at=timezone.now())
