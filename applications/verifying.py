"""Is the journal what it was? Its chain of hashes, and the records that it speaks of.

A deleted entry leaves a gap in the numbers, deleted last entries leave the head behind, an edited
entry has another hash, one whose hash was made anew breaks the link to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from applications import journal
from applications.models import Attachment, Decision, Entry, JournalHead, LoanApplication

T = TypeVar("T")
CHUNK = 1_000


class What(StrEnum):
    """What can be wrong."""

    ENTRY = "entry"
    LINK = "link"
    MISSING = "missing"
    HEAD = "head"
    CHANGED = "changed"
    GONE = "gone"
    FILE = "file"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class Fault:
    """Something that was changed afterwards.

    Attributes
    ----------
    sequence : int
        The entry; of missing entries the first.
    last : int
        Of missing entries the last.
    record : str
        The record, as `journal.name_of` calls it.
    """

    what: What
    sequence: int = 0
    last: int = 0
    record: str = ""

    @property
    def sentence(self) -> str:
        """What was changed, in plain words."""
        one = self.what is What.MISSING and self.sequence == self.last
        sentence = _("Entry %(entry)s is missing from the journal.") if one else _words()[self.what]
        return sentence % {
            "entry": self.sequence,
            "before": self.sequence - 1,
            "last": self.last,
            "record": _called(self.record),
        }


@dataclass
class Report:
    """What was checked, and what was wrong."""

    entries: int = 0
    records: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.faults


def everything(*, progress: Callable[[int, int], None] = lambda done, of: None) -> Report:
    """Check the whole journal, a chunk at a time; what is added meanwhile is left out."""
    end = head()
    report = Report()
    before, hash_before = 0, ""
    entries = Entry.objects.filter(sequence__lte=end.sequence).order_by("sequence")
    for chunk in _chunks(entries.iterator(chunk_size=CHUNK), CHUNK):
        _check(chunk, before, hash_before, report)
        before, hash_before = chunk[-1].sequence, chunk[-1].hash
        progress(before, end.sequence)
    _check_end(before, hash_before, end, report)
    report.faults += _unrecorded()
    return report


@transaction.atomic
def of_application(application: LoanApplication) -> Report:
    """Check the entries of one application, and the links of each to both of its neighbours.

    `application` must just have been loaded, since it is checked itself.
    """
    # Held, so that nothing is added between two looks.
    end = JournalHead.objects.select_for_update().first() or JournalHead()
    found = neighbourhood(application)
    decisions = application.decisions.select_related("prediction")
    at_hand = [application, *decisions, *(decision.prediction for decision in decisions)]
    mine = [entry for entry in found.values() if entry.application_id == application.pk]
    report = Report()
    for entry in mine:
        before = found.get(entry.sequence - 1)
        after = found.get(entry.sequence + 1)
        _check_link(entry, before.hash if before else "", before is not None, report)
        if after is None and entry.sequence != end.sequence:
            report.faults.append(Fault(What.MISSING, entry.sequence + 1, entry.sequence + 1))
        elif after is None and entry.hash != end.hash:
            report.faults.append(Fault(What.HEAD, entry.sequence))
        elif after is not None and after.application_id != application.pk:
            _check_link(after, entry.hash, True, report)
    _check_records(mine, report, at_hand)
    report.faults += _without_entry(decisions, mine)
    report.faults = list(dict.fromkeys(report.faults))
    return report


def neighbourhood(application: LoanApplication) -> dict[int, Entry]:
    """Return the entries of an application and those beside them, by number. One query."""
    own = Entry.objects.filter(application=application).order_by()
    beside = Entry.objects.filter(
        Q(application=application)
        | Q(sequence__in=own.values_list(F("sequence") - 1))
        | Q(sequence__in=own.values_list(F("sequence") + 1))
    )
    return {entry.sequence: entry for entry in beside.select_related("actor")}


def head() -> JournalHead:
    """The end of the journal, as it was written down last."""
    return JournalHead.objects.first() or JournalHead()


def _check(entries: Sequence[Entry], before: int, hash_before: str, report: Report) -> None:
    """Check entries that follow each other, and the first one's link to the one before."""
    for entry in entries:
        if entry.sequence > before + 1:
            report.faults.append(Fault(What.MISSING, before + 1, entry.sequence - 1))
        elif entry.previous_hash != hash_before:
            report.faults.append(Fault(What.LINK, entry.sequence))
        before, hash_before = entry.sequence, entry.hash
    _check_records(entries, report)


def _check_link(entry: Entry, hash_before: str, known: bool, report: Report) -> None:
    if not known and entry.sequence > 1:
        report.faults.append(Fault(What.MISSING, entry.sequence - 1, entry.sequence - 1))
    elif entry.previous_hash != hash_before:
        report.faults.append(Fault(What.LINK, entry.sequence))


def _check_end(last: int, hash_of_last: str, end: JournalHead, report: Report) -> None:
    """The head tells how many entries there must be: without it the last could be cut off."""
    if last < end.sequence:
        report.faults.append(Fault(What.MISSING, last + 1, end.sequence))
    elif hash_of_last != end.hash:
        report.faults.append(Fault(What.HEAD, last))
    # The entries first: what is added between the two looks is known to the head.
    latest = Entry.objects.order_by("-sequence").first()
    if latest is not None and latest.sequence > head().sequence:
        report.faults.append(Fault(What.HEAD, latest.sequence))


def _check_records(
    entries: Sequence[Entry], report: Report, at_hand: Iterable[models.Model] = ()
) -> None:
    """Check each entry's own hash, and the records of those that are what they were."""
    report.entries += len(entries)
    sound = []
    for entry in entries:
        if journal.hash_of(entry) == entry.hash:
            sound.append(entry)
        else:
            report.faults.append(Fault(What.ENTRY, entry.sequence))
    names = {name for entry in sound for name in _records(entry)}
    here = {journal.name_of(record): record for record in at_hand}
    today = journal.load(names - set(here)) | {n: r for n, r in here.items() if n in names}
    digests = {name: journal.digest(record) for name, record in today.items()}
    report.records += len(digests)
    for entry in sound:
        for name, known in _records(entry).items():
            if name not in digests:
                report.faults.append(Fault(What.GONE, entry.sequence, record=name))
            elif digests[name] != known:
                report.faults.append(Fault(What.CHANGED, entry.sequence, record=name))
            elif not _file_is_sound(today[name]):
                report.faults.append(Fault(What.FILE, entry.sequence, record=name))


def _unrecorded() -> Iterator[Fault]:
    """Decisions that no entry tells of: put into the database by other ways than the desk's."""
    decisions = Decision.objects.order_by("pk").only("pk", "application_id")
    for chunk in _chunks(decisions.iterator(chunk_size=CHUNK), CHUNK):
        entries = Entry.objects.filter(application__in={d.application_id for d in chunk})
        yield from _without_entry(chunk, entries.only("data"))


def _without_entry(decisions: Iterable[Decision], entries: Iterable[Entry]) -> Iterator[Fault]:
    told = {name for entry in entries for name in _records(entry)}
    for decision in decisions:
        if journal.name_of(decision) not in told:
            yield Fault(What.UNRECORDED, record=journal.name_of(decision))


def _records(entry: Entry) -> dict[str, str]:
    found: dict[str, str] = entry.data.get("records", {})
    return found


def _file_is_sound(record: models.Model) -> bool:
    """Whether an attachment's file is the one that was attached."""
    if not isinstance(record, Attachment):
        return True
    try:
        with record.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == record.sha256
    except OSError:
        return False


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    walk = iter(items)
    while chunk := list(islice(walk, size)):
        yield chunk


def _called(record: str) -> str:
    """A record in a banker's words: "decision 17"."""
    model, _colon, key = record.partition(":")
    kind = journal.model_of(model)
    return f"{kind._meta.verbose_name if kind else model} {key}"


def _words() -> dict[What, str]:
    return {
        What.ENTRY: _("Entry %(entry)s was changed after it was written."),
        What.LINK: _(
            "Entry %(entry)s does not follow from entry %(before)s: one of them was replaced."
        ),
        What.MISSING: _("Entries %(entry)s to %(last)s are missing from the journal."),
        What.HEAD: _("Entry %(entry)s is not the one the journal ended with."),
        What.CHANGED: _("The %(record)s was changed after entry %(entry)s told of it."),
        What.GONE: _("The %(record)s, which entry %(entry)s tells of, is gone."),
        What.FILE: _("The file of %(record)s is gone or is not the one entry %(entry)s tells of."),
        What.UNRECORDED: _("No entry of the journal tells of the %(record)s."),
    }
