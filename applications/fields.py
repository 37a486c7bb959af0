"""The inputs of the application form, and what each takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications import numbers


class NumberInput(forms.TextInput):
    """A number in the reader's language: 450,000 in English, 450 000 in French.

    A text input, since browsers take numbers in their own language's way, not in the page's.
    """

    def __init__(self, *, grouped: bool = True, inputmode: str = "decimal") -> None:
        super().__init__(attrs={"inputmode": inputmode})
        self.grouped = grouped

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return numbers.write(value) if self.grouped else str(value)
        shown: str | None = super().format_value(value)
        return shown


class NumberField(forms.Field):
    """A number in its range, typed in the reader's language, as a float."""

    default_error_messages: ClassVar = {
        "invalid": _("Write a number, such as %(example)s."),
        "ambiguous": _("Did you mean %(large)s or %(small)s? Please write one of these."),
        "range": _("Write a number from %(lowest)s to %(highest)s."),
    }
    inputmode = "decimal"

    def __init__(
        self, *, min_value: float, max_value: float, grouped: bool = True, **kwargs: Any
    ) -> None:
        kwargs.setdefault("widget", NumberInput(grouped=grouped, inputmode=self.inputmode))
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value

    def to_python(self, value: Any) -> float | None:
        number = self._read(value)
        return None if number is None else float(number)

    def _read(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        try:
            number = numbers.read(str(value))
        except numbers.Ambiguous as doubt:
            raise self._error("ambiguous", large=doubt.large, small=doubt.small) from doubt
        except numbers.NotANumber as error:
            raise self._error("invalid", example=numbers.write(12500.5)) from error
        if not self.min_value <= number <= self.max_value:
            limits = {"lowest": self.min_value, "highest": self.max_value}
            raise self._error("range", **{name: numbers.write(n) for name, n in limits.items()})
        return number

    def _error(self, code: str, **params: Any) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=params)


class WholeNumberField(NumberField):
    """A count, or a number that is a name, as an int."""

    default_error_messages: ClassVar = {
        "invalid": _("Write a whole number, in digits."),
        "ambiguous": _("Write a whole number, in digits."),
        "whole": _("Write a whole number, without decimals."),
    }
    inputmode = "numeric"

    def to_python(self, value: Any) -> int | None:
        number = self._read(value)
        if number is None:
            return None
        if number != int(number):
            raise self._error("whole")
        return int(number)


class YesNoSelect(forms.RadioSelect):
    """Three buttons side by side: yes, no, not known."""

    template_name = "applications/widgets/yes_no.html"


class YesNoField(forms.TypedChoiceField):
    """Yes, no or not known, as True, False or None."""

    widget = YesNoSelect
    _CHOICES: ClassVar = [("yes", _("Yes")), ("no", _("No")), ("", _("Not known"))]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=self._CHOICES, coerce=lambda value: value == "yes", empty_value=None, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != self.prepare_value(data))


def of_model(field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """Choose the input that suits a model field."""
    if isinstance(field, models.BooleanField):
        return YesNoField(label=field.verbose_name, help_text=field.help_text, required=False)
    if isinstance(field, models.DateField):
        return field.formfield(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": _("Write a day that exists, such as 1985-04-12.")},
            **kwargs,
        )
    if isinstance(field, models.FloatField):
        return field.formfield(form_class=NumberField, **_range(field), **kwargs)
    if isinstance(field, models.PositiveBigIntegerField):
        return field.formfield(
            form_class=WholeNumberField,
            grouped=False,
            error_messages={"range": _("No client has this number. It has at most 18 digits.")},
            **{**_range(field), "max_value": 10**18 - 1},
            **kwargs,
        )
    if isinstance(field, models.IntegerField) and not field.choices:
        return field.formfield(form_class=WholeNumberField, **_range(field), **kwargs)
    return field.formfield(**kwargs)


def _range(field: models.Field[Any, Any]) -> dict[str, Any]:
    """The limits a model field states, for its input to check first."""
    lowest = [v.limit_value for v in field.validators if isinstance(v, MinValueValidator)]
    highest = [v.limit_value for v in field.validators if isinstance(v, MaxValueValidator)]
    return {"min_value": max(lowest), "max_value": min(highest)}
