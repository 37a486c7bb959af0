"""What the model saw, written as a banker reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications import choices
from applications.summary import money, number, percentage
from ml.units import Unit

_MONTH = 365.25 / 12  # days


def fact(driver: Mapping[str, Any]) -> str:
    """Write the value behind a reason: `driver` is one of `scoring.reasons`."""
    return written(driver["value"], Unit(driver["unit"]))


def written(value: float | str | None, unit: Unit) -> str:
    """Write a feature's value in its unit.

    >>> written(-4500.0, Unit.LENGTH), written(0.125, Unit.SHARE)
    ('12 years 4 months', '12.5\\xa0%')
    """
    if value is None or value == "":
        return _("not known")
    if isinstance(value, str):
        return str(_LEVELS.get(value, value))
    return _WRITERS[unit](value)


def duration(days: float) -> str:
    """Write a length of time in days, months, or years and months."""
    if days < 2 * _MONTH:
        whole = round(days)
        return ngettext("%(count)d day", "%(count)d days", whole) % {"count": whole}
    return _months(round(days / _MONTH))


def _months(months: int) -> str:
    if months < 24:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    years, rest = divmod(months, 12)
    full = ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return f"{full} {_months(rest)}" if rest else full


def _yes_no(value: float) -> str:
    if value not in {0, 1}:
        return _points(value)
    return _("Yes") if value else _("No")


def _amount(value: float) -> str:
    return money(round(value) if abs(value) >= 100 else value)


def _share(value: float) -> str:
    return percentage(value, 0 if value in {0, 1} else 1)


def _times(value: float) -> str:
    if abs(value) < 2:
        return percentage(value, 0 if value == 0 or abs(value) >= 0.1 else 1)
    return _("%(count)s times") % {"count": _decimal(value, 1)}


def _ago(days: float) -> str:
    if abs(days) < 1:
        return _("that day")
    return _when(days, duration(abs(days)))


def _month_ago(months: float) -> str:
    if abs(months) < 1:
        return _("that month")
    return _when(months, _months(round(abs(months))))


def _when(sign: float, length: str) -> str:
    return (_("%(length)s ago") if sign < 0 else _("%(length)s ahead")) % {"length": length}


def _gap(days: float) -> str:
    words = _("%(length)s before") if days < 0 else _("%(length)s after")
    return words % {"length": duration(abs(days))}


def _days(value: float) -> str:
    shown = _short(value)
    return ngettext("%(count)s day", "%(count)s days", round(value)) % {"count": shown}


def _years(value: float) -> str:
    shown = _decimal(value, 0)
    return ngettext("%(count)s year", "%(count)s years", round(value)) % {"count": shown}


def _short(value: float) -> str:
    return _decimal(value, 0 if round(value, 1).is_integer() else 1)


def _points(value: float) -> str:
    """Two decimals, fewer for what is large, more for what would read as 0."""
    decimals = 2 if abs(value) >= 0.01 else 4
    if abs(value) >= 100 or round(value, decimals) == round(value):
        return number(round(value))
    return _decimal(value, decimals)


def _decimal(value: float, decimals: int) -> str:
    # Rounded first: Django cuts off the digits it does not show. Adding 0 makes -0 a plain 0.
    return formats.number_format(round(value, decimals) + 0, decimals, force_grouping=True)


_WRITERS: Mapping[Unit, Callable[[float], str]] = {
    Unit.YES_NO: _yes_no,
    Unit.AMOUNT: _amount,
    Unit.SHARE: _share,
    Unit.TIMES: _times,
    Unit.AGO: _ago,
    Unit.MONTH_AGO: _month_ago,
    Unit.LENGTH: lambda days: duration(abs(days)),
    Unit.GAP: _gap,
    Unit.DAYS: _days,
    Unit.YEARS: _years,
    Unit.COUNT: _short,
    Unit.POINTS: _points,
}
_LEVELS: dict[str, Promise | str] = {
    "Y": gettext_lazy("Yes"),
    "N": gettext_lazy("No"),
    "Yes": gettext_lazy("Yes"),
    "No": gettext_lazy("No"),
    "MONDAY": gettext_lazy("Monday"),
    "TUESDAY": gettext_lazy("Tuesday"),
    "WEDNESDAY": gettext_lazy("Wednesday"),
    "THURSDAY": gettext_lazy("Thursday"),
    "FRIDAY": gettext_lazy("Friday"),
    "SATURDAY": gettext_lazy("Saturday"),
    "SUNDAY": gettext_lazy("Sunday"),
    **{
        value: label
        for levels in (
            choices.Contract,
            choices.Education,
            choices.Accompaniment,
            choices.Housing,
            choices.IncomeType,
            choices.Occupation,
            choices.Organisation,
            choices.HouseType,
            choices.Walls,
        )
        for value, label in levels.choices
    },
}
