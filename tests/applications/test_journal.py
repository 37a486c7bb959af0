"""The journal shows every edit: of an entry, of a link, of a record it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import Settings

import scoring.services
from applications import journal, verifying
from applications.choices import OverrideReason
from applications.exceptions import Frozen
from applications.models import (
    Attachment,
    Case,
    Decision,
    Entry,
    LoanApplication,
    Note,
    Override,
)
from applications.services import deciding, filing, lettering, steering
from monitoring.exceptions import ImmutableRecord
from monitoring.models import Outcome
from scoring.models import ModelActivation, ModelVersion
from scoring.strategies import StrategyTerms
from tests.applications.factories import LoanApplicationFactory, UserFactory
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
    ("table", "change", "record"),
    [
        ("applications_case", "letter_due_on = NULL", "case"),
        ("applications_case", "stage = 'returned', question = 'x'", "case"),
        ("applications_loanapplication", "submitted_at = '2020-01-01'", "loan application"),
    ],
)
def test_an_edited_state_shows(decision: Decision, table: str, change: str, record: str) -> None:
    _edit(table, change)

    (fault,) = _faults()
    assert fault.sentence == (
        f"The state of the {record} {decision.application_id} is not the one "
        f"entry {fault.sequence} left it in."
    )
    assert _here(decision) == [fault]


def test_a_state_is_compared_with_the_last_entry_that_tells_of_it(
    decision: Decision, manager: User, other_manager: User
) -> None:
    application = decision.application
    case = Case.objects.get(pk=application.pk)
    assert case.stage == Case.Stage.REFERRED
    case = deciding.claim(application_id=case.pk, by=manager, seen=deciding.Seen.of(case))
    assert _faults() == _here(decision) == []
    outcome = Outcome.DECLINE
    with mock.patch.object(deciding, "needing_second_manager", return_value=[outcome]):
        proposal = deciding.decide(
            application_id=application.pk,
            by=manager,
            verdict=deciding.Verdict(outcome, OverrideReason.BUDGET, "Checked."),
            seen=deciding.Seen.of(case),
        )
    assert isinstance(proposal, Override)
    assert _faults() == []
    deciding.settle(override_id=proposal.pk, by=other_manager, agrees=True, answer="Yes.")
    assert _faults() == _here(decision) == []

    _edit("applications_override", "answer = 'No.'")

    (fault,) = _faults()
    assert fault.sentence.startswith(f"The state of the override {proposal.pk} is not the one")
    assert _here(decision) == [fault]


def test_an_edited_hand_over_shows(decision: Decision, manager: User) -> None:
    letter = lettering.make(decision_id=decision.pk, language="en", made_by=manager)
    lettering.hand_over(letter_id=letter.pk, by=manager)
    assert _faults() == _here(decision) == []

    _edit("applications_letter", "handed_over_at = NULL")

    (fault,) = _faults()
    assert fault.sentence.startswith(f"The state of the letter {letter.pk}")
    assert _here(decision) == [fault]


def test_an_edited_strategy_shows(manager: User, other_manager: User) -> None:
    terms = StrategyTerms(refer_from=0.1, decline_from=0.2, cost_ratio=10.0)
    proposed = steering.propose_strategy(terms=terms, comment="Try.", proposed_by=manager)
    steering.approve_strategy(version=proposed.version, settled_by=other_manager)
    assert _faults() == []

    _edit("scoring_strategy", "status = 'refused'")

    (fault,) = _faults()
    assert fault.sentence.startswith("The state of the cut-off strategy ")


# --- which model scored ------------------------------------------------------


def test_an_activation_is_written_down(champion: ModelVersion) -> None:
    administrator = UserFactory(role="Administrators")
    scoring.services.activate_model(version=champion, by=administrator)

    first, second = ModelActivation.objects.oldest_first()
    assert (first.activated_by, second.activated_by) == (None, administrator)
    assert second.model_sha256 == champion.sha256
    assert second.previous_hash == first.hash
    assert _faults() == []


def test_who_may_not_activate_changes_nothing(champion: ModelVersion, manager: User) -> None:
    with pytest.raises(PermissionDenied):
        scoring.services.activate_model(version=champion, by=manager)
    assert ModelActivation.objects.count() == 1


def test_activations_cannot_be_changed_through_the_models(champion: ModelVersion) -> None:
    activation = ModelActivation.objects.get()
    for change in (
        activation.save,
        activation.delete,
        ModelActivation.objects.all().delete,
        lambda: ModelActivation.objects.update(model_name="x"),
    ):
        with pytest.raises(ImmutableRecord):
            change()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("activated_at = '2020-01-01 00:00:00' WHERE number = 1", {1}),
        ("number = 5 WHERE number = 2", {5}),
        ("previous_hash = '' WHERE number = 2", {2}),
    ],
)
def test_an_edited_activation_shows(
    decision: Decision, champion: ModelVersion, change: str, wrong: set[int]
) -> None:
    scoring.services.activate_model(version=champion)
    _edit("scoring_modelactivation", change)

    faults = [f for f in _faults() if f.what is verifying.What.ACTIVATION]
    assert {fault.sequence for fault in faults} == wrong
    assert "of a model was changed" in faults[0].sentence
    assert _here(decision) == faults


def test_a_model_that_was_never_activated_shows(decision: Decision, champion: ModelVersion) -> None:
    execute("DELETE FROM scoring_modelactivation")

    unactivated, other = _faults()
    assert unactivated.sentence.endswith(f"never activated: {champion.sha256}.")
    assert other.sentence == "The model that scores is not the one that was activated last."
    assert _here(decision) == [unactivated]


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


def test_a_case_that_is_gone_shows(decision: Decision) -> None:
    execute("DELETE FROM applications_case")

    (fault,) = _faults()
    assert fault.sentence.startswith("The case ")
    assert _here(decision) == [fault]


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

    # head, entries, four kinds of records for each of two chunks, head, entries beyond it,
    # decisions, for their one chunk: savepoint, head, entries, two kinds of states, release;
    # entries of no application, activations, models that scored, champion, last activation
    with django_assert_num_queries(24):
        report = verifying.everything(progress=lambda done, of: steps.append((done, of)))

    assert (report.entries, report.records, report.intact) == (12, 16, True)
    assert steps == [(6, 12), (12, 12)]


def test_the_command_tells_and_fails(
    decision: Decision, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_journal")
    assert "The journal is intact: 3 entries, 4 records." in capsys.readouterr().out

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
