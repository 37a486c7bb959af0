"""The inputs of the desk's forms: numbers and days in the reader's language, yes or no.

Numbers and days are typed as text, since browsers take theirs in their own language's way, not
in the page's. Forms and filters use these fields alone, so that all of them read alike.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from applications import numbers

_LOOK = "form-control"
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_EXAMPLE_DAY = datetime(1980, 12, 31, 9, 30)  # noqa: DTZ001 - shown as an example, in no zone
_DAY_IN_DIGITS = 8  # 31121980: some phones offer digits and nothing else


class NumberInput(forms.TextInput):
    """A number in the reader's language: 450,000 in English, 450 000 in French."""

    def __init__(self, *, grouped: bool = True, inputmode: str = "decimal") -> None:
        super().__init__(attrs={"class": _LOOK, "inputmode": inputmode, "autocomplete": "off"})
        self.grouped = grouped

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return numbers.write(value) if self.grouped else str(value)
        if isinstance(value, str):  # of an address, which may have a decimal point
            value = _with_the_readers_mark(value)
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
    example = 12500.5

    def __init__(
        self,
        *,
        min_value: float = -math.inf,
        max_value: float = math.inf,
        grouped: bool = True,
        **kwargs: Any,
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
            number = self._only_possible(doubt)
        except numbers.NotANumber as error:
            raise self._error("invalid", example=numbers.write(self.example)) from error
        if not self._in_range(number):
            limits = {"lowest": self.min_value, "highest": self.max_value}
            raise self._error("range", **{name: numbers.write(n) for name, n in limits.items()})
        return number

    def _only_possible(self, doubt: numbers.Ambiguous) -> Decimal:
        """The reading in range, where just one of the two is."""
        readings = [numbers.read(text) for text in (doubt.large, doubt.small)]
        possible = [number for number in readings if self._in_range(number)]
        if len(possible) != 1:
            raise self._error("ambiguous", large=doubt.large, small=doubt.small) from doubt
        return possible[0]

    def _in_range(self, number: Decimal) -> bool:
        return self.min_value <= float(number) <= self.max_value

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


class PercentField(NumberField):
    """A share, typed and shown in per cent; its limits are those of the number as typed."""

    example = 3.5

    def to_python(self, value: Any) -> float | None:
        number = self._read(value)
        return None if number is None else float(number / 100)

    def prepare_value(self, value: Any) -> Any:
        # Rounded to what was typed: a hundred times 0.07 is not quite 7.
        return round(100 * value, 10) if isinstance(value, float) else value


class DayInput(forms.DateInput):
    """A day in the reader's language, with the way to write it where none is written yet."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "class": _LOOK,
                "inputmode": "numeric",
                "autocomplete": "off",
                "placeholder": _("dd/mm/yyyy"),
            }
        )

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, str):  # of an address, which says days as ISO 8601 does
            value = _iso_day(value) or value
        shown: str | None = super().format_value(value)
        return shown


class MomentInput(forms.DateTimeInput):
    """As `DayInput`, for a day and a time."""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "class": _LOOK,
                "autocomplete": "off",
                "placeholder": _("dd/mm/yyyy hh:mm"),
            }
        )


class DayField(forms.DateField):
    """A day typed in the reader's language, or as ISO 8601 writes it; the year in four digits."""

    widget = DayInput
    default_error_messages: ClassVar = {
        "invalid": _("Write a day that exists, as day, month and year, such as %(example)s."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or _("Day, month and year: 31/12/1980.")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            value = _spelled_out(value.strip())
        try:
            day: date | None = super().to_python(value)
        except forms.ValidationError as error:
            example = formats.date_format(_EXAMPLE_DAY, "SHORT_DATE_FORMAT")
            raise _not_like(self, example) from error
        return day


class MomentField(forms.DateTimeField):
    """A day and a time as `DayField` takes days; a day alone begins at midnight."""

    widget = MomentInput
    default_error_messages: ClassVar = {
        "invalid": _("Write a day and a time, such as %(example)s."),
    }

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = super().to_python(value)
        except forms.ValidationError as error:
            example = formats.date_format(_EXAMPLE_DAY, "SHORT_DATETIME_FORMAT")
            raise _not_like(self, example) from error
        return moment


def _spelled_out(text: str) -> str:
    """Put a day's separators where only its digits were typed, in the order of the language."""
    if len(text) != _DAY_IN_DIGITS or not (text.isdecimal() and text.isascii()):
        return text
    try:
        day = datetime.strptime(text, _first_format().replace("/", ""))  # noqa: DTZ007 - a day
    except ValueError:
        return text
    return day.strftime(_first_format())


def _with_the_readers_mark(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        return text
    try:
        numbers.read(text)
    except numbers.Ambiguous:  # the reader is asked what it means, and must see what was typed
        return text
    return text.replace(".", str(formats.get_format("DECIMAL_SEPARATOR")))


def _iso_day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None


def _first_format() -> str:
    return str(formats.get_format("DATE_INPUT_FORMATS")[0])


def _not_like(field: forms.Field, example: str) -> forms.ValidationError:
    message = field.error_messages["invalid"]
    return forms.ValidationError(message, code="invalid", params={"example": example})


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
        return field.formfield(form_class=DayField, **kwargs)
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
