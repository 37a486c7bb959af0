"""The application form: its sections, its fields and what is checked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import clients
from applications.choices import Employment
from applications.fields import YesNoSelect, of_model
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
# Fields whose error may come from another one, and so appear or go when that one changes.
_ANSWERING = (
    "id_document_date",
    "registration_date",
    "phone_changed_date",
    "birth_date",
    "family_members",
    "car_age",
    "employed_since",
    "annuity",
    "goods_price",
    "circle_late_30",
    "circle_late_60",
)
_EMPTY = (None, "")
_YOUNGEST = 18
_OLDEST = 100
_WORKING_AGE = 14
_DATES_OF_A_LIFE = ("id_document_date", "registration_date", "phone_changed_date")


@dataclass(frozen=True)
class Input:
    """A field, and whether a decision needs it."""

    field: BoundField
    asked: bool

    @property
    def filled(self) -> bool:
        return self.field.value() not in _EMPTY


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
    inputs: list[Input]

    @property
    def errors(self) -> int:
        return sum(bool(item.field.errors) for item in self.inputs)

    @property
    def asked(self) -> int:
        return sum(item.asked for item in self.inputs)

    @property
    def filled(self) -> int:
        """How many of those asked for are filled in, and rightly."""
        return sum(item.asked and item.filled and not item.field.errors for item in self.inputs)


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
        formfield_callback = of_model

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

    def blank_wrong_fields(self) -> None:
        """Leave out of the application what is wrong on the form, so that it can be kept."""
        for name in self.errors:
            if name in self.fields:
                model_field = LoanApplication._meta.get_field(name)
                setattr(self.instance, name, model_field.get_default())  # type: ignore[union-attr]  # no relation is on the form

    def is_blank(self) -> bool:
        """Whether nothing that could be kept was filled in."""
        return all(value in _EMPTY for value in self.cleaned_data.values())

    def could_hold(self, name: str) -> bool:
        """Whether a field is empty and may be filled in, given what else is."""
        if name == "car_age" and self["owns_car"].value() == "no":
            return False
        if name == "employed_since" and self["employment"].value() == Employment.NOT_IN_WORK:
            return False
        return self[name].value() in _EMPTY

    def known_number(self) -> int | None:
        """The client number, if it is one."""
        try:
            number: int | None = self.fields["client_number"].clean(self["client_number"].value())
        except forms.ValidationError:
            return None
        return number

    def asked_for(self, name: str) -> bool:
        """Whether a decision needs a field, given what else is filled in."""
        if name == "employed_since":
            return bool(self["employment"].value() == Employment.IN_WORK)
        return name in REQUIRED

    def fields_to_tell(self, left: str) -> list[BoundField]:
        """The fields whose message may have changed when the field `left` was."""
        names = {left, *_ANSWERING, *self.errors} & set(self.fields)
        return [self[name] for name in self.fields if name in names]

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Show what the score refused beside the fields it came from."""
        for name, messages in errors.items():
            self.add_error(name or None, [forms.ValidationError(m) for m in messages])

    def sections(self) -> Iterator[BoundSection]:
        for section in SECTIONS:
            groups = [self._bound(group) for group in section.groups]
            inputs = [item for group in groups for item in group.inputs]
            yield BoundSection(section=section, groups=groups, inputs=inputs)

    def wrong_fields(self) -> list[BoundField]:
        """The fields to mend, in the order of the page."""
        return [self[name] for name in self.fields if self[name].errors]

    def _get_validation_exclusions(self) -> set[str]:
        """Every field: those of the form state the model's limits, and cost no query each."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return excluded | set(self.fields)

    def _bound(self, group: Group) -> BoundGroup:
        inputs = [Input(self[name], self.asked_for(name)) for name in group.fields]
        return BoundGroup(
            title=group.title,
            intro=group.intro,
            inputs=inputs,
            folded=group.folded and not any(item.field.errors for item in inputs),
        )

    def _ask_for_what_is_missing(self, values: dict[str, Any]) -> None:
        for name in REQUIRED:
            if name not in self.errors and values.get(name) in _EMPTY:
                self.add_error(name, _("This is needed for a decision."))
        if values.get("employment") == Employment.IN_WORK and not values.get("employed_since"):
            self.add_error("employed_since", _("Say since when the applicant is employed."))

    def _check_life(self, values: dict[str, Any], today: date) -> None:
        born = values.get("birth_date")
        if born is None:
            return
        if born > today:  # also because no calendar goes past the year 9999
            self.add_error("birth_date", _("This is in the future."))
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
        elif born is not None and born <= today and since < _years_after(born, _WORKING_AGE):
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
    if name == "employed_since":
        field.help_text = _("Start of the present employment. Needed for somebody in work.")
    attrs = field.widget.attrs
    # The message has its place from the start, so that it can appear while one types.
    hint = [f"id_{name}_helptext"] if field.help_text else []
    attrs["aria-describedby"] = " ".join([*hint, f"id_{name}_error"])
    if isinstance(field.widget, YesNoSelect):
        return
    if isinstance(field.widget, forms.Select):
        attrs["class"] = "form-select"
        _first, *levels = field.choices  # type: ignore[attr-defined]  # a choice field's
        field.choices = [("", _("Choose…")), *levels]  # type: ignore[attr-defined]  # the same
    else:
        attrs["class"] = "form-control"
        # These are the applicant's: the browser must not offer the banker's own.
        attrs["autocomplete"] = "off"
    if name in REQUIRED:
        attrs["aria-required"] = "true"


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
