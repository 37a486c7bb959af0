"""The inputs of a what-if: only what an applicant can change."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import numbers
from applications.fields import NumberField, WholeNumberField
from applications.summary import number
from applications.what_if.repayment import LONGEST, SHORTEST, Plan
from applications.what_if.terms import HIGHEST, LOWEST, Filed, LoanTerms


def _amount(
    label: Any, help_text: Any, *, required: bool = False, lowest: float = 0
) -> NumberField:
    return NumberField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=lowest,
        max_value=HIGHEST,
    )


def query(terms: LoanTerms) -> dict[str, str]:
    """Return what a browser would send of a form that holds some terms."""
    typed = {
        "amount": terms.amount,
        "instalments": terms.instalments,
        "instalment": terms.instalment,
        "down_payment": terms.down_payment or None,
        "extra_income": terms.extra_income or None,
    }
    return {name: numbers.write(value) for name, value in typed.items() if value is not None}


class WhatIfForm(forms.Form):
    """Terms to try on a loan that was filed; fields that it has no use for are not there."""

    amount = _amount(
        gettext_lazy("Loan amount"),
        gettext_lazy("Before a down payment. The price of the goods moves with it."),
        required=True,
        lowest=LOWEST,
    )
    instalments = WholeNumberField(
        label=gettext_lazy("Instalments"),
        help_text=gettext_lazy("How many, one a month."),
        required=False,
        min_value=0,
        max_value=HIGHEST,
    )
    instalment = _amount(
        gettext_lazy("Or the instalment"),
        gettext_lazy("Their number then follows."),
    )
    down_payment = _amount(
        gettext_lazy("Down payment"),
        gettext_lazy("Own money for the same goods, beyond what was filed."),
    )
    extra_income = _amount(
        gettext_lazy("Co-borrower’s monthly income"),
        gettext_lazy("Before tax. It is added to the applicant’s."),
    )

    def __init__(self, *args: Any, filed: Filed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # The place of a field's message is always there, to be filled while somebody types.
            described = f"id_{name}_helptext id_{name}_error"
            field.widget.attrs.update(
                {"class": "form-control", "autocomplete": "off", "aria-describedby": described}
            )
        self.filed = filed
        self.initial.update(amount=filed.terms.amount, instalments=filed.terms.instalments)
        if filed.plan is None:
            del self.fields["instalments"], self.fields["instalment"]
        if filed.offer.goods_price is None:
            del self.fields["down_payment"]
            self.fields["amount"].help_text = _("What is lent.")

    @property
    def terms(self) -> LoanTerms:
        """What was typed, once it is valid."""
        values = self.cleaned_data
        return LoanTerms(
            amount=values["amount"],
            instalments=values.get("instalments"),
            instalment=values.get("instalment"),
            down_payment=values.get("down_payment") or 0.0,
            extra_income=values.get("extra_income") or 0.0,
        )

    def slots(self) -> list[BoundField]:
        """The fields, in the order of the page."""
        return [self[name] for name in self.fields]

    def clean_amount(self) -> float | None:
        return self._between("amount", LOWEST, self.filed.highest_amount)

    def clean_instalments(self) -> int | None:
        count: int | None = self.cleaned_data["instalments"]
        if count is not None and not SHORTEST <= count <= LONGEST:
            raise forms.ValidationError(
                _("Choose %(low)d to %(high)d instalments.") % {"low": SHORTEST, "high": LONGEST}
            )
        return count

    def clean_down_payment(self) -> float | None:
        return self._between("down_payment", 0.0, HIGHEST)

    def clean_extra_income(self) -> float | None:
        return self._between("extra_income", 0.0, self.filed.highest_extra_income)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("amount") is not None and "down_payment" not in self.errors:
            self._check_down_payment(values["amount"], values.get("down_payment") or 0.0)
        if self.filed.plan is not None and not self.errors:
            self._check_instalments(self.filed.plan, self.terms)
        return values

    def _check_down_payment(self, amount: float, own: float) -> None:
        if amount - own < LOWEST:
            self.add_error(
                "down_payment",
                _("Nothing would be left to lend. Enter less than the loan amount of %(amount)s.")
                % {"amount": number(amount)},
            )

    def _check_instalments(self, plan: Plan, terms: LoanTerms) -> None:
        if terms.instalments is None and terms.instalment is None:
            self.add_error("instalments", _("Enter this, or the instalment."))
        elif terms.instalments is not None and terms.instalment is not None:
            self.add_error(
                "instalment", _("Enter the instalment or the number of instalments, not both.")
            )
        elif terms.instalment is not None:
            self._check_instalment(plan, terms.lent, terms.instalment)

    def _check_instalment(self, plan: Plan, lent: float, instalment: float) -> None:
        # To the cent, so that both limits can be typed as they are shown.
        low = math.ceil(100 * plan.instalment(lent, LONGEST)) / 100
        high = math.floor(100 * plan.instalment(lent, SHORTEST)) / 100
        if not low <= instalment <= high:
            self.add_error(
                "instalment",
                _(
                    "Enter %(low)s to %(high)s: this loan is repaid in %(shortest)d to "
                    "%(longest)d instalments."
                )
                % {
                    "low": number(low),
                    "high": number(high),
                    "shortest": SHORTEST,
                    "longest": LONGEST,
                },
            )

    def _between(self, name: str, low: float, high: float) -> float | None:
        value: float | None = self.cleaned_data[name]
        if value is not None and not low <= value <= high:
            raise forms.ValidationError(
                _("Enter an amount from %(low)s to %(high)s.")
                % {"low": number(low), "high": number(high)}
            )
        return value


class CounterOfferForm(WhatIfForm):
    """The terms that become a counter-offer, and what the banker saw of them."""

    version = forms.IntegerField(min_value=2)
    stamp = forms.CharField(max_length=40)
