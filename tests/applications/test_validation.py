"""What the form refuses, and what it says then. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.fields import DayField, NumberField, WholeNumberField, YesNoField
from applications.forms import REQUIRED, ApplicationForm
from applications.models import LoanApplication
from tests.applications.forms import filled_in, typed

NEW = reverse("applications:new")
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
A_CHILD = (timezone.localdate() - timedelta(days=17 * 365)).isoformat()

CONTRADICTIONS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"birth_date": A_CHILD, "employment": "not_in_work", "employed_since": ""},
        "birth_date",
        "at least 18",
    ),
    ({"birth_date": "1890-01-01"}, "birth_date", "over 100"),
    ({"birth_date": "9999-12-31"}, "birth_date", "in the future"),
    ({"birth_date": "31.12.1980x"}, "birth_date", "a day that exists"),
    ({"employed_since": TOMORROW}, "employed_since", "in the future"),
    ({"employed_since": "1986-01-01"}, "employed_since", "under 14"),
    ({"employment": "not_in_work"}, "employed_since", "Leave this empty"),
    ({"registration_date": "1970-01-01"}, "registration_date", "before the date of birth"),
    ({"id_document_date": TOMORROW}, "id_document_date", "in the future"),
    ({"children": "3", "family_members": "3"}, "family_members", "at least 4 people"),
    ({"children": "-1"}, "children", "from 0 to 30"),
    ({"children": "31"}, "children", "from 0 to 30"),
    ({"car_age": "5"}, "car_age", "owns no car"),
    ({"amount": "0"}, "amount", "from 1 to 1,000,000,000,000"),
    ({"amount": "1,000,000,000,001"}, "amount", "from 1 to 1,000,000,000,000"),
    ({"amount": "nan"}, "amount", "Write a number, such as 12,500.5"),
    ({"amount": "much"}, "amount", "Write a number"),
    ({"monthly_income": "-5"}, "monthly_income", "from 1 to"),
    ({"annuity": "500000"}, "annuity", "larger than the loan"),
    ({"goods_price": "100"}, "goods_price", "ten times"),
    ({"external_score_1": "1.01"}, "external_score_1", "from 0 to 1"),
    ({"education": "PhD"}, "education", "PhD is not one of the available choices"),
    ({"circle_observed_30": "1", "circle_late_30": "2"}, "circle_late_30", "more than"),
    ({"email": "anna"}, "email", "valid email"),
    ({"client_number": "99999999999999999999"}, "client_number", "No client has this number"),
    ({"first_name": "x" * 81}, "first_name", "at most 80"),
]


# What each kind of input takes none of, and a word of what it answers.
WRONG: dict[type[forms.Field], list[tuple[str, str]]] = {
    NumberField: [
        ("much", "Write a number"),
        ("1e3", "Write a number"),
        ("inf", "Write a number"),
        ("12 34", "Write a number"),
        ("1,2,3", "Write a number"),
        ("--1", "Write a number"),
        ("9" * 41, "Write a number"),
        ("1,5", "Did you mean"),
        ("-1", "from"),
        ("10" * 12, "from"),
    ],
    WholeNumberField: [
        ("much", "whole number"),
        ("1.5", "without decimals"),
        ("1e1", "whole number"),
        ("-1", ""),
        ("9" * 30, ""),
    ],
    DayField: [
        ("yesterday", "a day that exists"),
        ("2021-02-29", "a day that exists"),
        ("29/02/2021", "a day that exists"),
        ("12/31/1980", "a day that exists"),  # the day comes first
        ("31/12/80", "a day that exists"),  # of which century?
        ("1850-01-01", ""),
        ("2999-01-01", ""),
    ],
    YesNoField: [("perhaps", "valid choice")],
    forms.TypedChoiceField: [("42", "not one of the available choices")],
    forms.EmailField: [("anna@", "valid email"), ("a" * 250 + "@b.fr", "at most")],
    forms.CharField: [("x" * 300, "at most")],
}
EVERY_WRONG = [
    (name, value, message)
    for name, field in ApplicationForm.base_fields.items()
    for value, message in WRONG[type(field)]
]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value", "message"), EVERY_WRONG)
def test_every_field_refuses_what_it_cannot_take(field: str, value: str, message: str) -> None:
    form = ApplicationForm(typed(employed_since="", employment="") | {field: value})

    assert field in form.errors
    assert message in " ".join(form.errors[field])
    assert form[field].value() == value  # nothing typed is lost


@pytest.mark.django_db
@pytest.mark.parametrize("field", ApplicationForm.base_fields)
def test_every_field_says_its_message_to_a_screen_reader(field: str) -> None:
    attrs = ApplicationForm().fields[field].widget.attrs

    assert f"id_{field}_error" in attrs["aria-describedby"]


@pytest.mark.django_db
@pytest.mark.parametrize("submitting", [False, True])
@pytest.mark.parametrize(("changes", "field", "message"), CONTRADICTIONS)
def test_wrong_values_are_refused_in_drafts_too(
    changes: dict[str, Any], field: str, message: str, submitting: bool
) -> None:
    form = ApplicationForm(typed(**changes), submitting=submitting)

    assert list(form.errors) == [field]
    assert message in " ".join(form.errors[field])


@pytest.mark.django_db
@pytest.mark.parametrize("field", REQUIRED)
def test_a_decision_needs_it_and_a_draft_does_not(field: str) -> None:
    changes = {field: ""} | ({"employed_since": ""} if field == "employment" else {})

    assert ApplicationForm(typed(**changes)).is_valid()
    form = ApplicationForm(typed(**changes), submitting=True)
    assert list(form.errors) == [field]


@pytest.mark.django_db
def test_in_work_asks_since_when() -> None:
    form = ApplicationForm(typed(employed_since=""), submitting=True)

    assert list(form.errors) == ["employed_since"]


def test_errors_are_listed_with_links_and_nothing_typed_is_lost(
    banker: User, logged_in: Callable[[User], Client]
) -> None:
    sent = typed(action="submit", amount="much", birth_date="", occupation="Drivers")
    page = logged_in(banker).post(NEW, sent)

    html = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#id_amount" data-field>Loan amount</a>' in html
    assert '<a href="#id_birth_date" data-field>Date of birth</a>' in html
    assert 'id="id_amount_error"' in html
    assert (
        filled_in(html).items()
        >= {k: v for k, v in sent.items() if k not in ("action", "birth_date")}.items()
    )
    assert not LoanApplication.objects.exists()


def test_an_unknown_client_number_cannot_be_submitted(
    banker: User, logged_in: Callable[[User], Client]
) -> None:
    page = logged_in(banker).post(NEW, typed(action="submit", client_number="42"))

    assert "Nothing is on file for client 42" in page.content.decode()
