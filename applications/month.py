"""A month's decisions beside the month before, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils import formats
from django.utils.translation import gettext as _

from applications.querysets import Figures
from applications.summary import number, percentage, share_of

_OUTCOMES = (("approved", "approve"), ("referred", "refer"), ("declined", "decline"))


@dataclass(frozen=True)
class Trend:
    """How a figure moved against the month before."""

    way: Literal["up", "down", "level"]
    text: str


@dataclass(frozen=True)
class Figure:
    """One tile: what it counts, the figure, and where it is heading."""

    label: str
    value: str
    note: str = ""
    outcome: str = ""
    trend: Trend | None = None


def tiles(this: Figures, before: Figures) -> list[Figure]:
    """Return the tiles of a month: how many decisions, their outcomes, and who decided."""
    labels = {"approved": _("Approved"), "referred": _("Referred"), "declined": _("Declined")}
    return [
        Figure(
            _("Decisions"), number(this["total"]), trend=_growth(this["total"], before["total"])
        ),
        *(
            Figure(
                labels[key],
                share_of(this[key], this["total"]),  # type: ignore[literal-required]  # of Figures
                note=number(this[key]),  # type: ignore[literal-required]  # of Figures
                outcome=outcome,
                trend=_shift(_share(this, key), _share(before, key)),
            )
            for key, outcome in _OUTCOMES
        ),
        Figure(
            _("Decided by managers"),
            share_of(this["by_people"], this["total"]),
            note=number(this["by_people"]),
            trend=_shift(_share(this, "by_people"), _share(before, "by_people")),
        ),
    ]


def _growth(now: float, then: float) -> Trend | None:
    """In percent of the month before."""
    if not then:
        return None
    change = now / then - 1
    return Trend(_way(change, 0.005), _signed(percentage(abs(change), 0), change, 0.005))


def _shift(now: float | None, then: float | None) -> Trend | None:
    """In percentage points."""
    if now is None or then is None:
        return None
    change = now - then
    points = formats.number_format(round(abs(100 * change), 1), 1)
    text = _("%(points)s points") % {"points": _signed(points, change, 0.0005)}
    return Trend(_way(change, 0.0005), text)


def _share(figures: Figures, key: str) -> float | None:
    part: int = figures[key]  # type: ignore[literal-required]  # of Figures
    return part / figures["total"] if figures["total"] else None


def _way(change: float, least: float) -> Literal["up", "down", "level"]:
    if abs(change) < least:
        return "level"
    return "up" if change > 0 else "down"


def _signed(shown: str, change: float, least: float) -> str:
    if abs(change) < least:
        return shown
    return f"+{shown}" if change > 0 else f"\u2212{shown}"
