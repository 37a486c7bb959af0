"""The banker's list and the manager's history: search, filters, sorting, paging, queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.services import deciding
from applications.services.deciding import Seen, Verdict
from applications.views import common
from monitoring.models import Outcome
from tests.applications.factories import CaseFactory, DecisionFactory, LoanApplicationFactory

LogIn = Callable[[User], Client]
LIST = reverse("applications:list")
HISTORY = reverse("applications:history")


def _shown(client: Client, address: str, **filters: object) -> list[str]:
    page = client.get(address, filters).context["page"]
    return [getattr(row, "application", row).last_name for row in page]


def test_a_banker_lists_own_applications_only(
    banker: User, other_banker: User, logged_in: LogIn
) -> None:
    LoanApplicationFactory(filed_by=banker, last_name="Draft")
    DecisionFactory(application__filed_by=banker, application__last_name="Decided")
    DecisionFactory(application__filed_by=other_banker, application__last_name="Theirs")

    assert set(_shown(logged_in(banker), LIST)) == {"Draft", "Decided"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"q": "kell"}, {"Keller"}),
        ({"q": "anna kell"}, {"Keller"}),
        ({"q": "marc kell"}, set()),
        ({"q": "100017"}, {"Keller"}),
        ({"q": "9" * 30}, set()),
        ({"q": "A-2020-77"}, {"Dubois"}),
        ({"status": "draft"}, {"Dubois"}),
        ({"status": "submitted", "outcome": "decline"}, {"Keller"}),
        ({"outcome": "approve"}, set()),
        ({"changed_from": "2999-01-01"}, set()),
        ({"changed_to": "2999-01-01"}, {"Keller", "Dubois"}),
    ],
)
def test_filters_of_the_list(
    filters: dict[str, str], expected: set[str], banker: User, logged_in: LogIn
) -> None:
    LoanApplicationFactory(
        filed_by=banker, first_name="Marc", last_name="Dubois", reference="A-2020-777777"
    )
    CaseFactory(
        decision__outcome=Outcome.DECLINE,
        decision__application__filed_by=banker,
        decision__application__first_name="Anna",
        decision__application__last_name="Keller",
        decision__application__client_number=100017,
    )

    assert set(_shown(logged_in(banker), LIST, **filters)) == expected


@pytest.mark.parametrize(("outcome", "found"), [("approve", {"Keller"}), ("decline", set())])
def test_the_list_is_filtered_by_the_decision_in_force(
    outcome: str, found: set[str], banker: User, manager: User, logged_in: LogIn
) -> None:
    case = CaseFactory(
        decision__outcome=Outcome.DECLINE,
        decision__application__filed_by=banker,
        decision__application__last_name="Keller",
    )
    verdict = Verdict("approve", "security", "A guarantor signs.")
    deciding.decide(application_id=case.pk, by=manager, verdict=verdict, seen=Seen.of(case))

    assert set(_shown(logged_in(banker), LIST, outcome=outcome)) == found


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["New", "Old"]),
        ({"sort": "decided"}, ["Old", "New"]),
        ({"sort": "-pd"}, ["Old", "New"]),
        ({"sort": "amount"}, ["New", "Old"]),
        ({"sort": "-applicant"}, ["Old", "New"]),
        ({"outcome": "refer"}, ["Old"]),
        ({"banker": "banker"}, ["Old"]),
        ({"q": "new"}, ["New"]),
        ({"decided_to": (timezone.localdate() - timedelta(days=1)).isoformat()}, ["Old"]),
        ({"decided_from": timezone.localdate().isoformat()}, ["New"]),
    ],
)
def test_history_of_all_bankers(  # noqa: PLR0917 - fixtures
    filters: dict[str, str],
    expected: list[str],
    banker: User,
    other_banker: User,
    manager: User,
    logged_in: LogIn,
) -> None:
    DecisionFactory(
        outcome=Outcome.REFER,
        prediction__pd=0.12,
        decided_at=timezone.now() - timedelta(days=3),
        application__amount=900_000.0,
        application__last_name="Old",
        application__filed_by=banker,
    )
    DecisionFactory(
        application__amount=100_000.0,
        application__last_name="New",
        application__filed_by=other_banker,
    )
    if "banker" in filters:
        filters = {"banker": str(banker.pk)}

    assert _shown(logged_in(manager), HISTORY, **filters) == expected


def test_wrong_filters_say_what_is_wrong(manager: User, logged_in: LogIn) -> None:
    page = logged_in(manager).get(HISTORY, {"decided_from": "soon", "banker": "0"})

    html = page.content.decode()
    assert page.status_code == 200
    assert "such as 31/12/1980" in html


def test_htmx_gets_the_results_alone(manager: User, logged_in: LogIn) -> None:
    DecisionFactory()
    page = logged_in(manager).get(HISTORY, headers={"HX-Request": "true"})

    assert "<html" not in page.content.decode()
    assert "decisions-data" in page.content.decode()
    assert "HX-Request" in page["Vary"]


@pytest.mark.parametrize("address", [LIST, HISTORY])
def test_empty_lists_say_what_comes_next(
    address: str, banker: User, manager: User, logged_in: LogIn
) -> None:
    client = logged_in(banker if address == LIST else manager)

    nothing = client.get(address).content.decode()
    no_match = client.get(address, {"q": "nobody"}).content.decode()

    assert "yet" in nothing
    assert "Clear the filters" in no_match


def test_pages_keep_the_filters(
    banker: User, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "PER_PAGE", 2)
    LoanApplicationFactory.create_batch(5, filed_by=banker, last_name="Keller")
    client = logged_in(banker)

    html = client.get(LIST, {"q": "keller", "page": 2}).content.decode()

    assert "Page 2 of 3" in html
    assert "?q=keller&amp;page=1" in html
    assert "?q=keller&amp;page=3" in html
    assert client.get(LIST, {"page": "last"}).status_code == 200


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_of_the_list(
    rows: int,
    banker: User,
    logged_in: LogIn,
    django_assert_num_queries: Callable[..., object],
) -> None:
    for _ in range(rows):
        DecisionFactory(application__filed_by=banker)
    client = logged_in(banker)

    # session, user, own permissions, group permissions,
    # count, page of applications, their decisions with scores
    with django_assert_num_queries(7):
        assert len(_shown(client, LIST)) == rows
