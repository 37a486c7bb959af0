"""Filters of the lists: those of the desk, with PDs as the API writes them."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from applications.choices import Decided
from applications.filters import ApplicationFilter as DeskApplicationFilter
from applications.filters import DecisionFilter as DeskDecisionFilter
from applications.models import Case, LoanApplication
from applications.querysets import CaseQuerySet, DecisionQuerySet, LoanApplicationQuerySet
from applications.referrals import ReferralFilter as DeskReferralFilter
from scoring.policy import RULES


def _pd(lookup: str, label: Any) -> filters.NumberFilter:
    return filters.NumberFilter(
        field_name="prediction__pd", lookup_expr=lookup, label=label, min_value=0, max_value=1
    )


class ApplicationFilter(DeskApplicationFilter):
    """One's own applications, and what everybody submitted for managers."""

    outcome = filters.ChoiceFilter(
        choices=Decided, method="decided", label=_("Outcome of the decision in force")
    )

    class Meta:
        model = LoanApplication
        fields: list[str] = []

    @extend_schema_field(
        {
            "type": "string",
            "enum": Decided.values,
            "description": "Outcome of the decision in force.",
        }
    )
    def decided(
        self, queryset: LoanApplicationQuerySet, name: str, outcome: str
    ) -> LoanApplicationQuerySet:
        # Asked of each application from the newest on, until a page is full: joined, the
        # database would read and sort all that were ever decided so.
        decided = Case.objects.filter(pk=OuterRef("pk"), decision__outcome=outcome)
        return queryset.filter(Exists(decided))


class DecisionFilter(DeskDecisionFilter):
    """The decision history, newest first."""

    sort = None  # type: ignore[assignment]  # how django-filter drops an inherited filter
    pd_from = _pd("gte", _("PD from, from 0 to 1"))
    pd_to = _pd("lte", _("PD up to, from 0 to 1"))
    reference = filters.CharFilter(
        field_name="application__reference", label=_("Reference of the application")
    )

    @extend_schema_field(
        {
            "type": "string",
            "description": "`model:` and a model's SHA-256, or `strategy:` and a version.",
        }
    )
    def filter_scored_by(
        self, queryset: DecisionQuerySet, name: str, scored_by: str
    ) -> DecisionQuerySet:
        return super().filter_scored_by(queryset, name, scored_by)


class ReferralFilter(DeskReferralFilter):
    """The referrals queue."""

    @extend_schema_field(
        {
            "type": "string",
            "enum": ["pd", *RULES],
            "description": "Why it was referred: the PD, or the code of a policy rule.",
        }
    )
    def because(self, queryset: CaseQuerySet, name: str, reason: Any) -> CaseQuerySet:
        return super().because(queryset, name, reason)
