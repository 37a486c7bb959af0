"""The journal shows every edit: of an entry, of a link, of a record it speaks of."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection

from applications import journal
from applications.exceptions import Frozen
from applications.models import Decision, Entry, LoanApplication
from applications.services import filing
from tests.applications.factories import LoanApplicationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


@pytest.fixture
def decision(banker: User) -> Decision:
    draft = filing.save_draft(
        application=LoanApplicationFactory.build(filed_by=banker, amount=450_000), filed_by=banker
    )
    return filing.submit(application_id=draft.pk, submitted_by=banker)


def _faults() -> list[journal.Fault]:
    return list(journal.faults(Entry.objects.all(), previous=""))


def _edit(table: str, change: str) -> None:
    """Change rows as somebody with access to the database would."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")  # noqa: S608 - the test's own words


def test_filing_is_written_down_in_order(decision: Decision, banker: User) -> None:
    entries = list(decision.application.entries.all())
    assert [entry.kind for entry in entries] == ["created", "submitted", "decided"]
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.actor for entry in entries] == [banker, banker, None]
    assert entries[1].previous_hash == entries[0].hash
    assert _faults() == []


@pytest.mark.parametrize(
    ("table", "change", "what"),
    [
        ("applications_entry", "at = '2020-01-01 00:00:00' WHERE sequence = 2", "entry"),
        ("applications_entry", "actor_id = NULL WHERE sequence = 1", "entry"),
        ("applications_loanapplication", "amount = amount + 1", "loanapplication"),
        ("applications_decision", "outcome = 'decline', reason = 'x'", "decision"),
        ("monitoring_prediction", "pd = pd / 2", "prediction"),
        ("monitoring_prediction", "features = x'00'", "prediction"),
    ],
)
def test_an_edit_shows(decision: Decision, table: str, change: str, what: str) -> None:
    assert decision.pk
    _edit(table, change)
    assert [fault.what.partition(":")[0] for fault in _faults()] == [what]


def test_a_missing_entry_shows(decision: Decision) -> None:
    assert decision.pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM applications_entry WHERE sequence = 2")
    assert [fault.what for fault in _faults()] == ["link"]


def test_entries_cannot_be_changed_through_the_models(decision: Decision) -> None:
    entry = decision.application.entries.first()
    assert entry is not None
    with pytest.raises(Frozen):
        entry.save()
    with pytest.raises(Frozen):
        entry.delete()
    with pytest.raises(Frozen):
        Entry.objects.update(kind="noted")


@pytest.mark.django_db(transaction=True)
def test_it_is_written_in_the_transaction_of_what_it_tells_of() -> None:
    with pytest.raises(RuntimeError):
        journal.write(Entry.Kind.NOTED, application=None, actor=None)
    assert not LoanApplication.objects.exists()
