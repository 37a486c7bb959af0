"""How groups fare, by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from applications import fairness, simulation
from applications.fairness import Attribute, Group, Report
from monitoring import services as monitoring
from scoring.models import ModelVersion
from scoring.strategies import StrategyTerms
from tests.applications.factories import DecisionFactory, StrategyFactory

LogIn = Callable[[User], Client]
TODAY = StrategyTerms(refer_from=0.08, decline_from=0.12, cost_ratio=10.0)
TRIED = StrategyTerms(refer_from=0.05, decline_from=0.12, cost_ratio=10.0)


def _group(report: Report, code: str, label: str) -> Group:
    attribute: Attribute = next(a for a in report.attributes if a.code == code)
    return next(group for group in attribute.groups if group.label == label)


def _sample(monkeypatch: pytest.MonkeyPatch, rows: dict[str, list[object]]) -> None:
    monkeypatch.setattr(simulation, "reference", lambda: pl.DataFrame(rows))


def test_four_fifths_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """80 of 100 women are approved, 60 of 100 men, and all of too few others."""
    _sample(
        monkeypatch,
        {
            "CODE_GENDER": ["F"] * 100 + ["M"] * 100 + ["XNA"] * 3,
            "PD": [0.02] * 80 + [0.2] * 20 + [0.02] * 60 + [0.1] * 40 + [0.02] * 3,
            "TARGET": [1] * 8 + [0] * 92 + [0] * 100 + [0] * 3,
        },
    )

    report = fairness.of_reference(today=TODAY, tried=TODAY)

    women, men = _group(report, "gender", "Female"), _group(report, "gender", "Male")
    assert women.today.approved.value == pytest.approx(0.8)
    assert women.today.ratio == 1
    assert men.today.ratio == pytest.approx(0.75)
    assert men.today.referred.value == pytest.approx(0.4)
    assert women.defaulted.value == pytest.approx(0.08)
    assert women.mean_pd == pytest.approx(0.056)
    assert (women.today.bad_approved.part, women.today.bad_approved.whole) == (8, 8)
    assert women.today.good_declined.value == pytest.approx(20 / 92)
    assert report.attributes[0].not_stated == 3
    (impact,) = report.adverse[False]
    assert (impact.group, impact.best) == ("Male", "Female")
    assert impact.ratio == pytest.approx(0.75)


def test_small_groups_have_no_ratio_and_raise_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    _sample(
        monkeypatch,
        {
            "CODE_GENDER": ["F"] * 100 + ["M"] * 99,
            "PD": [0.02] * 100 + [0.2] * 99,
            "TARGET": [0] * 199,
        },
    )
    report = fairness.of_reference(today=TODAY, tried=TODAY)

    men = _group(report, "gender", "Male")
    assert not men.enough
    assert men.today.ratio is None
    assert report.adverse == {}
    assert report.attributes[0].chart["groups"] == ["Female"]
    assert not report.enough


def test_the_tried_cut_offs_stand_beside_todays(monkeypatch: pytest.MonkeyPatch) -> None:
    _sample(
        monkeypatch,
        {
            "CODE_GENDER": ["F"] * 100 + ["M"] * 100,
            "PD": [0.02] * 100 + [0.02] * 70 + [0.06] * 30,
            "TARGET": [0] * 200,
        },
    )
    report = fairness.of_reference(today=TODAY, tried=TRIED)

    men = _group(report, "gender", "Male")
    assert men.today.ratio == 1
    assert men.tried.ratio == pytest.approx(0.7)
    assert list(report.adverse) == [True]


@pytest.mark.django_db
def test_stored_decisions_and_their_outcomes() -> None:
    for gender, pd, defaulted in [
        ("F", 0.02, True),
        ("F", 0.20, False),
        ("M", 0.02, None),
        ("", 0.02, None),
        ("XNA", 0.02, None),
    ]:
        decision = DecisionFactory(
            application__gender=gender,
            application__family_status="Married" if gender == "F" else "Unknown",
            application__birth_date=date(1950, 1, 1),
            prediction__pd=pd,
        )
        if defaulted is not None:
            monitoring.record_outcome(
                prediction=decision.prediction,
                defaulted=defaulted,
                observed_on=date(2024, 1, 1),
            )

    report = fairness.of_decisions(since=None, today=TODAY, tried=TODAY)

    assert report is not None
    assert (report.applicants, report.with_outcome) == (5, 2)
    women = _group(report, "gender", "Female")
    assert (women.applicants, women.with_outcome) == (2, 2)
    assert women.mean_pd == pytest.approx(0.11)
    assert (women.today.bad_approved.part, women.today.bad_approved.whole) == (1, 1)
    assert (women.today.good_declined.part, women.today.good_declined.whole) == (1, 1)
    assert _group(report, "gender", "Male").mean_pd is None
    assert [a.not_stated for a in report.attributes] == [2, 0, 3]
    assert _group(report, "age", "60 and over").applicants == 5


@pytest.mark.django_db
def test_nothing_stored_nothing_said() -> None:
    assert fairness.of_decisions(since=None, today=TODAY, tried=TODAY) is None


def test_the_page_says_what_it_is_about(
    manager: User, logged_in: LogIn, champion: ModelVersion
) -> None:
    client = logged_in(manager)

    opened = client.get(reverse("applications:fairness"))
    stored = {"on": "decisions", "period": "90", "refer_from": "5", "decline_from": "15"}
    empty = client.get(reverse("applications:fairness"), stored).content.decode()
    page = client.get(
        reverse("applications:fairness"),
        {"on": "reference", "period": "90", "refer_from": "5", "decline_from": "15"},
    )

    assert "Too little is known of the stored decisions" in opened.content.decode()
    assert '<option value="reference" selected>' in opened.content.decode()
    assert opened.context["report"].with_outcome == opened.context["report"].applicants > 0
    assert "No decision was made in this period" in empty
    assert "reference sample" in page.content.decode()
    assert "Tried" in page.content.decode()
    assert page.context["tried"].refer_from == pytest.approx(0.05)


def test_stored_decisions_open_once_enough_outcomes_are_known(
    manager: User, logged_in: LogIn, champion: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fairness, "FEWEST", 2)
    client = logged_in(manager)
    for gender in "FFMM":
        decision = DecisionFactory(application__gender=gender)
        opened = client.get(reverse("applications:fairness"))
        assert opened.context["form"].on_reference
        monitoring.record_outcome(
            prediction=decision.prediction, defaulted=False, observed_on=date(2024, 1, 1)
        )

    opened = client.get(reverse("applications:fairness"))

    assert not opened.context["form"].on_reference
    assert opened.context["report"].with_outcome == 4
    assert "Too little is known" not in opened.content.decode()


@pytest.mark.django_db
def test_wrong_cut_offs_say_what_is_wrong(manager: User, logged_in: LogIn) -> None:
    StrategyFactory(approved=True)
    page = logged_in(manager).get(
        reverse("applications:fairness"),
        {"on": "decisions", "period": "90", "refer_from": "15", "decline_from": "5"},
    )
    assert "at or above the PD from which loans are referred" in page.content.decode()
    assert 'value="15"' in page.content.decode()


def test_without_a_model_the_page_says_so(manager: User, logged_in: LogIn) -> None:
    page = logged_in(manager).get(reverse("applications:fairness"))
    assert "No model is active yet" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 12])
def test_queries(
    rows: int, manager: User, logged_in: LogIn, django_assert_num_queries: Callable[..., object]
) -> None:
    StrategyFactory(approved=True)
    DecisionFactory.create_batch(rows)
    client = logged_in(manager)

    # session, user, own permissions, group permissions, strategy in force, decisions by group,
    # champion
    with django_assert_num_queries(8):
        client.get(reverse("applications:fairness"))
