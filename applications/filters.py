"""Search, filters and sorting of the lists."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.choices import Decided
from applications.models import Decision, LoanApplication, WatchListEntry
from applications.querysets import DecisionQuerySet, LoanApplicationQuerySet


def _search() -> filters.CharFilter:
    return filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Reference, applicant or client number"),
                "autocomplete": "off",
            }
        ),
    )


def _day(field: str, lookup: str, label: Any) -> filters.DateFilter:
    return filters.DateFilter(
        field_name=field,
        lookup_expr=f"date__{lookup}",
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def _bankers(request: Any) -> QuerySet[User]:
    """Those who may be chosen: whoever filed anything."""
    filed = LoanApplication.objects.submitted().order_by().values("filed_by")
    return User.objects.filter(pk__in=filed).order_by("first_name", "last_name", "username")


class BankerField(filters.fields.ModelChoiceField):  # type: ignore[misc]  # untyped package
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.username


class BankerFilter(filters.ModelChoiceFilter):  # type: ignore[misc]  # untyped package
    field_class = BankerField


class ApplicationFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """A banker's own applications."""

    q = _search()
    status = filters.ChoiceFilter(
        choices=LoanApplication.Status, label=_("Status"), empty_label=_("Any status")
    )
    outcome = filters.ChoiceFilter(
        field_name="case__decision__outcome",
        choices=Decided,
        label=_("Decision"),
        empty_label=_("Any decision"),
    )
    changed_from = _day("updated_at", "gte", _("Changed from"))
    changed_to = _day("updated_at", "lte", _("to"))

    class Meta:
        model = LoanApplication
        fields: list[str] = []

    def search(
        self, queryset: LoanApplicationQuerySet, name: str, words: str
    ) -> LoanApplicationQuerySet:
        return queryset.matching(words)


class DecisionFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """The decision history of all bankers."""

    q = _search()
    outcome = filters.ChoiceFilter(
        choices=Decided, label=_("Decision"), empty_label=_("Any decision")
    )
    banker = BankerFilter(
        field_name="application__filed_by",
        queryset=_bankers,
        label=_("Banker"),
        empty_label=_("Any banker"),
    )
    decided_from = _day("decided_at", "gte", _("Decided from"))
    decided_to = _day("decided_at", "lte", _("to"))
    sort = filters.OrderingFilter(
        label=_("Sorted by"),
        fields=(
            ("decided_at", "decided"),
            ("application__last_name", "applicant"),
            ("application__amount", "amount"),
            ("prediction__pd", "pd"),
        ),
        field_labels={
            "decided_at": _("Decided"),
            "application__last_name": _("Applicant"),
            "application__amount": _("Amount"),
            "prediction__pd": _("PD"),
        },
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Decision
        fields: list[str] = []

    def search(self, queryset: DecisionQuerySet, name: str, words: str) -> DecisionQuerySet:
        return queryset.matching(words)


class WatchListFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """The watch list, with what was removed from it."""

    q = filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Name or client number"),
                "autocomplete": "off",
            }
        ),
    )
    state = filters.ChoiceFilter(
        method="in_state",
        label=_("Entries"),
        choices=[("current", _("Current")), ("removed", _("Removed"))],
        empty_label=_("Current and removed"),
    )

    class Meta:
        model = WatchListEntry
        fields: list[str] = []

    def search(
        self, queryset: QuerySet[WatchListEntry], name: str, words: str
    ) -> QuerySet[WatchListEntry]:
        for word in words.split():
            found = Q(first_name__icontains=word) | Q(last_name__icontains=word)
            if word.isdecimal() and len(word) < 19:  # longer ones overflow the column
                found |= Q(client_number=int(word))
            queryset = queryset.filter(found)
        return queryset

    def in_state(
        self, queryset: QuerySet[WatchListEntry], name: str, state: str
    ) -> QuerySet[WatchListEntry]:
        return queryset.filter(removed_at__isnull=state == "current")
