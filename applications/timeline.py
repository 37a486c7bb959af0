"""Decisions counted over time, for the chart and the table beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from applications.choices import Decided
from applications.querysets import DayOfDecisions

_DAYS_SHOWN_SINGLY = 62
_DAYS_SHOWN_BY_WEEK = 366


def over_time(days: Iterable[DayOfDecisions]) -> dict[str, Any]:
    """Count decisions per day, week or month, whichever keeps the bars readable.

    Returns a JSON-ready mapping: `unit`, `starts` (first day of each bar, ISO) and
    `series` (one per outcome: `outcome`, `label`, `counts`).
    """
    rows = list(days)
    if not rows:
        return {"unit": "day", "label": _("Decisions per day"), "starts": [], "series": []}
    first, last = min(r["day"] for r in rows), max(r["day"] for r in rows)
    unit, label, start_of, following = _unit((last - first).days)
    starts = _starts(start_of(first), last, following)
    place = {start: index for index, start in enumerate(starts)}
    counts = {outcome: [0] * len(starts) for outcome in Decided.values}
    for row in rows:
        counts[row["outcome"]][place[start_of(row["day"])]] += row["decisions"]
    return {
        "unit": unit,
        "label": label,
        "starts": [start.isoformat() for start in starts],
        "series": [
            {"outcome": outcome.value, "label": str(outcome.label), "counts": counts[outcome]}
            for outcome in Decided
        ],
    }


def _unit(
    days: int,
) -> tuple[str, str, Callable[[date], date], Callable[[date], date]]:
    """Name the unit of a bar, with how to find its first day and the next bar's."""
    if days <= _DAYS_SHOWN_SINGLY:
        return "day", _("Decisions per day"), lambda d: d, lambda d: d + timedelta(days=1)
    if days <= _DAYS_SHOWN_BY_WEEK:
        return (
            "week",
            _("Decisions per week"),
            lambda d: d - timedelta(days=d.weekday()),
            lambda d: d + timedelta(days=7),
        )
    return (
        "month",
        _("Decisions per month"),
        lambda d: d.replace(day=1),
        lambda d: (d.replace(day=28) + timedelta(days=4)).replace(day=1),
    )


def _starts(start: date, last: date, following: Callable[[date], date]) -> list[date]:
    starts = []
    while start <= last:
        starts.append(start)
        start = following(start)
    return starts
