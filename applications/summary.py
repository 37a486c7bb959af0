"""An application as it was filed, for reading: only what was filled in, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import home_credit
from applications.layout import SECTIONS
from applications.models import LoanApplication


@dataclass(frozen=True)
class FiledSection:
    title: Promise | str
    facts: list[tuple[str, str]]


def as_filed(application: LoanApplication) -> list[FiledSection]:
    """Return the sections of the form that hold anything, with labels and values."""
    sections = [
        FiledSection(
            title=section.title,
            facts=[
                (str(application._meta.get_field(name).verbose_name), shown)  # type: ignore[union-attr]  # no relation is on the form
                for group in section.groups
                for name in group.fields
                if (shown := in_words(application, name))
            ],
        )
        for section in SECTIONS
    ]
    return [section for section in sections if section.facts]


def in_words(application: LoanApplication, name: str) -> str:
    """Return a field's value in plain words; nothing where it is empty."""
    value: Any = getattr(application, name)
    if value is None or value == "":
        return ""
    if name in home_credit.TERMS:
        return money(value)
    if hasattr(application, f"get_{name}_display"):
        return str(getattr(application, f"get_{name}_display")())
    # A client number is a name, not a quantity.
    return str(value) if name == "client_number" else _in_words(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return formats.date_format(value)
    return number(value) if isinstance(value, int | float) else str(value)


def number(value: float) -> str:
    """Write a number with groups of thousands and no more decimals than it needs.

    Shares (below 1) keep three decimals, others two.
    """
    if float(value).is_integer():
        return formats.number_format(int(value), force_grouping=True)
    decimals = 3 if abs(value) < 1 else 2
    # Rounded first: Django cuts off the digits it does not show.
    return formats.number_format(round(value, decimals), decimals, force_grouping=True)


def money(value: float | None) -> str:
    """Write an amount in the bank's currency, as the reader's language does.

    In English €450,000 or CHF 450,000, in French 450 000 €; a dash where there is none.
    """
    if value is None:
        return "–"
    cents = round(float(value), 2)
    figure = formats.number_format(abs(cents), 0 if cents.is_integer() else 2, force_grouping=True)
    minus, currency = "-" if cents < 0 else "", settings.BANK["currency"]
    sign = _SIGNS.get(currency)
    if not (get_language() or "").startswith("en"):
        return f"{minus}{figure}\u00a0{sign or currency}"
    return f"{minus}{sign}{figure}" if sign else f"{minus}{currency}\u00a0{figure}"


_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}  # that nobody mistakes for another currency's


def share_of(part: int, whole: int) -> str:
    """Write which percentage of a whole a part is."""
    return percentage(part / whole, 0) if whole else "–"


def percentage(share: float | None, decimals: int = 1) -> str:
    """Write a share as a percentage: 0.0893 becomes 8.9 %; a dash where there is none."""
    if share is None:
        return "–"
    # Rounded first: Django cuts off the digits it does not show.
    return f"{formats.number_format(round(100 * share, decimals), decimals)}\u00a0%"
