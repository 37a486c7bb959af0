"""The referrals queue: its filters."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.findings import label_of
from applications.models import Case
from applications.querysets import CaseQuerySet
from scoring.policy import RULES


def _reasons() -> list[tuple[str, Promise | str]]:
    return [(code, label_of(code)) for code in ("pd", *RULES)]


class ReferralFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """Which cases of the queue somebody wants to see."""

    who = filters.ChoiceFilter(
        choices=[
            ("unclaimed", _("Nobody has them yet")),
            ("mine", _("I have them")),
            ("asked", _("I asked the banker")),
        ],
        method="of",
        label=_("Show"),
        empty_label=_("All that wait"),
    )
    reason = filters.ChoiceFilter(
        choices=_reasons, method="because", label=_("Reason"), empty_label=_("Any reason")
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def filter_queryset(self, queryset: CaseQuerySet) -> CaseQuerySet:
        found: CaseQuerySet = super().filter_queryset(queryset)
        asked = self.form.cleaned_data.get("who") == "asked"
        return found if asked else found.referred()

    def of(self, queryset: CaseQuerySet, name: str, who: str) -> CaseQuerySet:
        user = self.request.user
        if who == "asked":
            return queryset.returned().filter(claimed_by_id=user.pk)
        return queryset.unclaimed() if who == "unclaimed" else queryset.claimed_by(user)

    def because(self, queryset: CaseQuerySet, name: str, reason: Any) -> CaseQuerySet:
        # The quoted code in the JSON text: SQLite cannot ask whether a list holds something.
        text = Cast("referral_reasons", TextField())
        return queryset.alias(reasons=text).filter(reasons__contains=f'"{reason}"')
