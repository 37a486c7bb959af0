"""Forms that steer decisions: cut-offs and rules, tried or proposed, and the watch list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications import numbers
from applications.fields import MomentField, NumberField, PercentField, of_model
from applications.models import WatchListEntry
from applications.simulation import REVIEW_COST
from applications.strategy_display import limit_in_words
from monitoring.models import Outcome
from scoring.policy import RULES, Rule
from scoring.strategies import StrategyTerms

if TYPE_CHECKING:
    _WatchListModelForm = forms.ModelForm[WatchListEntry]
else:
    _WatchListModelForm = forms.ModelForm  # takes no type argument at run time

DECISIONS, REFERENCE = "decisions", "reference"
_UNITS = {
    "years": _("years"),
    "amount": _("amount"),
    "share": _("% of income"),
    "times": _("× income"),
}
_RULE_OUTCOMES = [(Outcome.REFER.value, _("Refer")), (Outcome.DECLINE.value, _("Decline"))]
_PERIODS = [
    ("30", _("Last 30 days")),
    ("90", _("Last 90 days")),
    ("365", _("Last 12 months")),
    ("all", _("All decisions")),
]
_SOURCES = [
    (DECISIONS, _("Stored decisions")),
    (REFERENCE, _("Reference sample of the model")),
]


@dataclass(frozen=True)
class RuleInputs:
    """One policy rule of the form, ready to be shown."""

    rule: Rule
    unit: Any
    on: BoundField
    limit: BoundField | None
    outcome: BoundField


class CutOffsForm(forms.Form):
    """Two cut-offs on the PD."""

    refer_from = PercentField(
        label=_("Refer from"),
        min_value=0.1,
        max_value=99.9,
        help_text=_("From this PD on a manager decides."),
    )
    decline_from = PercentField(
        label=_("Decline from"),
        min_value=0.1,
        max_value=99.9,
        help_text=_("From this PD on the loan is declined."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        refer, decline = values.get("refer_from"), values.get("decline_from")
        if refer is not None and decline is not None and refer > decline:
            self.add_error(
                "decline_from", _("This must be at or above the PD from which loans are referred.")
            )
        return values


class TermsForm(CutOffsForm):
    """All that a strategy decides an application by."""

    cost_ratio = NumberField(
        label=_("Cost ratio"),
        min_value=0.1,
        max_value=1_000,
        help_text=_("Refused good loans that cost as much as one loan that is not repaid."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in RULES.values():
            self._add_rule(rule)

    def rules(self) -> Iterator[RuleInputs]:
        """Each rule with its inputs, in the order of the policy."""
        for code, rule in RULES.items():
            yield RuleInputs(
                rule=rule,
                unit=_UNITS.get(rule.unit, ""),
                on=self[f"rule_{code}"],
                limit=self[f"limit_{code}"] if rule.unit else None,
                outcome=self[f"outcome_{code}"],
            )

    @property
    def has_rules(self) -> bool:
        return any(self[f"rule_{code}"].value() for code in RULES)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for code, rule in RULES.items():
            if values.get(f"rule_{code}") and rule.unit:
                self._check_limit(rule, values.get(f"limit_{code}"))
        return values

    @property
    def terms(self) -> StrategyTerms:
        """What was typed, once it is valid."""
        values = self.cleaned_data
        return StrategyTerms(
            refer_from=values["refer_from"],
            decline_from=values["decline_from"],
            cost_ratio=values["cost_ratio"],
            rules={code: self._setting(rule) for code, rule in RULES.items() if self._on(code)},
            second_manager_amount=values.get("second_manager_amount"),
            second_manager_pd=values.get("second_manager_pd"),
        )

    def _on(self, code: str) -> bool:
        return bool(self.cleaned_data[f"rule_{code}"])

    def _setting(self, rule: Rule) -> dict[str, Any]:
        setting = {"outcome": self.cleaned_data[f"outcome_{rule.code}"] or Outcome.REFER.value}
        return (
            setting | {"limit": self.cleaned_data[f"limit_{rule.code}"]} if rule.unit else setting
        )

    def _add_rule(self, rule: Rule) -> None:
        described = {"aria-describedby": f"rule-{rule.code}"}
        on = forms.BooleanField(label=str(rule.label), required=False)
        on.widget.attrs.update({"class": "form-check-input", "role": "switch"} | described)
        outcome = forms.ChoiceField(
            label=_("%(rule)s: what follows") % {"rule": rule.label},
            choices=_RULE_OUTCOMES,
            required=False,
            initial="refer",
        )
        outcome.widget.attrs["class"] = "form-select"
        self.fields[f"rule_{rule.code}"] = on
        if rule.unit:
            kind = PercentField if rule.unit == "share" else NumberField
            label = _("%(rule)s: limit") % {"rule": rule.label}
            self.fields[f"limit_{rule.code}"] = kind(label=label, required=False)
        self.fields[f"outcome_{rule.code}"] = outcome

    def _check_limit(self, rule: Rule, limit: float | None) -> None:
        name = f"limit_{rule.code}"
        if name in self.errors or (limit is not None and rule.lowest <= limit <= rule.highest):
            return
        self.add_error(
            name,
            _("Enter a limit from %(lowest)s to %(highest)s.")
            % {
                "lowest": limit_in_words(rule.unit, rule.lowest),
                "highest": limit_in_words(rule.unit, rule.highest),
            },
        )


class SourceForm(forms.Form):
    """Whom figures are about: stored decisions of a period, or the model's reference sample."""

    on = forms.ChoiceField(label=_("Applicants"), choices=_SOURCES, initial=DECISIONS)
    period = forms.ChoiceField(label=_("Period"), choices=_PERIODS, initial="90")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("on", "period"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def since(self) -> datetime | None:
        """Where the period begins, once the form is valid or untouched."""
        period = self._value("period")
        return None if period == "all" else timezone.now() - timedelta(days=int(period))

    @property
    def on_reference(self) -> bool:
        return self._value("on") == REFERENCE

    @property
    def period_in_words(self) -> str:
        return str(dict(_PERIODS)[self._value("period")])

    def _value(self, name: str) -> str:
        value = self.cleaned_data.get(name) if self.is_bound else None
        return str(value or self.get_initial_for_field(self.fields[name], name))


class SimulationForm(SourceForm, TermsForm):
    """Cut-offs and rules to try, and what the work of managers costs."""

    review_cost = PercentField(
        label=_("Cost of a manual review"),
        min_value=0,
        max_value=1_000,
        initial=REVIEW_COST,
        help_text=_("In per cent of what one refused good loan costs."),
    )


class FairnessForm(SourceForm, CutOffsForm):
    """Cut-offs to look at beside those in force."""


class EffectForm(forms.Form):
    """When a proposal shall take effect, and why it is made."""

    effective_from = MomentField(
        label=_("Takes effect"),
        required=False,
        help_text=_("A day and a time, or empty for as soon as it is approved."),
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("Why you propose this. The other manager and the journal will read it."),
        error_messages={"required": _("Say why you propose this.")},
    )

    def clean_effective_from(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["effective_from"]
        if moment is not None and moment < timezone.now() - timedelta(minutes=1):
            raise forms.ValidationError(
                _("This is in the past. Choose a later time, or leave it empty."), code="past"
            )
        return moment


class ProposalForm(EffectForm, TermsForm):
    """A strategy for another manager to approve; without a comment while it is `testing`."""

    second_manager_amount = NumberField(
        label=_("Second manager from amount"),
        required=False,
        min_value=1,
        max_value=1e12,
        help_text=_("An override of a loan this large needs a second manager. Empty: none."),
    )
    second_manager_pd = PercentField(
        label=_("Second manager from PD"),
        required=False,
        min_value=0.1,
        max_value=99.9,
        help_text=_("An override that grants a loan of this PD needs one, too. Empty: none."),
    )

    def __init__(self, *args: Any, testing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.testing = testing
        self.fields["comment"].required = not testing
        last = list(EffectForm.base_fields)
        self.order_fields([*(name for name in self.fields if name not in last), *last])


class ProposalAnswerForm(forms.Form):
    """What the other manager says to a proposal."""

    answer = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("Needed to refuse; welcome when you approve."),
    )


class WatchListForm(_WatchListModelForm):
    """Somebody to watch: a client by number, or a person by name and date of birth."""

    class Meta:
        model = WatchListEntry
        fields = ["client_number", "first_name", "last_name", "birth_date", "reason"]
        formfield_callback = of_model
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "client_number": _("Enough by itself, if the person is a client."),
            "first_name": _("Leave it empty to watch everybody with this name and birthday."),
            "reason": _("Managers read it. Bankers see only that a rule sent the case to you."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.update({"class": "form-control", "autocomplete": "off"})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.errors or values.get("client_number") is not None:
            return values
        if not values.get("last_name"):
            self.add_error("last_name", _("Give a client number, or a last name and birthday."))
        if values.get("birth_date") is None:
            self.add_error("birth_date", _("A name alone fits too many people: add the birthday."))
        elif values["birth_date"] > timezone.localdate():
            self.add_error("birth_date", _("This is in the future."))
        return values

    def validate_constraints(self) -> None:
        """Not the database's own, which says the same as `clean` less helpfully."""


def initial_of(terms: StrategyTerms) -> dict[str, Any]:
    """The form's values for a strategy."""
    values: dict[str, Any] = {
        name: getattr(terms, name)
        for name in (
            "refer_from",
            "decline_from",
            "cost_ratio",
            "second_manager_amount",
            "second_manager_pd",
        )
    }
    for code, setting in terms.rules.items():
        values[f"rule_{code}"] = True
        values[f"outcome_{code}"] = setting["outcome"]
        if setting.get("limit") is not None:
            values[f"limit_{code}"] = float(setting["limit"])
    return values


def carried(query: Mapping[str, Any]) -> dict[str, Any]:
    """What a simulation hands to the proposal form: values as they were typed."""
    names = set(TermsForm().fields)
    return {name: value for name, value in query.items() if name in names}


def as_query(terms: StrategyTerms) -> str:
    """The address of the simulator with these terms, behind its question mark."""
    initial = initial_of(terms)
    form = SimulationForm(initial=initial)
    wanted = [name for name in form.fields if not name.startswith("outcome_") or name in initial]
    values = {name: form[name].value() for name in wanted}
    return urlencode({name: _in_address(value) for name, value in values.items() if value})


def typed(value: Any) -> str:
    """What a browser would send of a value that the form holds."""
    if value is True:
        return "on"
    return numbers.write(value) if isinstance(value, int | float) else str(value)


def _in_address(value: Any) -> str:
    """As `typed`, for readers of any language."""
    plain = isinstance(value, int | float) and value is not True
    return numbers.plain(value) if plain else typed(value)
