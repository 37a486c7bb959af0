"""The application form: its sections, its fields and what is checked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import clients
from applications.choices import Employment
from applications.layout import SECTIONS, Group, Section
from applications.models import LoanApplication

if TYPE_CHECKING:
    _ApplicationModelForm = forms.ModelForm[LoanApplication]
else:
    _ApplicationModelForm = forms.ModelForm  # takes no type argument at run time

# What no decision can do without.
REQUIRED = (
    "first_name",
    "last_name",
    "birth_date",
    "education",
    "children",
    "housing_type",
    "owns_realty",
    "owns_car",
    "income_type",
    "employment",
    "monthly_income",
    "contract_type",
    "amount",
)
_YOUNGEST = 18
_OLDEST = 100
_WORKING_AGE = 14
_DATES_OF_A_LIFE = ("id_document_date", "registration_date", "phone_changed_date")


class PlainNumberInput(forms.NumberInput):
    """Shows a number with every digit it has, and no more: 450000, 0.08303696739132256."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, float) and value.is_integer():
            return f"{value:.0f}"
        shown: str | None = super().format_value(value)
        return shown


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


def _form_field(field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """Choose the input that suits a model field."""
    if isinstance(field, models.BooleanField):
        return YesNoField(label=field.verbose_name, help_text=field.help_text, required=False)
    if isinstance(field, models.DateField):
        kwargs["widget"] = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(field, models.FloatField):
        kwargs.update(_bounds(field))
        kwargs["widget"] = PlainNumberInput(attrs={"step": "any", "inputmode": "decimal"})
    elif isinstance(field, models.IntegerField) and not field.choices:
        kwargs.update(_bounds(field))
        kwargs["widget"] = PlainNumberInput(attrs={"step": "1", "inputmode": "numeric"})
    return field.formfield(**kwargs)


def _bounds(field: models.Field[Any, Any]) -> dict[str, float]:
    """The limits of a model field, for its input to state and check first."""
    lowest = [v.limit_value for v in field.validators if isinstance(v, MinValueValidator)]
    highest = [v.limit_value for v in field.validators if isinstance(v, MaxValueValidator)]
    return {
        **({"min_value": max(lowest)} if lowest else {}),
        **({"max_value": min(highest)} if highest else {}),
    }


@dataclass(frozen=True)
class Input:
    """A field, and whether a decision needs it."""

    field: BoundField
    asked: bool

    @property
    def filled(self) -> bool:
        return self.field.value() not in (None, "")


@dataclass(frozen=True)
class BoundGroup:
    """A group of fields of a section, ready to be shown."""

    title: Promise | str
    intro: Promise | str
    inputs: list[Input]
    folded: bool


@dataclass(frozen=True)
class BoundSection:
    """A section of the form, ready to be shown."""

    section: Section
    groups: list[BoundGroup]
    errors: int
    filled: int
    asked: int


class ApplicationForm(_ApplicationModelForm):
    """A loan application: incomplete while a draft, complete when `submitting`.

    Wrong values are refused in either case, so that a draft never holds any.
    """

    class Meta:
        model = LoanApplication
        fields = [
            "client_number",
            *(name for section in SECTIONS for group in section.groups for name in group.fields),
        ]
        formfield_callback = _form_field

    def __init__(self, *args: Any, submitting: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submitting = submitting
        for name, field in self.fields.items():
            _dress(name, field)

    def clean_client_number(self) -> int | None:
        number: int | None = self.cleaned_data["client_number"]
        if self.submitting and number is not None and clients.on_file(number) is None:
            raise forms.ValidationError(
                _(
                    "Nothing is on file for client %(number)s. Correct the number, or leave it "
                    "empty to file for a new client."
                ),
                params={"number": number},
                code="unknown_client",
            )
        return number

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        today = timezone.localdate()
        if self.submitting:
            self._ask_for_what_is_missing(values)
        self._check_life(values, today)
        self._check_work(values, today)
        self._check_household(values)
        self._check_loan(values)
        return values

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Show what the score refused beside the fields it came from."""
        for name, messages in errors.items():
            self.add_error(name or None, [forms.ValidationError(m) for m in messages])

    def sections(self) -> Iterator[BoundSection]:
        for section in SECTIONS:
            groups = [self._bound(group) for group in section.groups]
            inputs = [item for group in groups for item in group.inputs]
            asked = [item for item in inputs if item.asked]
            yield BoundSection(
                section=section,
                groups=groups,
                errors=sum(bool(item.field.errors) for item in inputs),
                filled=sum(item.filled for item in asked),
                asked=len(asked),
            )

    def wrong_fields(self) -> list[BoundField]:
        """The fields to mend, in the order of the page."""
        return [self[name] for name in self.fields if self[name].errors]

    def _bound(self, group: Group) -> BoundGroup:
        inputs = [Input(self[name], name in REQUIRED) for name in group.fields]
        return BoundGroup(
            title=group.title,
            intro=group.intro,
            inputs=inputs,
            folded=group.folded and not any(item.field.errors for item in inputs),
        )

    def _ask_for_what_is_missing(self, values: dict[str, Any]) -> None:
        for name in REQUIRED:
            if name not in self.errors and values.get(name) in (None, ""):
                self.add_error(name, _("This is needed for a decision."))
        if values.get("employment") == Employment.IN_WORK and not values.get("employed_since"):
            self.add_error("employed_since", _("Say since when the applicant is employed."))

    def _check_life(self, values: dict[str, Any], today: date) -> None:
        born = values.get("birth_date")
        if born is None:
            return
        if not _years_after(born, _YOUNGEST) <= today:
            self.add_error("birth_date", _("The applicant must be at least 18 years old."))
        elif _years_after(born, _OLDEST) <= today:
            self.add_error("birth_date", _("The applicant would be over 100 years old."))
        for name in _DATES_OF_A_LIFE:
            self._check_between(values, name, born, today)

    def _check_between(self, values: dict[str, Any], name: str, born: date, today: date) -> None:
        day = values.get(name)
        if day is not None and day < born:
            self.add_error(name, _("This is before the date of birth."))
        elif day is not None and day > today:
            self.add_error(name, _("This is in the future."))

    def _check_work(self, values: dict[str, Any], today: date) -> None:
        since, born = values.get("employed_since"), values.get("birth_date")
        if since is None:
            return
        if since > today:
            self.add_error("employed_since", _("This is in the future."))
        elif born is not None and since < _years_after(born, _WORKING_AGE):
            self.add_error(
                "employed_since",
                _("The applicant was under 14 then. Check this date and the date of birth."),
            )
        if values.get("employment") == Employment.NOT_IN_WORK:
            self.add_error(
                "employed_since",
                _("Leave this empty, or say above that the applicant is in work."),
            )

    def _check_household(self, values: dict[str, Any]) -> None:
        children, members = values.get("children"), values.get("family_members")
        if children is not None and members is not None and members <= children:
            self.add_error(
                "family_members",
                _("The applicant and %(children)s children are at least %(least)s people.")
                % {"children": children, "least": children + 1},
            )
        if values.get("owns_car") is False and values.get("car_age") is not None:
            self.add_error("car_age", _("Leave this empty: the applicant owns no car."))
        for days in ("30", "60"):
            late, seen = (values.get(f"circle_{what}_{days}") for what in ("late", "observed"))
            if late is not None and seen is not None and late > seen:
                self.add_error(f"circle_late_{days}", _("This is more than the people observed."))

    def _check_loan(self, values: dict[str, Any]) -> None:
        amount, price, annuity = (values.get(n) for n in ("amount", "goods_price", "annuity"))
        if amount is None:
            return
        if price is not None and amount > 10 * price:
            self.add_error(
                "goods_price", _("The loan is more than ten times this price. Check both.")
            )
        if annuity is not None and annuity > amount:
            self.add_error("annuity", _("The instalment is larger than the loan. Check both."))


def _dress(name: str, field: forms.Field) -> None:
    """Give an input the look of the desk and the hints browsers and readers use."""
    attrs = field.widget.attrs
    if isinstance(field.widget, YesNoSelect):
        pass
    elif isinstance(field.widget, forms.Select):
        attrs["class"] = "form-select"
        _first, *levels = field.choices  # type: ignore[attr-defined]  # a choice field's
        field.choices = [("", _("Choose…")), *levels]  # type: ignore[attr-defined]  # the same
    else:
        attrs["class"] = "form-control"
        # These are the applicant's: the browser must not offer the banker's own.
        attrs["autocomplete"] = "off"
    if name in REQUIRED and not isinstance(field.widget, YesNoSelect):
        attrs["aria-required"] = "true"


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
