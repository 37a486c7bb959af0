"""The journal shows every edit: of an entry, of a link, of a record it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import Settings

from applications import journal, verifying
from applications.exceptions import Frozen
from applications.models import Attachment, Decision, Entry, LoanApplication, Note
from applications.services import filing
from tests.applications.factories import LoanApplicationFactory
from tests.sql import execute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


@pytest.fixture
def decision(banker: User) -> Decision:
    return _file(banker)


def _file(banker: User) -> Decision:
    draft = filing.save_draft(
        application=LoanApplicationFactory.build(filed_by=banker, amount=450_000), filed_by=banker
    )
    return filing.submit(application_id=draft.pk, submitted_by=banker)


def _faults() -> list[verifying.Fault]:
    return verifying.everything().faults


def _here(decision: Decision) -> list[verifying.Fault]:
    """What the dossier of the application says."""
    application = LoanApplication.objects.get(pk=decision.application_id)
    return verifying.of_application(application).faults


def _edit(table: str, change: str) -> None:
    """Change rows as somebody with access to the database would."""
    execute(f"UPDATE {table} SET {change}")  # noqa: S608 - the test's own words


def _delete(which: str) -> None:
    execute(f"DELETE FROM applications_entry WHERE {which}")  # noqa: S608 - as above


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
        (
            "applications_entry",
            "at = '2020-01-01 00:00:00' WHERE sequence = 2",
            "Entry 2 was changed after it was written.",
        ),
        (
            "applications_entry",
            "actor_id = NULL WHERE sequence = 1",
            "Entry 1 was changed after it was written.",
        ),
        ("applications_loanapplication", "amount = amount + 1", "The loan application "),
        ("applications_decision", "outcome = 'decline', reason = 'x'", "The decision "),
        ("monitoring_prediction", "pd = pd / 2", "The prediction "),
        ("monitoring_prediction", "features = x'00'", "The prediction "),
    ],
)
def test_an_edit_shows(decision: Decision, table: str, change: str, what: str) -> None:
    _edit(table, change)

    (fault,) = _faults()
    assert fault.sentence.startswith(what)
    assert _here(decision) == [fault]


@pytest.mark.parametrize(
    ("delete", "sentences"),
    [
        ("sequence = 2", ["Entry 2 is missing from the journal."]),
        ("sequence = 1", ["Entry 1 is missing from the journal."]),
        ("sequence IN (1, 2)", ["Entries 1 to 2 are missing from the journal."]),
    ],
)
def test_a_missing_entry_shows(decision: Decision, delete: str, sentences: list[str]) -> None:
    _delete(delete)

    assert [fault.sentence for fault in _faults()] == sentences
    assert _here(decision)


def test_a_cut_off_end_shows(decision: Decision) -> None:
    _delete("sequence = 3")

    missing, unrecorded = _faults()
    assert missing.sentence == "Entry 3 is missing from the journal."
    assert unrecorded.sentence == f"No entry of the journal tells of the decision {decision.pk}."
    assert set(_here(decision)) == {missing, unrecorded}


def test_a_cut_off_end_shows_although_the_head_was_moved(decision: Decision) -> None:
    _delete("sequence = 3")
    _edit("applications_journalhead", "sequence = 2")

    assert "Entry 2 is not the one the journal ended with." in [f.sentence for f in _faults()]


def test_an_application_whose_entries_are_all_gone_shows(banker: User, decision: Decision) -> None:
    other = _file(banker)
    _delete("sequence <= 3")

    missing, unrecorded = _faults()
    assert missing.sentence == "Entries 1 to 3 are missing from the journal."
    assert unrecorded.record == f"decision:{decision.pk}"
    assert [f.what for f in _here(decision)] == [verifying.What.UNRECORDED]
    assert [f.sequence for f in _here(other)] == [3]


def test_an_entry_whose_hash_was_made_anew_breaks_the_link(decision: Decision) -> None:
    """Somebody who knows how hashes are made must still replace all that follow."""
    _edit("applications_entry", "actor_id = NULL WHERE sequence = 1")
    entry = Entry.objects.get(sequence=1)
    _edit("applications_entry", f"hash = '{journal.hash_of(entry)}' WHERE sequence = 1")

    (fault,) = _faults()
    assert fault.sentence == "Entry 2 does not follow from entry 1: one of them was replaced."
    assert _here(decision) == [fault]


def test_the_last_entry_made_anew_is_not_the_one_the_journal_ended_with(
    decision: Decision,
) -> None:
    banker = decision.application.filed_by_id
    _edit("applications_entry", f"actor_id = {banker} WHERE sequence = 3")
    entry = Entry.objects.get(sequence=3)
    _edit("applications_entry", f"hash = '{journal.hash_of(entry)}' WHERE sequence = 3")

    (fault,) = _faults()
    assert fault.what is verifying.What.HEAD
    assert _here(decision) == [fault]


def test_an_edit_shows_at_the_neighbour_of_another_application(
    banker: User, decision: Decision
) -> None:
    other = _file(banker)
    _edit("applications_entry", "hash = '0' WHERE sequence = 3")

    assert {fault.what for fault in _here(other)} == {verifying.What.LINK}
    assert {fault.what for fault in _here(decision)} == {
        verifying.What.LINK,
        verifying.What.ENTRY,
    }


def test_a_record_that_is_gone_shows(banker: User, decision: Decision) -> None:
    with transaction.atomic():
        note = Note.objects.create(application=decision.application, author=banker, text="Seen")
        journal.write(
            Entry.Kind.NOTED, application=decision.application, actor=banker, about=[note]
        )
    assert _faults() == []
    note.delete()

    (fault,) = _faults()
    assert fault.sentence.startswith("The note ")
    assert fault.sentence.endswith("which entry 4 tells of, is gone.")
    assert _here(decision) == [fault]


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_another_file_in_place_of_an_attachment_shows(
    damage: str, banker: User, decision: Decision, settings: Settings, tmp_path: Path
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    with transaction.atomic():
        attachment = Attachment(
            application=decision.application,
            name="payslip.pdf",
            content_type="application/pdf",
            size=4,
            sha256=hashlib.sha256(b"paid").hexdigest(),
            added_by=banker,
        )
        attachment.file.save("payslip.pdf", ContentFile(b"paid"))
        journal.write(
            Entry.Kind.ATTACHED, application=decision.application, actor=banker, about=[attachment]
        )
    assert _faults() == []
    file = Path(attachment.file.path)
    if damage == "changed":
        file.write_bytes(b"more")
    else:
        file.unlink()

    (fault,) = _faults()
    assert fault.sentence.startswith("The file of attachment ")
    assert _here(decision) == [fault]


def test_a_decision_put_in_past_the_desk_shows(decision: Decision, manager: User) -> None:
    forged = Decision.objects.create(
        application=decision.application,
        prediction=decision.prediction,
        number=2,
        outcome="approve",
        kind=Decision.Kind.MANUAL,
        decided_by=manager,
    )

    (fault,) = _faults()
    assert fault.sentence == f"No entry of the journal tells of the decision {forged.pk}."
    assert _here(decision) == [fault]


def test_it_is_checked_in_chunks(
    banker: User,
    decision: Decision,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Callable[..., object],
) -> None:
    for _ in range(3):
        _file(banker)
    monkeypatch.setattr(verifying, "CHUNK", 6)
    steps: list[tuple[int, int]] = []

    # head, entries, three kinds of records for each of two chunks, head, entries beyond it,
    # decisions, their entries
    with django_assert_num_queries(12):
        report = verifying.everything(progress=lambda done, of: steps.append((done, of)))

    assert (report.entries, report.records, report.intact) == (12, 12, True)
    assert steps == [(6, 12), (12, 12)]


def test_the_command_tells_and_fails(
    decision: Decision, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_journal")
    assert "The journal is intact: 3 entries, 3 records." in capsys.readouterr().out

    _edit("applications_decision", "reason = 'x'")
    with pytest.raises(CommandError, match="not intact: 1 fault"):
        call_command("verify_journal")
    assert f"The decision {decision.pk} was changed" in capsys.readouterr().out


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
