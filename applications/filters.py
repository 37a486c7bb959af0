"""Search, filters and sorting of the lists."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import django_filters as filters
from django import forms
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, F, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications import numbers
from applications.choices import Contract, Decided, OverrideReason
from applications.fields import DayField, NumberField, PercentField
from applications.models import Decision, LoanApplication, WatchListEntry
from applications.querysets import (
    NAMES,
    DecisionQuerySet,
    LoanApplicationQuerySet,
    holding,
    name_of_user,
)
from monitoring.models import Completeness, Source
from scoring.models import ModelVersion, Strategy

# Days whose midnights the calendar holds in every time zone, and those of the day after.
_FIRST, _LAST = date(1, 1, 2), date(9999, 12, 30)
_LONGEST_SEARCH = 100  # characters; a saved view holds 1,000 with all of its filters


def _search(placeholder: Any) -> filters.CharFilter:
    return filters.CharFilter(
        method="search",
        label=_("Search"),
        max_length=_LONGEST_SEARCH,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": placeholder,
                "autocomplete": "off",
            }
        ),
    )


class DayFilter(filters.DateFilter):  # type: ignore[misc]  # untyped package
    """A day typed in the reader's language."""

    field_class = DayField


class NumberFilter(filters.Filter):  # type: ignore[misc]  # untyped package
    """A number typed in the reader's language."""

    field_class = NumberField


class PercentFilter(filters.Filter):  # type: ignore[misc]  # untyped package
    """A share typed in per cent."""

    field_class = PercentField


class SteadyOrdering(filters.OrderingFilter):  # type: ignore[misc]  # untyped package
    """Sorts by one column and, where that says the same of several rows, by their age.

    Without that, a row could stand on two pages, and another on none.
    """

    def filter(self, queryset: QuerySet[Any], value: list[str] | None) -> QuerySet[Any]:
        ordered: QuerySet[Any] = super().filter(queryset, value)
        return ordered.order_by(*ordered.query.order_by, "-pk") if value else ordered


def _day(field: str, lookup: str, label: Any) -> DayFilter:
    """The day from which, or up to which, a moment counts; the index on the moment serves it."""

    def within(queryset: QuerySet[Any], _name: str, day: date) -> QuerySet[Any]:
        if lookup == "gte":
            return queryset.filter(**{f"{field}__gte": _midnight(day)})
        return queryset.filter(**{f"{field}__lt": _midnight(min(day, _LAST) + timedelta(days=1))})

    return DayFilter(method=within, label=label)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(max(day, _FIRST), time.min))


def _amount(lookup: str, label: Any) -> NumberFilter:
    return NumberFilter(
        field_name="application__amount",
        lookup_expr=lookup,
        label=label,
        min_value=0,
        max_value=10**12,
    )


def _pd(lookup: str, label: Any) -> PercentFilter:
    return PercentFilter(
        field_name="prediction__pd", lookup_expr=lookup, label=label, min_value=0, max_value=100
    )


def _options() -> dict[str, list[tuple[str, str]]]:
    """Bankers, models and strategies to choose from. One query for all."""
    filed = LoanApplication.objects.submitted().filter(filed_by=OuterRef("pk"))
    bankers = _choices("banker", User.objects.filter(Exists(filed)), "pk", name_of_user())
    label = Concat("name", Value(" "), "version")
    trained = _choices("model", ModelVersion.objects.all(), "sha256", label)
    strategies = _choices("strategy", Strategy.objects.approved(), "version", F("version"))
    found: dict[str, list[tuple[str, str]]] = {"banker": [], "model": [], "strategy": []}
    for kind, key, text in bankers.union(trained, strategies):
        found[kind].append((key, text))
    return {kind: sorted(options, key=lambda option: option[1]) for kind, options in found.items()}


def _choices(kind: str, rows: QuerySet[Any], key: str, label: Any) -> QuerySet[Any, Any]:
    """Rows as kind, key and label, all of them text so that they can be put together."""
    return rows.order_by().values_list(
        Value(kind, TextField()), Cast(key, TextField()), Cast(label, TextField())
    )


class ApplicationFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """A banker's own applications."""

    q = _search(_("Reference, applicant or client number"))
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


class DecisionFilterForm(forms.Form):
    """Refuses ranges that hold nothing."""

    _RANGES = ("decided", "amount", "pd")

    def clean(self) -> dict[str, Any]:
        for name in self._RANGES:
            low, high = (self.cleaned_data.get(f"{name}_{end}") for end in ("from", "to"))
            if low is not None and high is not None and low > high:
                self.add_error(
                    f"{name}_to", _("This lies before the start of the range. Swap the two.")
                )
        return self.cleaned_data


class DecisionFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """The decision history of all bankers."""

    class Standing(models.TextChoices):
        IN_FORCE = "in_force", _("In force")
        REPLACED = "replaced", _("Replaced by a later one")

    MAIN = ("q", "outcome", "banker", "decided_from", "decided_to")

    q = _search(_("Reference, applicant or client number"))
    outcome = filters.ChoiceFilter(
        choices=Decided, label=_("Decision"), empty_label=_("Any decision")
    )
    banker = filters.ChoiceFilter(
        field_name="application__filed_by", label=_("Banker"), empty_label=_("Any banker")
    )
    decided_from = _day("decided_at", "gte", _("Decided from"))
    decided_to = _day("decided_at", "lte", _("Decided up to"))
    kind = filters.ChoiceFilter(
        choices=Decision.Kind, label=_("How it was made"), empty_label=_("Any way")
    )
    standing = filters.ChoiceFilter(
        choices=Standing.choices,
        method="filter_standing",
        label=_("Standing"),
        empty_label=_("In force or replaced"),
    )
    reason = filters.ChoiceFilter(
        field_name="reason_code",
        choices=OverrideReason,
        label=_("Reason code"),
        empty_label=_("Any reason"),
    )
    contract = filters.ChoiceFilter(
        field_name="application__contract_type",
        choices=Contract,
        label=_("Type of loan"),
        empty_label=_("Any type"),
    )
    amount_from = _amount("gte", _("Amount from"))
    amount_to = _amount("lte", _("Amount up to"))
    pd_from = _pd("gte", _("PD from, in %"))
    pd_to = _pd("lte", _("PD up to, in %"))
    channel = filters.ChoiceFilter(
        field_name="prediction__source",
        choices=Source,
        label=_("Channel"),
        empty_label=_("Any channel"),
    )
    completeness = filters.ChoiceFilter(
        field_name="prediction__completeness",
        choices=Completeness,
        label=_("What was known"),
        empty_label=_("Anything"),
    )
    scored_by = filters.ChoiceFilter(
        method="filter_scored_by",
        label=_("Model or strategy"),
        empty_label=_("Any"),
    )
    sort = SteadyOrdering(
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
        form = DecisionFilterForm
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = _options()
        self.filters["banker"].extra["choices"] = options["banker"]
        self.filters["scored_by"].extra["choices"] = [
            (_("Models"), [(f"model:{key}", text) for key, text in options["model"]]),
            (
                _("Cut-off strategies"),
                [
                    (f"strategy:{key}", _("Strategy %(version)s") % {"version": text})
                    for key, text in options["strategy"]
                ],
            ),
        ]

    def search(self, queryset: DecisionQuerySet, name: str, words: str) -> DecisionQuerySet:
        return queryset.matching(words)

    def filter_standing(
        self, queryset: DecisionQuerySet, name: str, standing: str
    ) -> DecisionQuerySet:
        return queryset.in_force() if standing == self.Standing.IN_FORCE else queryset.replaced()

    def filter_scored_by(
        self, queryset: DecisionQuerySet, name: str, scored_by: str
    ) -> DecisionQuerySet:
        kind, _colon, key = scored_by.partition(":")
        if kind == "model":
            return queryset.filter(prediction__model_sha256=key)
        return queryset.filter(prediction__cut_offs_version=int(key))

    @property
    def more_in_use(self) -> bool:
        """Whether any filter that is folded away is set, or wrong."""
        return any(
            bool(field.data) or field.errors
            for field in self.form
            if field.name not in self.MAIN and not field.is_hidden
        )

    def query(self) -> str:
        """The filters in use as an address for readers of any language, in one order."""
        return urlencode(
            [
                (field.name, self._in_address(field))
                for field in self.form
                if field.data and not field.errors
            ]
        )

    def described(self) -> list[tuple[str, str]]:
        """The filters in use, in words: label and value."""
        return [
            (str(field.label), self._said(field))
            for field in self.form
            if field.data and not field.errors and not field.is_hidden
        ]

    def _in_address(self, field: forms.BoundField) -> str:
        value = self.form.cleaned_data.get(field.name)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float):
            return numbers.plain(field.field.prepare_value(value))
        return str(field.data)

    def _said(self, field: forms.BoundField) -> str:
        choices = getattr(field.field, "choices", None)
        if choices is None:
            value = self.form.cleaned_data.get(field.name)
            return date_format(value) if isinstance(value, date) else str(field.data)
        return str(dict(flatten_choices(choices)).get(field.data, ""))


class WatchListFilter(filters.FilterSet):  # type: ignore[misc]  # untyped package
    """The watch list, with what was removed from it."""

    q = _search(_("Name or client number"))
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
        return queryset.filter(holding(words, texts=NAMES, number="client_number"))

    def in_state(
        self, queryset: QuerySet[WatchListEntry], name: str, state: str
    ) -> QuerySet[WatchListEntry]:
        return queryset.filter(removed_at__isnull=state == "current")


class SavedViewForm(forms.Form):
    """The name of a view; whether it is taken, the service says."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=60,
        error_messages={"required": _("Give the view a name.")},
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
