"""The home page: what waits for whom, the figures of the month, and how many queries it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import month
from applications.models import Case, Decision, Override
from applications.querysets import Figures
from monitoring.models import Outcome
from scoring.models import Explanation
from tests.applications.factories import CaseFactory, DecisionFactory, LoanApplicationFactory

LogIn = Callable[[User], Client]
HOME = reverse("applications:home")
pytestmark = pytest.mark.django_db


def _home(client: Client) -> Any:
    return client.get(HOME).context


def _proposal(proposed_by: User, **application: Any) -> Override:
    case = CaseFactory(
        decision__outcome=Outcome.DECLINE,
        **{f"decision__application__{key}": value for key, value in application.items()},
    )
    override: Override = Override.objects.create(
        application=case.application,
        overruled=case.decision,
        outcome=Outcome.APPROVE,
        reason_code="security",
        comment="A guarantor.",
        proposed_by=proposed_by,
    )
    return override


def test_what_waits_for_a_banker(banker: User, other_banker: User, logged_in: LogIn) -> None:
    today = timezone.localdate()
    mine = {"decision__application__filed_by": banker}
    later = CaseFactory(letter_due_on=today + timedelta(days=9), **mine)
    overdue = CaseFactory(letter_due_on=today - timedelta(days=1), **mine)
    asked = CaseFactory(stage=Case.Stage.RETURNED, question="Which employer?", **mine)
    failed = CaseFactory(**mine)
    Explanation.objects.create(
        prediction=failed.decision.prediction, status=Explanation.Status.FAILED
    )
    draft = LoanApplicationFactory(filed_by=banker)
    CaseFactory(
        letter_due_on=today,
        stage=Case.Stage.RETURNED,
        question="Theirs",
        decision__application__filed_by=other_banker,
    )
    LoanApplicationFactory(filed_by=other_banker)
    client = logged_in(banker)

    shown = _home(client)

    assert shown["letters"] == [overdue, later]
    assert shown["questions"] == [asked]
    assert shown["unexplained"] == [failed.application]
    assert shown["drafts"] == [draft]
    html = client.get(HOME).content.decode()
    assert "Overdue since" in html
    assert "Which employer?" in html
    assert "Theirs" not in html


def test_a_new_banker_is_told_how_to_begin(banker: User, logged_in: LogIn) -> None:
    html = logged_in(banker).get(HOME).content.decode()

    assert "Nothing waits for you" in html
    assert reverse("applications:new") in html
    assert "Submit an application and its decision appears here" in html


def test_a_reasonless_decision_that_was_overruled_waits_for_nobody(
    banker: User, logged_in: LogIn
) -> None:
    old = DecisionFactory(application__filed_by=banker)
    Explanation.objects.create(prediction=old.prediction, status=Explanation.Status.FAILED)
    in_force = DecisionFactory(
        application=old.application, number=2, kind=Decision.Kind.OVERRIDE, decided_by=banker
    )
    CaseFactory(decision=in_force)

    assert _home(logged_in(banker))["unexplained"] == []


def test_what_waits_for_a_manager(banker: User, manager: User, logged_in: LogIn) -> None:
    now = timezone.now()
    for days, stage in ((3, Case.Stage.REFERRED), (8, Case.Stage.CLAIMED)):
        CaseFactory(
            decision__outcome=Outcome.REFER,
            stage=stage,
            claimed_by=manager if stage == Case.Stage.CLAIMED else None,
            referred_at=now - timedelta(days=days),
        )
    CaseFactory(letter_due_on=timezone.localdate() - timedelta(days=1))
    CaseFactory(letter_due_on=timezone.localdate())
    client = logged_in(manager)

    waiting = _home(client)["waiting"]

    assert waiting == {"referrals": 2, "oldest": now - timedelta(days=8), "overdue": 1}
    assert "The oldest waits for 1\u00a0week" in client.get(HOME).content.decode()


def test_second_opinions_are_neither_ones_own_nor_on_ones_own(
    banker: User, manager: User, logged_in: LogIn
) -> None:
    second = User.objects.create_user("second")
    second.groups.add(Group.objects.get(name="Managers"))
    asked = _proposal(second, filed_by=banker)
    _proposal(manager, filed_by=banker)
    _proposal(second, filed_by=manager)
    settled = _proposal(second, filed_by=banker)
    Override.objects.filter(pk=settled.pk).update(
        status=Override.Status.AGREED, settled_by=manager, settled_at=timezone.now()
    )

    assert _home(logged_in(manager))["second_opinions"] == [asked]


def test_an_empty_desk_says_what_comes(manager: User, logged_in: LogIn) -> None:
    html = logged_in(manager).get(HOME).content.decode()

    assert "The queue is empty" in html
    assert "Every applicant is written to in time" in html
    assert "As soon as a banker submits an application" in html


def test_an_account_without_a_role_is_told_whom_to_ask(no_role: User, logged_in: LogIn) -> None:
    assert "Ask an administrator" in logged_in(no_role).get(HOME).content.decode()


def test_the_month_is_set_against_the_month_before(manager: User, logged_in: LogIn) -> None:
    now = timezone.now()
    for days, outcome in ((1, "approve"), (29, "decline"), (31, "approve"), (61, "approve")):
        DecisionFactory(outcome=outcome, decided_at=now - timedelta(days=days))

    this, before = Decision.objects.months(now)

    assert (this["total"], this["approved"], this["declined"]) == (2, 1, 1)
    assert (before["total"], before["approved"]) == (1, 1)
    tiles = _home(logged_in(manager))["month"]
    assert [tile.value for tile in tiles] == ["2", "50\u00a0%", "0\u00a0%", "50\u00a0%", "0\u00a0%"]
    assert tiles[0].trend == month.Trend("up", "+100\u00a0%")
    assert tiles[1].trend == month.Trend("down", "\u221250.0 points")
    assert tiles[2].trend == month.Trend("level", "0.0 points")


def test_a_first_month_has_no_trend() -> None:
    nothing: Figures = {"total": 0, "approved": 0, "referred": 0, "declined": 0, "by_people": 0}
    this: Figures = {**nothing, "total": 3, "approved": 3}

    assert {tile.trend for tile in month.tiles(this, nothing)} == {None}
    assert month.tiles(nothing, nothing)[1].value == "–"


def test_a_bankers_month_counts_what_they_filed(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    DecisionFactory(application__filed_by=banker)
    DecisionFactory(application__filed_by=banker, outcome=Outcome.DECLINE)
    DecisionFactory(application__filed_by=other_banker)

    tiles = _home(logged_in(banker))["month"]

    assert [tile.value for tile in tiles][:2] == ["2", "50\u00a0%"]


@pytest.mark.parametrize("rows", [1, 6])
@pytest.mark.parametrize("roles", [("Bankers",), ("Managers",), ("Bankers", "Managers")])
def test_queries_of_the_home_page(
    roles: tuple[str, ...],
    rows: int,
    logged_in: LogIn,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    user = User.objects.create_user("somebody")
    user.groups.add(*Group.objects.filter(name__in=roles))
    other = User.objects.create_user("another")
    for _ in range(rows):
        LoanApplicationFactory(filed_by=user)
        case = CaseFactory(
            decision__application__filed_by=user,
            letter_due_on=timezone.localdate(),
            stage=Case.Stage.RETURNED,
            question="Why?",
        )
        Explanation.objects.create(
            prediction=case.decision.prediction, status=Explanation.Status.FAILED
        )
        _proposal(other)
    client = logged_in(user)

    # session, user, own permissions, group permissions;
    # a banker's: questions, letters, failed explanations, drafts, month, latest;
    # a manager's: counts of what waits, second opinions, month, latest decisions
    with django_assert_max_num_queries(12):
        assert client.get(HOME).status_code == 200
