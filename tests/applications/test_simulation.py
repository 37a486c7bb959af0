"""What other cut-offs would have decided, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from django.core.cache import cache
from django.utils import timezone

from applications import choices, simulation
from applications.models import Case, Decision
from monitoring.models import Outcome
from scoring.models import ModelVersion
from scoring.strategies import StrategyTerms
from tests.applications.factories import CaseFactory, DecisionFactory, UserFactory

PDS = (0.02, 0.05, 0.09, 0.10, 0.20)
# The cost-optimal PD of this ratio is 0.1: a referral of 0.09 is granted, one of 0.10 is not.
TODAY = StrategyTerms(refer_from=0.08, decline_from=0.12, cost_ratio=9.0)
TRIED = StrategyTerms(refer_from=0.04, decline_from=0.06, cost_ratio=9.0)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def decisions(db: None) -> None:
    for pd in PDS:
        DecisionFactory(prediction__pd=pd)


def _referral(pd: float, settled: Outcome | None, *, refer_from: float = 0.05) -> Case:
    """A referral by the cut-offs of its day, settled by a manager unless it still waits."""
    first = DecisionFactory(
        outcome=Outcome.REFER,
        prediction__pd=pd,
        prediction__refer_from=refer_from,
        prediction__decline_from=0.3,
    )
    last = first
    if settled:
        last = Decision.objects.create(
            application=first.application,
            prediction=first.prediction,
            number=2,
            outcome=settled,
            kind=Decision.Kind.MANUAL,
            decided_by=UserFactory(role="Managers"),
        )
    return CaseFactory(decision=last)


@pytest.mark.usefixtures("decisions")
def test_expected_figures_of_decisions() -> None:
    found = simulation.on_decisions(since=None, today=TODAY, tried=TRIED, review_cost=0)

    assert found is not None
    today, tried = found.overall.today, found.overall.tried
    assert (today.approved, today.referred, today.declined) == (2, 2, 1)
    assert today.missed == pytest.approx(0.02 + 0.05 + 0.09)
    assert today.refused_good == pytest.approx(0.90 + 0.80)
    assert today.cost == pytest.approx((9 * 0.16 + 1.7) / 5)
    assert (tried.approved, tried.referred, tried.declined) == (1, 1, 3)
    assert tried.missed == pytest.approx(0.02 + 0.05)
    assert tried.refused_good == pytest.approx(0.91 + 0.90 + 0.80)
    assert tried.cost == pytest.approx((9 * 0.07 + 2.61) / 5)
    assert tried.approval_rate == pytest.approx(0.2)
    assert not found.real


@pytest.mark.usefixtures("decisions")
def test_both_strategies_are_measured_with_the_tried_ratio() -> None:
    cheaper = StrategyTerms(refer_from=0.08, decline_from=0.12, cost_ratio=4.0)
    found = simulation.on_decisions(since=None, today=TODAY, tried=cheaper)

    assert found is not None
    assert found.overall.today == found.overall.tried
    # Granted below 0.2 now, so both referrals, after a review each.
    reviews = 2 * simulation.REVIEW_COST
    assert found.overall.today.cost == pytest.approx((4 * 0.26 + 0.8 + reviews) / 5)


@pytest.mark.usefixtures("decisions")
def test_every_referral_costs_a_review() -> None:
    free = simulation.on_decisions(since=None, today=TODAY, tried=TRIED, review_cost=0)
    paid = simulation.on_decisions(since=None, today=TODAY, tried=TRIED, review_cost=0.5)

    assert free is not None
    assert paid is not None
    assert paid.overall.today.review_cost == pytest.approx(0.5 * 2 / 5)
    assert paid.overall.today.cost == pytest.approx(free.overall.today.cost + 0.5 * 2 / 5)
    assert paid.overall.tried.cost == pytest.approx(free.overall.tried.cost + 0.5 * 1 / 5)


@pytest.mark.django_db
def test_managers_are_taken_to_decide_as_they_did() -> None:
    """15 of 20 referrals below the cost-optimal PD of 10 % were granted, 5 of 20 above it."""
    for pd, granted in [(0.09, 15), (0.11, 5)]:
        for number in range(20):
            _referral(pd, Outcome.APPROVE if number < granted else Outcome.DECLINE)

    found = simulation.on_decisions(since=None, today=TODAY, tried=TODAY, review_cost=0)

    assert found is not None
    assert (found.reviews.below.share, found.reviews.above.share) == (0.75, 0.25)
    today = found.overall.today
    assert today.referred == 40
    assert today.missed == pytest.approx(20 * 0.09 * 0.75 + 20 * 0.11 * 0.25)
    assert today.refused_good == pytest.approx(20 * 0.91 * 0.25 + 20 * 0.89 * 0.75)


@pytest.mark.django_db
def test_too_few_settled_referrals_teach_nothing() -> None:
    for _ in range(simulation.FEWEST_SETTLED - 1):
        _referral(0.09, Outcome.DECLINE)

    found = simulation.reviews(Decision.objects.automatic(), TODAY, 0.05)

    assert (found.below.referrals, found.below.granted) == (19, 0)
    assert (found.below.share, found.above.share) == (1.0, 0.0)


@pytest.mark.django_db
def test_only_settled_referrals_by_the_cut_offs_count() -> None:
    _referral(0.09, None)
    _referral(0.09, Outcome.DECLINE, refer_from=0.2)  # a policy rule referred it
    _referral(0.09, Outcome.APPROVE)
    CaseFactory(decision__prediction__pd=0.09)  # approved at once

    found = simulation.reviews(Decision.objects.automatic(), TODAY, 0.05)

    assert (found.below.referrals, found.below.granted) == (1, 1)


@pytest.mark.usefixtures("decisions")
def test_the_curve_by_hand() -> None:
    found = simulation.on_decisions(since=None, today=TODAY, tried=TRIED)

    assert found is not None
    chart = found.chart
    costs = dict(zip(chart["cut_offs"], chart["costs"], strict=True))
    assert costs[0.0] == pytest.approx((5 - sum(PDS)) / 5, abs=1e-5)
    assert costs[0.095] == pytest.approx((9 * 0.16 + 1.7) / 5, abs=1e-5)
    assert chart["best"]["cost"] == min(chart["costs"])
    assert sum(chart["distribution"]) == pytest.approx(1)
    assert found.by_percent[2] == pytest.approx((0.02, 0.2, chart["costs"][20]))


@pytest.mark.django_db
def test_segments_hold_everybody_once() -> None:
    today = timezone.localdate()
    DecisionFactory(
        prediction__pd=0.02,
        prediction__client_id=100_001,
        application__contract_type=choices.Contract.REVOLVING,
        application__amount=250_000.0,
        application__birth_date=today - timedelta(days=29 * 365.25),
    )
    DecisionFactory(
        prediction__pd=0.2,
        application__amount=249_999.0,
        application__birth_date=date(1950, 1, 1),
    )
    DecisionFactory(prediction__pd=0.2, application__contract_type="")

    found = simulation.on_decisions(since=None, today=TODAY, tried=TRIED)

    assert found is not None
    rows = {
        (segment.title, row.label): (row.today.applicants, row.today.approved)
        for segment in found.segments
        for row in segment.rows
    }
    assert rows["Type of loan", "Revolving credit"] == (1, 1)
    assert rows["Type of loan", "Cash loan"] == (1, 0)
    assert rows["Type of loan", "Not stated"] == (1, 0)
    assert rows["Age", "Below 30"] == (1, 1)
    assert rows["Age", "60 and over"] == (1, 0)
    assert rows["Amount", "Below €250,000"] == (1, 0)
    assert rows["Amount", "€250,000 to €500,000"] == (2, 1)
    assert rows["Client", "Known client"] == (1, 1)
    assert rows["Client", "New client"] == (2, 0)
    for segment in found.segments:
        assert sum(row.today.applicants for row in segment.rows) == 3


@pytest.mark.django_db
def test_only_automatic_decisions_of_the_period_count() -> None:
    now = timezone.now()
    DecisionFactory(decided_at=now - timedelta(days=10))
    DecisionFactory(decided_at=now - timedelta(days=40))
    first = DecisionFactory(decided_at=now - timedelta(days=10))
    DecisionFactory(
        application=first.application,
        prediction=first.prediction,
        kind="manual",
        number=2,
        decided_by=first.application.filed_by,
    )

    found = simulation.on_decisions(since=now - timedelta(days=30), today=TODAY, tried=TRIED)

    assert found is not None
    assert found.overall.today.applicants == 2


@pytest.mark.django_db
def test_no_decision_no_simulation() -> None:
    assert simulation.on_decisions(since=None, today=TODAY, tried=TRIED) is None


@pytest.mark.django_db
def test_real_errors_of_the_reference_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = pl.DataFrame(
        {
            "PD": PDS,
            "TARGET": [1, 0, 0, 1, 0],
            "completeness": ["form", "form", "full", "full", "full"],
        }
    )
    monkeypatch.setattr(simulation, "reference", lambda: sample)

    found = simulation.on_reference(today=TODAY, tried=TRIED, review_cost=0)

    today = found.overall.today
    assert found.real
    assert (today.missed, today.refused_good) == (1, 1)  # 0.02 approved; 0.20 declined
    assert today.cost == pytest.approx((9 + 1) / 5)
    assert (found.overall.tried.missed, found.overall.tried.refused_good) == (1, 2)
    assert [segment.title for segment in found.segments] == ["What was known"]
    assert "Amount" in found.missing


def test_the_reference_of_a_real_model(champion: ModelVersion) -> None:
    terms = StrategyTerms(
        refer_from=champion.refer_from, decline_from=champion.decline_from, cost_ratio=10.0
    )
    found = simulation.on_reference(today=terms, tried=terms)

    assert found.overall.today == found.overall.tried
    assert {"Age", "What was known"} <= {segment.title for segment in found.segments}
    for segment in found.segments:
        rows = sum(row.today.applicants for row in segment.rows)
        assert rows == found.overall.today.applicants


@pytest.mark.usefixtures("decisions")
def test_the_database_and_the_frame_cut_alike() -> None:
    """At a cut-off itself, a PD belongs to the stricter side in both."""
    at_cut_offs = StrategyTerms(refer_from=0.05, decline_from=0.10, cost_ratio=9.0)
    found = simulation.on_decisions(since=None, today=at_cut_offs, tried=at_cut_offs)
    frame = pl.DataFrame({"PD": PDS}).select(simulation.severity("PD", at_cut_offs))

    assert found is not None
    today = found.overall.today
    assert (today.approved, today.referred, today.declined) == (1, 2, 2)
    assert frame.to_series().to_list() == [0, 1, 1, 2, 2]


@pytest.mark.usefixtures("decisions")
def test_three_queries(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(3):  # decisions by segment; by PD; referrals settled
        simulation.on_decisions(since=None, today=TODAY, tried=TRIED)
    with django_assert_num_queries(2):  # the histogram does not depend on what is tried
        simulation.on_decisions(since=None, today=TODAY, tried=TODAY)
