"""An application as it was filed, for reading: only what was filled in, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

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
    if name == "client_number":  # a name, not a quantity
        return str(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return formats.date_format(value)
    if hasattr(application, f"get_{name}_display"):
        return str(getattr(application, f"get_{name}_display")())
    return number(value) if isinstance(value, int | float) else str(value)


def number(value: float) -> str:
    """Write a number with groups of thousands and no more decimals than it needs.

    Shares (below 1) keep three decimals, amounts two.
    """
    if float(value).is_integer():
        return formats.number_format(int(value), force_grouping=True)
    decimals = 3 if abs(value) < 1 else 2
    # Rounded first: Django cuts off the digits it does not show.
    return formats.number_format(round(value, decimals), decimals, force_grouping=True)


def share_of(part: int, whole: int) -> str:
    """Write which percentage of a whole a part is."""
    return percentage(part / whole, 0) if whole else "–"


def percentage(share: float | None, decimals: int = 1) -> str:
    """Write a share as a percentage: 0.0893 becomes 8.9 %; a dash where there is none."""
    if share is None:
        return "–"
    # Rounded first: Django cuts off the digits it does not show.
    return f"{formats.number_format(round(100 * share, decimals), decimals)}\u00a0%"
