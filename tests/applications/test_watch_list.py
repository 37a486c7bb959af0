"""The watch list: who may change it, what is kept, and what bankers never see."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from applications import watch_list
from applications.models import Entry, WatchListEntry
from applications.services import steering
from applications.views import common
from scoring.models import ModelVersion
from tests.applications.factories import (
    LoanApplicationFactory,
    StrategyFactory,
    WatchListEntryFactory,
)
from tests.applications.forms import typed

LogIn = Callable[[User], Client]
LIST, ADD = reverse("applications:watch-list"), reverse("applications:watch-list-add")
PERSON = {
    "first_name": "Anna",
    "last_name": "Keller",
    "birth_date": "1985-04-12",
    "reason": "Forged pay slips",
}


def test_adding_is_written_down_without_whom_or_why(manager: User, logged_in: LogIn) -> None:
    logged_in(manager).post(ADD, PERSON)

    entry = WatchListEntry.objects.get()
    assert (entry.last_name, entry.added_by) == ("Keller", manager)
    note = Entry.objects.get(kind=Entry.Kind.WATCH_LIST)
    assert (note.actor, note.application) == (manager, None)
    assert note.data["what"] == "added"
    for secret in PERSON.values():
        assert secret not in json.dumps(note.data)


def test_sent_twice_is_one_entry(manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)
    for _ in range(2):
        assert client.post(ADD, PERSON).status_code == 302
    assert WatchListEntry.objects.count() == 1
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": ""}, "This field is required"),
        ({"birth_date": ""}, "add the birthday"),
        ({"last_name": ""}, "Give a client number, or a last name and birthday"),
        ({"client_number": "0"}, "No client has this number"),
        ({"client_number": "9" * 30}, "No client has this number"),
        ({"birth_date": "01/01/2999"}, "in the future"),
        ({"birth_date": "12/31/1985"}, "such as 31/12/1980"),
    ],
)
def test_bad_entries(
    changes: dict[str, str], message: str, manager: User, logged_in: LogIn
) -> None:
    page = logged_in(manager).post(ADD, PERSON | changes)

    assert page.status_code == 422
    assert message in page.content.decode()
    assert 'value="Anna"' in page.content.decode()
    assert not WatchListEntry.objects.exists()


def test_removing_keeps_the_entry(manager: User, other_manager: User, logged_in: LogIn) -> None:
    entry = WatchListEntryFactory(added_by=manager)
    address = reverse("applications:watch-list-remove", args=[entry.pk])
    client = logged_in(other_manager)
    for _ in range(2):
        client.post(address)

    entry.refresh_from_db()
    assert entry.removed_by == other_manager
    assert [note.data["what"] for note in Entry.objects.all()] == ["removed"]
    assert client.get(LIST, {"state": "current"}).context["page"].paginator.count == 0
    assert client.get(LIST, {"state": "removed"}).context["page"].paginator.count == 1


def test_bankers_change_nothing(banker: User) -> None:
    entry = WatchListEntryFactory()
    with pytest.raises(PermissionDenied):
        steering.add_to_watch_list(client_number=1, reason="x", added_by=banker)
    with pytest.raises(PermissionDenied):
        steering.remove_from_watch_list(entry_id=entry.pk, removed_by=banker)


def test_a_banker_never_reads_the_reason(
    banker: User, logged_in: LogIn, champion: ModelVersion
) -> None:
    StrategyFactory(approved=True, rules={"watch_list": {"outcome": "refer"}})
    WatchListEntryFactory(client_number=None, last_name="keller", birth_date="1985-04-12")
    client = logged_in(banker)

    client.post(reverse("applications:new"), typed(action="submit"))

    case = banker.applications.get().case
    assert "watch_list" in case.referral_reasons
    page = client.get(reverse("applications:detail", args=[case.pk])).content.decode()
    assert "A secret reason" not in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("kell", 1), ("anna kell", 1), ("marc", 0), ("900", 0), ("77", 1), ("9" * 30, 0)],
)
def test_search(words: str, found: int, manager: User, logged_in: LogIn) -> None:
    WatchListEntryFactory(client_number=None, **PERSON)
    WatchListEntryFactory(client_number=77)

    page = logged_in(manager).get(LIST, {"q": words})

    assert page.context["page"].paginator.count == found


def test_empty_states(manager: User, logged_in: LogIn) -> None:
    client = logged_in(manager)
    assert "Nobody is on the watch list" in client.get(LIST).content.decode()
    assert "Clear the filters" in client.get(LIST, {"q": "x"}).content.decode()


def test_pages(manager: User, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "PER_PAGE", 2)
    WatchListEntryFactory.create_batch(3)
    assert "Page 1 of 2" in logged_in(manager).get(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_queries(
    rows: int, manager: User, logged_in: LogIn, django_assert_num_queries: Callable[..., object]
) -> None:
    WatchListEntryFactory.create_batch(rows)
    client = logged_in(manager)

    # session, user, own permissions, group permissions, count, page of entries
    with django_assert_num_queries(7):
        client.get(LIST)


@pytest.mark.django_db
def test_accents_and_capitals_name_the_same_person() -> None:
    born = date(1980, 1, 2)
    WatchListEntryFactory(client_number=None, last_name="Mélès", birth_date=born)

    def holds(last_name: str, birth_date: date = born) -> bool:
        application = LoanApplicationFactory(last_name=last_name, birth_date=birth_date)
        return watch_list.holds(application)

    assert holds("MÉLÈS")
    assert not holds("Meles")
    assert not holds("Mélès", date(1981, 1, 2))
