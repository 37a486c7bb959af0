"""JSON through the forms of the desk, so that the same checks hold with the same words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import model_to_dict
from rest_framework import serializers

from applications import numbers
from applications.api.serializers.applications import FIELDS, ApplicationFields
from applications.api.words import unknown_in
from applications.forms import ApplicationForm
from applications.models import LoanApplication


def read(
    kind: type[ApplicationFields],
    data: Any,
    application: LoanApplication,
    *,
    submitting: bool = False,
) -> dict[str, Any]:
    """Put what was sent into an application, and return what came beside its fields.

    Raises
    ------
    ValidationError
        Naming every field that is unknown, wrong by itself, at odds with another, or, when
        `submitting`, lacking.
    """
    sent = kind(data=data)
    wrong = {} if sent.is_valid() else dict(sent.errors)
    if not isinstance(data, Mapping):
        raise serializers.ValidationError(wrong)
    wrong.update(unknown_in(data, sent.fields))
    given = {name: data[name] for name in FIELDS if name in data and name not in wrong}
    before = model_to_dict(application, fields=FIELDS)
    form = ApplicationForm(
        {name: _typed(name, value) for name, value in (before | given).items()},
        instance=application,
        submitting=submitting,
    )
    for name, messages in form.errors.items():
        wrong.setdefault(name, [*map(str, messages)])
    if wrong:
        raise serializers.ValidationError(wrong)
    return {name: sent.validated_data.get(name) for name in set(sent.fields) - set(FIELDS)}


def check(form: forms.Form) -> dict[str, Any]:
    """Return what a form of the desk makes of what was sent.

    Raises
    ------
    ValidationError
        Naming every wrong field.
    """
    if form.is_valid():
        return form.cleaned_data
    called: dict[str, str] = {NON_FIELD_ERRORS: "non_field_errors"}
    raise serializers.ValidationError(
        {called.get(name, name): [*map(str, messages)] for name, messages in form.errors.items()}
    )


def written(values: Mapping[str, Any]) -> dict[str, str]:
    """JSON values as a browser would send them."""
    return {name: _typed(name, value) for name, value in values.items()}


def _typed(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_rating"):  # a choice, not a quantity
        return str(value)
    if isinstance(value, int | float):
        return numbers.write(value)
    return value.isoformat() if isinstance(value, date) else str(value)
