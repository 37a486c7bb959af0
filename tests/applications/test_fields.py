"""Numbers and days are typed in the reader's language, everywhere in the same way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django import forms
from django.utils import timezone, translation

from applications.fields import DayField, MomentField, NumberField, PercentField
from applications.filters import DecisionFilter
from applications.forms import ApplicationForm
from applications.steering_forms import FairnessForm, ProposalForm, SimulationForm, WatchListForm
from applications.what_if.form import WhatIfForm

LAST_DAY = date(1980, 12, 31)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "typed",
    [
        "31/12/1980",
        "31.12.1980",
        "31-12-1980",
        "31 12 1980",
        "31121980",
        "1980-12-31",
        " 31/12/1980 ",
    ],
)
def test_days(language: str, typed: str) -> None:
    with translation.override(language):
        assert DayField().clean(typed) == LAST_DAY


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "typed", ["12/31/1980", "31/12/80", "30/02/1980", "99991980", "1121980", "yesterday", "31/12"]
)
def test_days_that_are_none_are_answered_with_the_way_to_write_them(
    language: str, typed: str
) -> None:
    with translation.override(language), pytest.raises(forms.ValidationError, match="31/12/1980"):
        DayField().clean(typed)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_shown_is_read_again(language: str) -> None:
    with translation.override(language):
        day, moment = DayField(), MomentField()
        midnight = datetime(2026, 12, 31, tzinfo=timezone.get_current_timezone())
        at = midnight.replace(hour=9, minute=5)
        shown = moment.widget.format_value(moment.prepare_value(at))

        assert day.widget.format_value(LAST_DAY) == "31/12/1980"
        assert day.widget.format_value("1980-12-31") == "31/12/1980"
        assert day.widget.format_value("1980-13-31") == "1980-13-31"
        assert shown == "31/12/2026 09:05"
        assert moment.clean(shown) == at
        assert moment.clean("2026-12-31T09:05") == at
        assert moment.clean("31/12/2026") == midnight


@pytest.mark.parametrize(
    ("language", "typed", "share"),
    [
        ("fr", "3,5", 0.035),
        ("fr", "3.5", 0.035),
        ("en", "3.5", 0.035),
        ("en", "8.1246", 0.081246),
        ("en", "8.125", 0.08125),  # eight thousand per cent are out of range
        ("en", "0.1", 0.001),
        ("fr", "99,9", 0.999),
    ],
)
def test_percentages(language: str, typed: str, share: float) -> None:
    with translation.override(language):
        assert PercentField(min_value=0.1, max_value=99.9).clean(typed) == share


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("fr", "10.5", "10,5"),
        ("fr", "3,5", "3,5"),
        ("fr", "12.500", "12.500"),  # the reader is asked what it means
        ("en", "10.50", "10.50"),
        ("fr", "many", "many"),
    ],
)
def test_an_address_is_shown_in_the_readers_language(language: str, typed: str, shown: str) -> None:
    with translation.override(language):
        assert NumberField().widget.format_value(typed) == shown


def test_a_comma_that_may_be_a_decimal_mark_is_asked_about() -> None:
    with pytest.raises(forms.ValidationError, match=r"35 or 3\.5"):
        PercentField(min_value=0.1, max_value=99.9).clean("3,5")


def test_limits_are_those_of_the_number_as_typed() -> None:
    with pytest.raises(forms.ValidationError, match=r"from 0\.1 to 99\.9"):
        PercentField(min_value=0.1, max_value=99.9).clean("0.09")


@pytest.mark.parametrize(
    "form", [ApplicationForm, ProposalForm, SimulationForm, FairnessForm, WatchListForm, WhatIfForm]
)
def test_every_form_takes_numbers_and_days_so(form: type[forms.BaseForm]) -> None:
    assert _foreign(form.base_fields) == []


def test_the_history_takes_them_so() -> None:
    fields = {name: found.field for name, found in DecisionFilter.base_filters.items()}
    assert _foreign(fields) == []


def _foreign(fields: dict[str, Any]) -> list[str]:
    """Fields that a browser, or Django, would read in its own way."""
    own = (NumberField, DayField, MomentField)
    theirs = (forms.IntegerField, forms.FloatField, forms.DateField, forms.DateTimeField)
    return [
        name
        for name, field in fields.items()
        if (isinstance(field, theirs) and not isinstance(field, own))
        or getattr(field.widget, "input_type", "") in {"number", "date", "datetime-local"}
    ]
