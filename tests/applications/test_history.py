"""The decision history: its filters, charts and saved views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from applications import timeline
from applications.choices import Contract, OverrideReason
from applications.exceptions import NameTaken
from applications.models import Decision, SavedView
from applications.services import saved_views
from monitoring.models import Completeness, Outcome, Source
from monitoring.services import record_outcome
from scoring.models import ModelVersion, Strategy
from tests.applications.factories import DecisionFactory, UserFactory

LogIn = Callable[[User], Client]
HISTORY = reverse("applications:history")
VIEWS = reverse("applications:saved-views")


def _overruled(first: Decision, by: User, **fields: Any) -> Decision:
    """A second decision that overrules the first."""
    return Decision.objects.create(
        application=first.application,
        prediction=first.prediction,
        number=2,
        outcome=Outcome.APPROVE,
        kind=Decision.Kind.OVERRIDE,
        reason_code=OverrideReason.SECURITY,
        decided_by=by,
        **fields,
    )


def _strategy(manager: User, *, version: int, cost_ratio: float = 10) -> Strategy:
    return Strategy.objects.create(
        version=version,
        refer_from=0.08,
        decline_from=0.2,
        cost_ratio=cost_ratio,
        status=Strategy.Status.APPROVED,
        effective_from=timezone.now() - timedelta(days=1),
        proposed_by=manager,
        settled_by=UserFactory(),
        settled_at=timezone.now(),
    )


@pytest.fixture
def book(banker: User, manager: User) -> None:
    """A plain approval, and a decline of a large loan that a manager overruled."""
    _strategy(manager, version=1)
    _strategy(manager, version=2)
    ModelVersion.objects.create(
        name="desk", version="7", sha256="7" * 64, directory="x", refer_from=0.1, decline_from=0.2
    )
    DecisionFactory(
        application__last_name="Plain", application__amount=100_000.0, prediction__pd=0.05
    )
    large = DecisionFactory(
        outcome=Outcome.DECLINE,
        application__last_name="Large",
        application__filed_by=banker,
        application__amount=900_000.0,
        application__contract_type=Contract.REVOLVING,
        prediction__pd=0.3,
        prediction__source=Source.API,
        prediction__completeness=Completeness.FULL,
        prediction__model_sha256="7" * 64,
        prediction__cut_offs_version=2,
    )
    _overruled(large, manager, decided_at=timezone.now() + timedelta(seconds=5))


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["Large approve", "Large decline", "Plain approve"]),
        ({"kind": "override"}, ["Large approve"]),
        ({"kind": "automatic"}, ["Large decline", "Plain approve"]),
        ({"standing": "in_force"}, ["Large approve", "Plain approve"]),
        ({"standing": "replaced"}, ["Large decline"]),
        ({"reason": "security"}, ["Large approve"]),
        ({"reason": "fraud"}, []),
        ({"contract": "Revolving loans"}, ["Large approve", "Large decline"]),
        ({"amount_from": "100001"}, ["Large approve", "Large decline"]),
        ({"amount_to": "100000"}, ["Plain approve"]),
        ({"pd_from": "29.9"}, ["Large approve", "Large decline"]),
        ({"pd_from": "4", "pd_to": "6"}, ["Plain approve"]),
        ({"amount_from": "100,001"}, ["Large approve", "Large decline"]),
        ({"channel": "api"}, ["Large approve", "Large decline"]),
        ({"completeness": "form"}, ["Plain approve"]),
        ({"scored_by": "model:" + "7" * 64}, ["Large approve", "Large decline"]),
        ({"scored_by": "strategy:2"}, ["Large approve", "Large decline"]),
        ({"scored_by": "strategy:1"}, []),
    ],
)
def test_filters(
    filters: dict[str, str], expected: list[str], manager: User, logged_in: LogIn
) -> None:
    page = logged_in(manager).get(HISTORY, filters)

    shown = [f"{d.application.last_name} {d.outcome}" for d in page.context["page"]]
    assert shown == expected
    assert page.context["summary"]["total"] == len(expected)


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("filters", "field", "words"),
    [
        ({"pd_from": "101"}, "pd_from", "Write a number from 0 to 100"),
        ({"pd_to": "-1"}, "pd_to", "Write a number from 0 to 100"),
        ({"amount_from": "much"}, "amount_from", "Write a number"),
        ({"amount_from": "9", "amount_to": "8"}, "amount_to", "Swap the two"),
        ({"decided_from": "2026-02-02", "decided_to": "2026-02-01"}, "decided_to", "Swap the two"),
        ({"scored_by": "strategy:9"}, "scored_by", "Select a valid choice"),
        ({"banker": "x"}, "banker", "Select a valid choice"),
    ],
)
def test_a_wrong_filter_is_named_and_kept(
    filters: dict[str, str], field: str, words: str, manager: User, logged_in: LogIn
) -> None:
    page = logged_in(manager).get(HISTORY, filters)

    (error,) = page.context["filter"].form.errors[field]
    assert words in error
    html = page.content.decode()
    assert f'id="id_{field}_error"' in html
    shown = {"x", "strategy:9", "2026-02-02", "2026-02-01"}  # a day is shown as people write it
    assert all(f'value="{v}"' in html or v in shown for v in filters.values())
    assert "decided_from" not in filters or 'value="02/02/2026"' in html


def test_a_fold_with_a_filter_in_use_is_open(manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)

    assert "desk-more-filters" in client.get(HISTORY).content.decode()
    assert 'desk-more-filters" open' not in client.get(HISTORY, {"q": "x"}).content.decode()
    assert 'desk-more-filters" open' in client.get(HISTORY, {"pd_to": "x"}).content.decode()


@pytest.mark.parametrize(("zone", "expected"), [("UTC", 1), ("Asia/Tokyo", 2)])
def test_days_are_those_of_the_desk(zone: str, expected: int, db: None, settings: Settings) -> None:
    settings.TIME_ZONE = zone
    DecisionFactory(decided_at=datetime(2026, 3, 1, 20, tzinfo=UTC))

    (row,) = Decision.objects.per_day()

    assert row["day"] == date(2026, 3, expected)


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("rows", [1, 12])
@pytest.mark.parametrize("show", ["list", "charts"])
def test_queries(show: str, rows: int, manager: User, logged_in: LogIn) -> None:
    DecisionFactory.create_batch(rows)
    saved_views.save(owner=manager, name="Mine", query="kind=override")
    client = logged_in(manager)

    with CaptureQueriesContext(connection) as queries:
        client.get(HISTORY, {"show": show, "contract": "Cash loans"})

    # Session, user, own and group permissions; options of the filters, saved views, summary,
    # decisions per day, waiting cases. The list: keys of the page, its rows. The charts: PDs,
    # costs, overrides.
    assert len(queries) == {"list": 11, "charts": 12}[show]


@pytest.mark.usefixtures("book")
def test_charts_count_in_the_database(banker: User, manager: User, logged_in: LogIn) -> None:
    page = logged_in(manager).get(HISTORY, {"show": "charts"})

    charts = {chart.slug: chart for chart in page.context["charts"]}
    assert charts["decisions"].rows[-1][1:] == ["2", "0", "1"]
    assert charts["approval-rate"].rows[-1][1:] == ["3", "2", "66.7\u00a0%"]
    assert charts["overrides-by-banker"].rows == [[banker.get_full_name(), "1"]]
    assert charts["overrides-by-reason"].rows == [["Security or a guarantor is given", "1"]]
    distribution = charts["pd-distribution"]
    assert distribution.rows[5] == ["5 to 6 %", "1", "0", "0"]
    assert distribution.rows[30] == ["30 to 31 %", "1", "0", "1"]
    assert [line["at"] for line in distribution.data["lines"]] == [9, 15]
    assert "known yet" in charts["costs"].empty
    assert charts["costs"].rows == []


def test_the_last_band_holds_all_higher_pds(db: None) -> None:
    for pd in (0.41, 0.99, 1.0):
        DecisionFactory(outcome=Outcome.DECLINE, prediction__pd=pd)

    chart = timeline.pd_distribution(list(Decision.objects.pd_bands(highest=40)))

    assert chart.rows[-1] == ["40 % and more", "0", "0", "3"]
    assert len(chart.rows) == 41


def test_moved_cut_offs_are_all_marked(db: None) -> None:
    DecisionFactory(prediction__refer_from=0.05)
    DecisionFactory(prediction__refer_from=0.07)

    chart = timeline.pd_distribution(list(Decision.objects.pd_bands(highest=40)))

    assert [line["at"] for line in chart.data["lines"]] == pytest.approx([5, 7, 15])


def test_costs_compare_what_was_expected_with_what_came(manager: User) -> None:
    """Two approved loans of PD 5 % and 15 %, one not repaid, at a ratio of 8: 1.6 against 8."""
    _strategy(manager, version=1, cost_ratio=8)
    for pd, defaulted in ((0.05, False), (0.15, True)):
        loan = DecisionFactory(prediction__pd=pd)
        record_outcome(
            prediction=loan.prediction, defaulted=defaulted, observed_on=timezone.localdate()
        )
    DecisionFactory(prediction__pd=0.5)  # nothing is known of it
    declined = DecisionFactory(outcome=Outcome.DECLINE)
    record_outcome(prediction=declined.prediction, defaulted=True, observed_on=timezone.localdate())

    chart = timeline.costs(list(Decision.objects.costs_per_day(default_ratio=10)))

    (row,) = chart.rows
    assert row[1:] == ["2", "1.60", "8", "500.0\u00a0%"]
    assert "8 good loans" in chart.intro


def test_without_a_strategy_the_usual_ratio_holds(db: None) -> None:
    loan = DecisionFactory(prediction__pd=0.2)
    record_outcome(prediction=loan.prediction, defaulted=False, observed_on=timezone.localdate())

    (day,) = Decision.objects.costs_per_day(default_ratio=10)

    assert (day["ratio"], day["loans"], day["defaults"]) == (10, 1, 0)
    assert day["expected_defaults"] == pytest.approx(0.2)


def test_saving_a_view(manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)
    page = client.get(VIEWS, {"outcome": "decline", "pd_from": "20", "nonsense": "1"})
    assert page.context["described"] == [("Decision", "Declined"), ("PD from, in %", "20")]

    answer = client.post(f"{VIEWS}?outcome=decline&pd_from=20&nonsense=1", {"name": " Risky "})

    view = SavedView.objects.get()
    assert (view.owner, view.name, view.query) == (manager, "Risky", "outcome=decline&pd_from=20")
    assert answer["Location"] == f"{HISTORY}?outcome=decline&pd_from=20"
    assert f"{HISTORY}?outcome=decline&amp;pd_from=20" in client.get(HISTORY).content.decode()


@pytest.mark.usefixtures("french")
def test_numbers_and_days_are_typed_in_the_readers_language(
    manager: User, logged_in: LogIn
) -> None:
    """What a view keeps of them is read in any language."""
    for pd in (0.034, 0.035):
        DecisionFactory(prediction__pd=pd, decided_at=datetime(2026, 1, 31, 12, tzinfo=UTC))
    client = logged_in(manager)
    french = {"accept-language": "fr"}
    typed = {"pd_from": "3,5", "amount_from": "1\u00a0000,5", "decided_from": "31/01/2026"}

    page = client.get(HISTORY, typed, headers=french)
    client.post(f"{VIEWS}?{urlencode(typed)}", {"name": "Risky"}, headers=french)
    kept = client.get(f"{HISTORY}?{SavedView.objects.get().query}")

    assert not page.context["filter"].form.errors
    assert page.context["summary"]["total"] == 1
    assert 'value="3,5"' in page.content.decode()
    query = SavedView.objects.get().query
    assert query == "decided_from=2026-01-31&amount_from=1000.5&pd_from=3.5"
    assert kept.context["summary"]["total"] == 1


@pytest.mark.parametrize("sort", ["", "-decided", "decided", "amount", "-pd", "applicant"])
def test_pages_hold_every_row_once(sort: str, manager: User, logged_in: LogIn) -> None:
    now = timezone.now()
    DecisionFactory.create_batch(60, decided_at=now)
    client = logged_in(manager)

    shown = [
        decision.pk
        for number in (1, 2, 3)
        for decision in client.get(HISTORY, {"sort": sort, "page": number}).context["page"]
    ]

    assert sorted(shown) == sorted(Decision.objects.values_list("pk", flat=True))
    found = client.get(HISTORY, {"sort": sort}).context["filter"].qs
    assert "id" in str(found.query).rpartition("ORDER BY")[2]


def test_the_database_knows_that_capitals_make_no_other_name(manager: User) -> None:
    SavedView.objects.create(owner=manager, name="Risky", query="")
    with pytest.raises(IntegrityError):
        SavedView.objects.create(owner=manager, name="RISKY", query="")


@pytest.mark.parametrize(
    ("name", "words"), [("risky", "You have a view named"), ("  ", "Give the view a name")]
)
def test_a_name_that_will_not_do(name: str, words: str, manager: User, logged_in: LogIn) -> None:
    saved_views.save(owner=manager, name="Risky", query="kind=override")

    answer = logged_in(manager).post(f"{VIEWS}?outcome=decline", {"name": name})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert f'value="{name}"' in html or not name.strip()
    assert f"{VIEWS}?outcome=decline" in html
    assert SavedView.objects.count() == 1


def test_two_managers_may_use_one_name(manager: User) -> None:
    other = UserFactory(role="Managers")
    saved_views.save(owner=manager, name="Risky", query="")
    saved_views.save(owner=other, name="Risky", query="")

    with pytest.raises(NameTaken):
        saved_views.save(owner=other, name="RISKY", query="")


def test_renaming_and_deleting(manager: User, logged_in: LogIn) -> None:
    one = saved_views.save(owner=manager, name="One", query="")
    saved_views.save(owner=manager, name="Two", query="")
    client = logged_in(manager)
    rename = reverse("applications:rename-view", args=[one.pk])

    taken = client.post(rename, {"name": "Two"})
    client.post(rename, {"name": "First"})
    client.post(reverse("applications:delete-view", args=[one.pk]))
    again = client.post(reverse("applications:delete-view", args=[one.pk]))

    assert taken.status_code == 422
    assert "You have a view named “Two” already" in taken.content.decode()
    assert [view.name for view in SavedView.objects.all()] == ["Two"]
    assert again.status_code == 302


@pytest.mark.parametrize("action", ["rename-view", "delete-view"])
def test_views_of_others_are_out_of_reach(action: str, manager: User, logged_in: LogIn) -> None:
    theirs = saved_views.save(owner=UserFactory(role="Managers"), name="Theirs", query="")

    logged_in(manager).post(reverse(f"applications:{action}", args=[theirs.pk]), {"name": "Mine"})

    assert SavedView.objects.get().name == "Theirs"
    assert "Theirs" not in logged_in(manager).get(VIEWS).content.decode()


@pytest.mark.parametrize(
    ("name", "day", "found"),
    [
        ("decided_from", "0001-01-01", 1),
        ("decided_from", "9999-12-31", 0),
        ("decided_to", "0001-01-01", 0),
        ("decided_to", "9999-12-31", 1),
    ],
)
def test_the_ends_of_the_calendar_are_days_too(
    name: str, day: str, found: int, manager: User, logged_in: LogIn
) -> None:
    DecisionFactory()

    page = logged_in(manager).get(HISTORY, {name: day})

    assert page.status_code == 200
    assert page.context["summary"]["total"] == found


def test_a_search_has_a_limit(manager: User, logged_in: LogIn) -> None:
    page = logged_in(manager).get(HISTORY, {"q": "x" * 101})

    assert page.context["filter"].form.errors["q"]


def test_a_manager_is_named_once_in_a_row(manager: User, logged_in: LogIn) -> None:
    _overruled(DecisionFactory(), manager)

    page = logged_in(manager).get(HISTORY)

    assert "desk-by-manager" not in page.content.decode()
