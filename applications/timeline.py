"""The charts of the decision history, and the tables beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications.choices import Decided, OverrideReason
from applications.querysets import BandOfPds, DayOfCosts, DayOfDecisions, Overrides
from applications.summary import number, percentage

HIGHEST_PERCENT = 40  # PDs from here on share the last bar
COST_RATIO = 10.0  # where no strategy is in force
_DAYS_SHOWN_SINGLY = 62
_DAYS_SHOWN_BY_WEEK = 366


@dataclass(frozen=True)
class Chart:
    """What a chart draws, and the same figures as a table.

    Attributes
    ----------
    data : dict
        JSON-ready, for `history-chart.js`.
    empty : str
        What to say where there is nothing to draw.
    """

    slug: str
    title: str
    intro: str
    empty: str
    data: dict[str, Any] = field(default_factory=dict)
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()

    @property
    def data_id(self) -> str:
        return f"{self.slug}-data"


def volume(days: Sequence[DayOfDecisions]) -> Chart:
    """Decisions of each outcome per day, week or month, whichever keeps the bars readable."""
    bars = _Bars.of(row["day"] for row in days)
    counts = {outcome: [0] * len(bars.starts) for outcome in Decided.values}
    for row in days:
        counts[row["outcome"]][bars.place(row["day"])] += row["decisions"]
    return Chart(
        "decisions",
        _titles()[bars.unit],
        "",
        _("No decision to count."),
        data={
            "traces": [
                _trace("bar", str(o.label), bars.x, counts[o.value], o.value) for o in Decided
            ],
            "stacked": True,
            **bars.axis,
        },
        head=[_("From"), *(str(outcome.label) for outcome in Decided)],
        rows=[
            [date_format(start), *(number(counts[o][i]) for o in Decided.values)]
            for i, start in enumerate(bars.starts)
        ],
    )


def approval_rate(days: Sequence[DayOfDecisions]) -> Chart:
    """The share of decisions that approve, over time."""
    bars = _Bars.of(row["day"] for row in days)
    approved, decided = [0] * len(bars.starts), [0] * len(bars.starts)
    for row in days:
        place = bars.place(row["day"])
        decided[place] += row["decisions"]
        approved[place] += row["decisions"] if row["outcome"] == Decided.APPROVED else 0
    rates = [a / d if d else None for a, d in zip(approved, decided, strict=True)]
    return Chart(
        "approval-rate",
        _("Approval rate"),
        _("The share of the decisions that approve the loan."),
        _("No decision to count."),
        data={
            "traces": [_trace("line", _("Approval rate"), bars.x, rates, "approve")],
            "y": "percent",
            "y_from": 0,
            "y_to": 1.05,
            **bars.axis,
        },
        head=[_("From"), _("Decisions"), _("Approved"), _("Approval rate")],
        rows=[
            [date_format(start), number(decided[i]), number(approved[i]), percentage(rates[i])]
            for i, start in enumerate(bars.starts)
        ],
    )


def pd_distribution(bands: Sequence[BandOfPds]) -> Chart:
    """How many decisions fell on each percent of PD, with the cut-offs that were in force."""
    last = max((int(band["percent"]) for band in bands), default=0)
    counts = {outcome: [0] * (last + 1) for outcome in Decided.values}
    for band in bands:
        counts[band["outcome"]][int(band["percent"])] += band["decisions"]
    middles = [percent + 0.5 for percent in range(last + 1)]
    return Chart(
        "pd-distribution",
        _("PDs and cut-offs"),
        _("How many decisions fell on each percent of PD. Lines mark the cut-offs in force."),
        _("No score to count."),
        data={
            "traces": [
                _trace("bar", str(o.label), middles, counts[o.value], o.value) for o in Decided
            ],
            "stacked": True,
            "x": "share",
            "lines": _cut_offs(bands),
        },
        head=[_("PD"), *(str(outcome.label) for outcome in Decided)],
        rows=[
            [_band(percent), *(number(counts[o][percent]) for o in Decided.values)]
            for percent in range(last + 1)
        ],
    )


def costs(days: Sequence[DayOfCosts]) -> Chart:
    """What approved loans were expected to cost, and what they did, over time of decision."""
    bars = _Bars.of(row["day"] for row in days)
    ratio = days[0]["ratio"] if days else COST_RATIO
    loans = [0] * len(bars.starts)
    expected, seen = [0.0] * len(bars.starts), [0.0] * len(bars.starts)
    for row in days:
        place = bars.place(row["day"])
        loans[place] += row["loans"]
        expected[place] += ratio * row["expected_defaults"]
        seen[place] += ratio * row["defaults"]
    return Chart(
        "costs",
        _("Expected and realised cost"),
        _(
            "Approved loans of which it is known what became of them. A loan that is not repaid "
            "costs as much as %(ratio)s good loans refused."
        )
        % {"ratio": number(ratio)},
        _(
            "Of none of these loans it is known yet what became of it. Outcomes arrive by import "
            "or over REST."
        ),
        data={
            "traces": [
                _trace("line", _("Expected"), bars.x, expected, "accent", dash=True),
                _trace("line", _("Realised"), bars.x, seen, "decline"),
            ],
            "y_from": 0,
            **bars.axis,
        },
        head=[_("From"), _("Loans"), _("Expected"), _("Realised"), _("Realised to expected")],
        rows=[
            [
                date_format(start),
                number(loans[i]),
                number(round(expected[i], 1)),
                number(seen[i]),
                percentage(seen[i] / expected[i] if expected[i] else None),
            ]
            for i, start in enumerate(bars.starts)
        ]
        if days
        else [],
    )


def overrides_by_banker(found: Iterable[Overrides]) -> Chart:
    """Whose applications managers overrule."""
    counted: Counter[str] = Counter()
    for row in found:
        counted[row["banker"]] += row["decisions"]
    return _overrides(
        "overrides-by-banker", _("Overrides by banker"), _("Banker"), counted.most_common(15)
    )


def overrides_by_reason(found: Iterable[Overrides]) -> Chart:
    """Why managers overrule."""
    counted: Counter[str] = Counter()
    labels = {code: str(label) for code, label in OverrideReason.choices}
    for row in found:
        counted[labels.get(row["reason_code"], _("No reason code"))] += row["decisions"]
    return _overrides(
        "overrides-by-reason", _("Overrides by reason"), _("Reason"), counted.most_common()
    )


def _overrides(slug: str, title: str, first: str, counted: list[tuple[str, int]]) -> Chart:
    names = [name for name, _count in reversed(counted)]
    counts = [count for _name, count in reversed(counted)]
    return Chart(
        slug,
        title,
        _("Decisions of a manager against the cut-offs and the policy."),
        _("No decision was overruled."),
        data={
            "traces": [_trace("bar", _("Overrides"), counts, names, "accent")],
            "horizontal": True,
        },
        head=[first, _("Overrides")],
        rows=[[name, number(count)] for name, count in counted],
    )


def _trace(
    kind: str, name: str, x: Sequence[Any], y: Sequence[Any], colour: str, *, dash: bool = False
) -> dict[str, Any]:
    return {"kind": kind, "name": name, "x": list(x), "y": list(y), "colour": colour, "dash": dash}


def _cut_offs(bands: Sequence[BandOfPds]) -> list[dict[str, Any]]:
    """A line for each cut-off, two where it was moved meanwhile."""
    if not bands:
        return []
    refer = {min(b["refer_from"] for b in bands), max(b["refer_up_to"] for b in bands)}
    decline = {min(b["decline_from"] for b in bands), max(b["decline_up_to"] for b in bands)}
    return [
        {"at": 100 * pd, "label": label % {"pd": percentage(pd)}, "colour": colour}
        for pds, label, colour in (
            (refer, _("refer from %(pd)s"), "refer"),
            (decline, _("decline from %(pd)s"), "decline"),
        )
        for pd in sorted(pds)
    ]


def _band(percent: int) -> str:
    if percent >= HIGHEST_PERCENT:
        return _("%(percent)s %% and more") % {"percent": HIGHEST_PERCENT}
    return _("%(low)s to %(high)s %%") % {"low": percent, "high": percent + 1}


def _titles() -> dict[str, str]:
    return {
        "day": _("Decisions per day"),
        "week": _("Decisions per week"),
        "month": _("Decisions per month"),
    }


@dataclass(frozen=True)
class _Bars:
    """The days, weeks or months between a first and a last day."""

    unit: str
    starts: list[date]
    start_of: Callable[[date], date]

    @classmethod
    def of(cls, days: Iterable[date]) -> _Bars:
        found = set(days)
        if not found:
            return cls("day", [], lambda day: day)
        first, last = min(found), max(found)
        unit, start_of, following = _unit((last - first).days)
        starts, start = [], start_of(first)
        while start <= last:
            starts.append(start)
            start = following(start)
        return cls(unit, starts, start_of)

    def place(self, day: date) -> int:
        return self._places[self.start_of(day)]

    @property
    def x(self) -> list[str]:
        return [start.isoformat() for start in self.starts]

    @property
    def axis(self) -> dict[str, str]:
        return {"x": "date", "unit": self.unit}

    @cached_property
    def _places(self) -> dict[date, int]:
        return {start: place for place, start in enumerate(self.starts)}


def _unit(days: int) -> tuple[str, Callable[[date], date], Callable[[date], date]]:
    """Name the unit of a bar, with how to find its first day and the next bar's."""
    if days <= _DAYS_SHOWN_SINGLY:
        return "day", lambda d: d, lambda d: d + timedelta(days=1)
    if days <= _DAYS_SHOWN_BY_WEEK:
        return "week", lambda d: d - timedelta(days=d.weekday()), lambda d: d + timedelta(days=7)
    return (
        "month",
        lambda d: d.replace(day=1),
        lambda d: (d.replace(day=28) + timedelta(days=4)).replace(day=1),
    )
