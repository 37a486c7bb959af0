"""How groups of applicants fare under the cut-offs in force, and under others.

Gender, age and family status are looked at. Approval and referral are what the cut-offs say of
the PD, before any manager; errors are counted where the outcome of the loan is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import bands, simulation
from applications.choices import FamilyStatus, Gender
from applications.models import Decision
from ml.fairness import FEWEST, FOUR_FIFTHS, impact_ratios, interval
from scoring.strategies import StrategyTerms

_NOT_STATED = ("", None, Gender.OTHER.value, FamilyStatus.UNKNOWN.value)


@dataclass(frozen=True)
class Share:
    """A share of some applicants, with its 95 % interval; without a value if there are none."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return interval(self.part, self.whole)

    @property
    def enough(self) -> bool:
        return self.whole >= FEWEST


@dataclass(frozen=True)
class Treatment:
    """What one strategy does to a group.

    Attributes
    ----------
    approved, referred : Share
        Of all applicants of the group.
    good_declined : Share
        Of those who repaid.
    bad_approved : Share
        Of those who did not.
    ratio : float or None
        Approved share over that of the best-approved group; None for a small group.
    """

    approved: Share
    referred: Share
    good_declined: Share
    bad_approved: Share
    ratio: float | None = None

    @property
    def adverse(self) -> bool:
        """Whether four fifths are missed."""
        return self.ratio is not None and self.ratio < FOUR_FIFTHS


@dataclass(frozen=True)
class Group:
    """A group of applicants; PD and default rate of those whose outcome is known."""

    label: str
    applicants: int
    with_outcome: int
    mean_pd: float | None
    defaulted: Share
    today: Treatment
    tried: Treatment

    @property
    def enough(self) -> bool:
        return self.applicants >= FEWEST


@dataclass(frozen=True)
class Attribute:
    """The groups of one attribute, and how many applicants did not state it."""

    code: str
    title: str
    groups: list[Group]
    not_stated: int

    @property
    def large(self) -> list[Group]:
        """The groups whose shares are more than chance."""
        return [group for group in self.groups if group.enough]

    @property
    def data_id(self) -> str:
        """Of the chart's data on the page."""
        return f"{self.code}-data"

    @property
    def chart(self) -> dict[str, Any]:
        """JSON-ready: approved shares in per cent, of groups large enough."""
        return {
            "groups": [group.label for group in self.large],
            "today": [_percent(group.today.approved) for group in self.large],
            "tried": [_percent(group.tried.approved) for group in self.large],
            "words": {"today": _("Today"), "tried": _("Tried")},
        }


@dataclass(frozen=True)
class AdverseImpact:
    """A group whose approved share misses four fifths of the best-approved group's."""

    attribute: str
    group: str
    best: str
    share: float
    best_share: float
    ratio: float


@dataclass(frozen=True)
class Report:
    """Groups, and those that miss four fifths: today's under False, the tried ones' under True."""

    applicants: int
    with_outcome: int
    attributes: list[Attribute]
    adverse: dict[bool, list[AdverseImpact]]

    @property
    def enough(self) -> bool:
        """Whether two groups of any attribute are large enough to compare."""
        return any(len(attribute.large) > 1 for attribute in self.attributes)

    @property
    def conclusive(self) -> bool:
        """Whether of two groups of an attribute enough outcomes are known to compare errors."""
        known = ([g.with_outcome >= FEWEST for g in a.groups] for a in self.attributes)
        return any(sum(enough) > 1 for enough in known)


NOTHING = Report(applicants=0, with_outcome=0, attributes=[], adverse={})


def of_decisions(
    *, since: datetime | None, today: StrategyTerms, tried: StrategyTerms
) -> Report | None:
    """Look at stored automatic decisions; None if there are none. One query."""
    found = (
        Decision.objects.automatic(since)
        .values(
            gender=F("application__gender"),
            family=F("application__family_status"),
            age=bands.age_in_sql("application__birth_date", timezone.localdate()),
            today=simulation.severity_in_sql("prediction__pd", today),
            tried=simulation.severity_in_sql("prediction__pd", tried),
            bad=F("prediction__loan_outcome__defaulted"),
        )
        .annotate(n=Count("pk"), pd=Sum("prediction__pd"))
    )
    rows = list(found)
    if not rows:
        return None
    cells = pl.DataFrame(rows, infer_schema_length=None)
    return _report(cells.with_columns(pl.col("bad").cast(pl.Boolean)))


def of_reference(*, today: StrategyTerms, tried: StrategyTerms) -> Report:
    """Look at the champion's reference sample, whose outcomes are known.

    Raises
    ------
    NoChampion
        If no model is active.
    """
    names = {"CODE_GENDER": "gender", "NAME_FAMILY_STATUS": "family"}
    cells = simulation.reference().with_columns(
        simulation.severity("PD", today).alias("today"),
        simulation.severity("PD", tried).alias("tried"),
        (pl.col("TARGET") == 1).alias("bad"),
        pl.lit(1).alias("n"),
        pl.col("PD").alias("pd"),
    )
    return _report(cells.rename({a: b for a, b in names.items() if a in cells.columns}))


def _report(cells: pl.DataFrame) -> Report:
    attributes = [
        _attribute(cells, code, title, labels)
        for code, (title, labels) in _attributes().items()
        if code in cells.columns
    ]
    found = {
        tried: [impact for a in attributes for impact in _adverse(a, tried=tried)]
        for tried in (False, True)
    }
    return Report(
        applicants=_sum(cells, "n"),
        with_outcome=_sum(cells.filter(pl.col("bad").is_not_null()), "n"),
        attributes=attributes,
        adverse={tried: impacts for tried, impacts in found.items() if impacts},
    )


def _attributes() -> Mapping[str, tuple[str, Mapping[Any, str]]]:
    return {
        "gender": (_("Gender"), _stated(Gender.choices)),
        "age": (_("Age"), dict(enumerate(bands.age_labels()))),
        "family": (_("Family status"), _stated(FamilyStatus.choices)),
    }


def _stated(choices: Sequence[tuple[Any, Any]]) -> dict[Any, str]:
    return {value: str(label) for value, label in choices if value not in _NOT_STATED}


def _attribute(cells: pl.DataFrame, code: str, title: str, labels: Mapping[Any, str]) -> Attribute:
    parts = {value: cells.filter(pl.col(code) == value) for value in labels}
    parts = {value: part for value, part in parts.items() if part.height}
    treatments = {
        name: _with_ratios([_treatment(part, name) for part in parts.values()])
        for name in ("today", "tried")
    }
    groups = [
        _group(labels[value], part, today, tried)
        for (value, part), today, tried in zip(
            parts.items(), treatments["today"], treatments["tried"], strict=True
        )
    ]
    stated = sum(group.applicants for group in groups)
    return Attribute(code, title, groups, not_stated=_sum(cells, "n") - stated)


def _group(label: str, cells: pl.DataFrame, today: Treatment, tried: Treatment) -> Group:
    known = cells.filter(pl.col("bad").is_not_null())
    n = _sum(known, "n")
    return Group(
        label=label,
        applicants=_sum(cells, "n"),
        with_outcome=n,
        mean_pd=float(known["pd"].sum()) / n if n else None,
        defaulted=Share(_sum(known.filter(pl.col("bad")), "n"), n),
        today=today,
        tried=tried,
    )


def _treatment(cells: pl.DataFrame, column: str) -> Treatment:
    said = pl.col(column)
    applicants = _sum(cells, "n")
    good, bad = cells.filter(~pl.col("bad")), cells.filter(pl.col("bad"))
    return Treatment(
        approved=Share(_sum(cells.filter(said == 0), "n"), applicants),
        referred=Share(_sum(cells.filter(said == 1), "n"), applicants),
        good_declined=Share(_sum(good.filter(said == 2), "n"), _sum(good, "n")),
        bad_approved=Share(_sum(bad.filter(said == 0), "n"), _sum(bad, "n")),
    )


def _with_ratios(treatments: list[Treatment]) -> list[Treatment]:
    shares = [treatment.approved for treatment in treatments]
    ratios = impact_ratios([s.value for s in shares], [int(s.whole) for s in shares])
    return [
        Treatment(t.approved, t.referred, t.good_declined, t.bad_approved, ratio)
        if t.approved.enough
        else t
        for t, ratio in zip(treatments, ratios, strict=True)
    ]


def _adverse(attribute: Attribute, *, tried: bool) -> Iterator[AdverseImpact]:
    treated = [(group, group.tried if tried else group.today) for group in attribute.large]
    best, most = max(treated, key=lambda pair: pair[1].approved.value or 0.0, default=(None, None))
    if best is None or most is None:
        return
    for group, treatment in treated:
        if treatment.adverse:
            yield AdverseImpact(
                attribute=attribute.title,
                group=group.label,
                best=best.label,
                share=treatment.approved.value or 0.0,
                best_share=most.approved.value or 0.0,
                ratio=treatment.ratio or 0.0,
            )


def _sum(cells: pl.DataFrame, column: str) -> int:
    return int(cells[column].sum())


def _percent(share: Share) -> float | None:
    return None if share.value is None else round(100 * share.value, 1)
