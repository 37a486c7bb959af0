"""What other cut-offs would have decided, beside those in force, on the same applicants.

Two groups of applicants are looked at. Of stored decisions the PD is known, so missed
defaulters and refused good clients are expected ones. Of the champion's reference sample the
PD was given by models that had not learned from the applicant, and the outcome is known.

A referral costs a review, and is counted as managers settled those that the cut-offs of their
day referred: the share they granted below the cost-optimal PD, and from there on. Where too few
were settled to say, the decision of lowest expected cost is assumed: granted below, refused from
there on. At equal PD managers are taken to know no better than the score who will repay, since
what became of the refused is not known. Policy rules are no part of these figures, since
the reference sample does not hold what they look at; see `applications.rule_trial`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.core.cache import cache
from django.db.models import Case, Count, F, FloatField, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Floor
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import bands
from applications.choices import Contract
from applications.models import Decision
from applications.querysets import DecisionQuerySet
from ml.bundle import REFERENCE
from monitoring.models import Completeness, Outcome
from scoring import registry
from scoring.strategies import StrategyTerms

# A named assumption until the bank puts its own: twenty reviews cost as much as one good loan
# refused.
REVIEW_COST = 0.05
FEWEST_SETTLED = 20  # referrals, for a share of them to say how managers decide
BINS = 1_000  # of the PD, from 0 to 1
_APPROVED, _REFERRED, _DECLINED = range(3)
_HISTOGRAM_SECONDS = 60  # it does not depend on what is tried
_SHOWN_UP_TO = 0.995  # share of applicants whose PDs the charts show at least


@dataclass(frozen=True)
class Settled:
    """Referrals of a kind that managers settled, and what that lets one expect of others."""

    referrals: int
    granted: int
    assumed: float

    @property
    def enough(self) -> bool:
        return self.referrals >= FEWEST_SETTLED

    @property
    def share(self) -> float:
        """Of referrals that are granted: the observed one, else the assumed one."""
        return self.granted / self.referrals if self.enough else self.assumed


@dataclass(frozen=True)
class Reviews:
    """How referrals end, below the cost-optimal PD and from there on, and what each costs.

    Attributes
    ----------
    cost : float
        Of one review, in refused good clients.
    """

    cost: float
    below: Settled
    above: Settled


@dataclass(frozen=True)
class Figures:
    """What one strategy does to a group of applicants.

    Attributes
    ----------
    missed : float
        Defaulters among those granted, directly or after a referral.
    refused_good : float
        Those among the refused, directly or after a referral, who would have repaid.
    ratio, review : float
        What a missed defaulter and a review cost, in refused good clients.
    """

    applicants: int
    approved: int
    referred: int
    declined: int
    missed: float
    refused_good: float
    ratio: float
    review: float

    @property
    def approval_rate(self) -> float:
        return self.approved / self.applicants

    @property
    def referral_rate(self) -> float:
        return self.referred / self.applicants

    @property
    def decline_rate(self) -> float:
        return self.declined / self.applicants

    @property
    def cost(self) -> float:
        """Per applicant."""
        return (self.ratio * self.missed + self.refused_good) / self.applicants + self.review_cost

    @property
    def review_cost(self) -> float:
        """The part of the cost that is the work of managers."""
        return self.review * self.referral_rate


@dataclass(frozen=True)
class Compared:
    """The same applicants under the strategy in force and the one that is tried."""

    label: str
    today: Figures
    tried: Figures


@dataclass(frozen=True)
class Segment:
    title: str
    rows: list[Compared]


@dataclass(frozen=True)
class Simulation:
    """All figures of a simulation; `real` where the outcomes are known."""

    real: bool
    reviews: Reviews
    overall: Compared
    segments: list[Segment]
    missing: list[str]
    chart: dict[str, Any]

    @property
    def by_percent(self) -> list[tuple[float, float, float]]:
        """The chart as a table: each whole per cent of PD, its share and cost as a cut-off."""
        costs = self.chart["costs"][:: BINS // 100]
        pairs = zip(self.chart["distribution"], costs, strict=True)
        return [(i / 100, share, cost) for i, (share, cost) in enumerate(pairs)]


def on_decisions(
    *,
    since: datetime | None,
    today: StrategyTerms,
    tried: StrategyTerms,
    review_cost: float = REVIEW_COST,
) -> Simulation | None:
    """Simulate on automatic decisions; None if there are none. Three queries."""
    decisions = Decision.objects.automatic(since)
    cells = _cells_of_decisions(decisions, today, tried)
    if cells is None:
        return None
    key = f"simulation:histogram:{since.date() if since else 'all'}"
    histogram = cache.get(key)
    if histogram is None:
        histogram = _histogram(decisions)
        cache.set(key, histogram, _HISTOGRAM_SECONDS)
    found = reviews(decisions, tried, review_cost)
    return _simulation(cells, histogram, today, tried, reviews=found, real=False)


def on_reference(
    *, today: StrategyTerms, tried: StrategyTerms, review_cost: float = REVIEW_COST
) -> Simulation:
    """Simulate on the champion's reference sample. One query, for how managers decide.

    Raises
    ------
    NoChampion
        If no model is active.
    """
    rows = reference()
    cells = rows.with_columns(
        severity("PD", today).alias("today"),
        severity("PD", tried).alias("tried"),
        (pl.col("PD") < tried.cost_optimal).alias("below"),
        pl.lit(1).alias("n"),
        pl.col("TARGET").cast(pl.Float64).alias("bad"),
    )
    place = (rows["PD"].to_numpy() * BINS).astype(int)
    histogram = np.zeros((2, BINS + 1))
    np.add.at(histogram[0], place, 1)
    np.add.at(histogram[1], place, rows["TARGET"].to_numpy())
    found = reviews(Decision.objects.automatic(), tried, review_cost)
    return _simulation(cells, histogram, today, tried, reviews=found, real=True)


def reviews(decisions: DecisionQuerySet, tried: StrategyTerms, cost: float) -> Reviews:
    """How managers settled what the cut-offs referred among automatic decisions. One query.

    What a policy rule alone referred is left out: it tells nothing of PDs between cut-offs.
    """
    below = Q(prediction__pd__lt=tried.cost_optimal)
    granted = Q(application__case__decision__outcome=Outcome.APPROVE)
    counted = decisions.filter(
        outcome=Outcome.REFER,
        prediction__pd__gte=F("prediction__refer_from"),
        application__case__decision__outcome__in=[Outcome.APPROVE, Outcome.DECLINE],
    ).aggregate(
        below=Count("pk", filter=below),
        granted_below=Count("pk", filter=below & granted),
        above=Count("pk", filter=~below),
        granted_above=Count("pk", filter=~below & granted),
    )
    return Reviews(
        cost=cost,
        below=Settled(counted["below"], counted["granted_below"], assumed=1.0),
        above=Settled(counted["above"], counted["granted_above"], assumed=0.0),
    )


def reference() -> pl.DataFrame:
    """The champion's reference sample: `PD`, `TARGET`, the attributes and the segments."""
    bundle = registry.champion()
    return _reference(bundle.path / REFERENCE, bundle.sha256)


def severity(pd: str, terms: StrategyTerms) -> pl.Expr:
    """0 where a PD is approved, 1 where it is referred, 2 where it is declined."""
    value = pl.col(pd)
    return (value >= terms.refer_from).cast(pl.Int64) + (value >= terms.decline_from)


def severity_in_sql(pd: str, terms: StrategyTerms) -> Case:
    """As `severity`."""
    return Case(
        When(**{f"{pd}__lt": terms.refer_from}, then=Value(_APPROVED)),
        When(**{f"{pd}__lt": terms.decline_from}, then=Value(_REFERRED)),
        default=Value(_DECLINED),
        output_field=IntegerField(),
    )


@lru_cache(maxsize=2)
def _reference(path: Path, sha256: str) -> pl.DataFrame:
    """Read once for each model, which `sha256` names."""
    sample = pl.read_parquet(path)
    bureau, previous = (pl.col(name).is_not_null() for name in ("BUREAU_COUNT", "PREV_COUNT"))
    derived = {
        "contract": pl.col("NAME_CONTRACT_TYPE"),
        "completeness": _completeness(bureau, previous),
        "age": bands.age_in_frame(pl.col("DAYS_BIRTH")),
        "amount": bands.amount_in_frame(pl.col("AMT_CREDIT")),
        "known": previous.cast(pl.Int64),
    }
    # Bundles of earlier versions hold fewer columns.
    kept = [
        expression.alias(name)
        for name, expression in derived.items()
        if set(expression.meta.root_names()) <= set(sample.columns)
    ]
    beside = [c for c in ("CODE_GENDER", "NAME_FAMILY_STATUS") if c in sample.columns]
    return sample.select("PD", "TARGET", *beside, *kept)


def _completeness(bureau: pl.Expr, previous: pl.Expr) -> pl.Expr:
    tiers = {
        Completeness.FULL: bureau & previous,
        Completeness.BUREAU: bureau,
        Completeness.PREVIOUS: previous,
        Completeness.FORM: pl.lit(value=True),
    }
    holds = [pl.when(condition).then(pl.lit(tier.value)) for tier, condition in tiers.items()]
    return pl.coalesce(holds)


def _cells_of_decisions(
    decisions: DecisionQuerySet, today: StrategyTerms, tried: StrategyTerms
) -> pl.DataFrame | None:
    """Decisions counted by segment and outcome, with the sum of their PDs. One query."""
    below = Case(
        When(prediction__pd__lt=tried.cost_optimal, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    known = Case(
        When(prediction__client_id__isnull=True, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    found = decisions.values(
        today=severity_in_sql("prediction__pd", today),
        tried=severity_in_sql("prediction__pd", tried),
        below=below,
        contract=F("application__contract_type"),
        completeness=F("prediction__completeness"),
        age=bands.age_in_sql("application__birth_date", timezone.localdate()),
        amount=bands.amount_in_sql("application__amount"),
        known=known,
    ).annotate(n=Count("pk"), bad=Sum("prediction__pd", output_field=FloatField()))
    rows = list(found)
    if not rows:
        return None
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("below") == 1)


def _histogram(decisions: DecisionQuerySet) -> np.ndarray:
    """Applicants and expected defaults by PD, shape (2, BINS + 1). One query."""
    counted = decisions.values(bin=Floor(F("prediction__pd") * BINS)).annotate(
        n=Count("pk"), bad=Sum("prediction__pd")
    )
    result = np.zeros((2, BINS + 1))
    for row in counted:
        result[:, int(row["bin"])] = row["n"], row["bad"]
    return result


def _simulation(
    cells: pl.DataFrame,
    histogram: np.ndarray,
    today: StrategyTerms,
    tried: StrategyTerms,
    *,
    reviews: Reviews,
    real: bool,
) -> Simulation:
    ratio = tried.cost_ratio
    titles = _titles()
    known = [name for name in titles if name in cells.columns]
    return Simulation(
        real=real,
        reviews=reviews,
        overall=_compared(_("All applicants"), cells, ratio, reviews),
        segments=[
            Segment(titles[name][0], _rows(cells, name, titles[name][1], ratio, reviews))
            for name in known
        ],
        missing=[title for name, (title, _labels) in titles.items() if name not in known],
        chart=_chart(histogram, today, tried),
    )


def _titles() -> Mapping[str, tuple[str, Mapping[Any, str]]]:
    """The segments in their order: title, and a label for each value."""
    return {
        "contract": (_("Type of loan"), _said(Contract.choices)),
        "completeness": (_("What was known"), _said(Completeness.choices)),
        "age": (_("Age"), dict(enumerate(bands.age_labels()))),
        "amount": (_("Amount"), dict(enumerate(bands.amount_labels()))),
        "known": (_("Client"), {0: _("New client"), 1: _("Known client")}),
    }


def _said(choices: Sequence[tuple[Any, Any]]) -> dict[Any, str]:
    return {value: str(label) for value, label in choices}


def _rows(
    cells: pl.DataFrame, name: str, labels: Mapping[Any, str], ratio: float, reviews: Reviews
) -> list[Compared]:
    parts = cells.partition_by(name, as_dict=True)
    named = {key[0]: part for key, part in parts.items()}
    rest = [value for value in named if value not in labels]
    return [
        _compared(labels.get(value) or _("Not stated"), named[value], ratio, reviews)
        for value in [*labels, *rest]
        if value in named
    ]


def _compared(label: str, cells: pl.DataFrame, ratio: float, reviews: Reviews) -> Compared:
    today, tried = (_figures(cells, column, ratio, reviews) for column in ("today", "tried"))
    return Compared(label, today, tried)


def _figures(cells: pl.DataFrame, column: str, ratio: float, reviews: Reviews) -> Figures:
    said, n, bad = (cells[name].to_numpy() for name in (column, "n", "bad"))
    settled = np.where(cells["below"].to_numpy(), reviews.below.share, reviews.above.share)
    granted = np.select([said == _APPROVED, said == _REFERRED], [1.0, settled])
    return Figures(
        applicants=int(n.sum()),
        approved=int(n[said == _APPROVED].sum()),
        referred=int(n[said == _REFERRED].sum()),
        declined=int(n[said == _DECLINED].sum()),
        missed=float(bad @ granted),
        refused_good=float((n - bad) @ (1 - granted)),
        ratio=ratio,
        review=reviews.cost,
    )


def _chart(histogram: np.ndarray, today: StrategyTerms, tried: StrategyTerms) -> dict[str, Any]:
    """JSON-ready: cost over a single cut-off, and how many applicants have which PD."""
    applicants, bad = histogram
    total = applicants.sum()
    missed = np.concatenate([[0.0], np.cumsum(bad)])
    good = np.concatenate([[0.0], np.cumsum(applicants - bad)])
    costs = (tried.cost_ratio * missed + good[-1] - good) / total
    seen = int(np.searchsorted(np.cumsum(applicants), _SHOWN_UP_TO * total)) + 1
    last = min(BINS, max(seen, round(1.25 * BINS * max(today.decline_from, tried.decline_from))))
    best = int(np.argmin(costs))
    return {
        "cut_offs": [round(i / BINS, 4) for i in range(last + 1)],
        "costs": [round(float(cost), 5) for cost in costs[: last + 1]],
        "best": {"cut_off": best / BINS, "cost": round(float(costs[best]), 5)},
        "distribution": _by_percent(applicants[: last + 1], total),
        "today": [today.refer_from, today.decline_from],
        "tried": [tried.refer_from, tried.decline_from],
        "words": {
            "cost": _("Cost per applicant"),
            "cut_off": _("PD"),
            "share": _("Share of applicants"),
            "today": _("Today"),
            "tried": _("Tried"),
            "best": _("Lowest cost"),
        },
    }


def _by_percent(applicants: np.ndarray, total: float) -> list[float]:
    """Share of applicants in each whole per cent of PD."""
    edges = np.arange(0, len(applicants), BINS // 100)
    return [round(float(share), 5) for share in np.add.reduceat(applicants, edges) / total]
