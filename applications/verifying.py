"""Is the journal what it was? Its chain of hashes, and the records that it speaks of.

A deleted entry leaves a gap in the numbers, deleted last entries leave the head behind, an edited
entry has another hash, one whose hash was made anew breaks the link to the next. What
changes by design must be as the last entry that speaks of it left it. Which model scores is told
by the activations, a chain of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from applications import journal
from applications.models import Attachment, Decision, Entry, JournalHead, LoanApplication
from monitoring.models import Prediction
from scoring import activations
from scoring.models import ModelActivation, ModelVersion

T = TypeVar("T")
CHUNK = 1_000


class What(StrEnum):
    """What can be wrong."""

    ENTRY = "entry"
    LINK = "link"
    MISSING = "missing"
    HEAD = "head"
    CHANGED = "changed"
    STATE = "state"
    GONE = "gone"
    FILE = "file"
    UNRECORDED = "unrecorded"
    ACTIVATION = "activation"
    UNACTIVATED = "unactivated"
    CHAMPION = "champion"


@dataclass(frozen=True)
class Fault:
    """Something that was changed afterwards.

    Attributes
    ----------
    sequence : int
        The entry; of missing entries the first. Of an activation its number.
    last : int
        Of missing entries the last.
    record : str
        The record, as `journal.key_of` calls it; of a model its fingerprint.
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
    report.faults += dict.fromkeys(_of_applications())
    report.faults += _states(Entry.objects.filter(application=None), {})
    report.faults += _activations(set(_models_that_scored()))
    report.faults += _champion()
    return report


@transaction.atomic
def of_application(application: LoanApplication) -> Report:
    """Check the entries of one application, and the links of each to both of its neighbours.

    `application` must just have been loaded with its case, since both are checked themselves.
    """
    # Held, so that nothing is added between two looks.
    end = JournalHead.objects.select_for_update().first() or JournalHead()
    found = neighbourhood(application)
    decisions = application.decisions.select_related("prediction")
    predictions = [decision.prediction for decision in decisions]
    mine = [entry for _n, entry in sorted(found.items()) if entry.application_id == application.pk]
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
    case = getattr(application, "case", None)  # it may have been deleted
    at_hand = [application, *([case] if case else []), *decisions, *predictions]
    today = _check_records(mine, report, at_hand)
    report.faults += _states(mine, today)
    report.faults += _without_entry(decisions, mine)
    report.faults += _activations({prediction.model_sha256 for prediction in predictions})
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
) -> dict[str, models.Model]:
    """Check each entry's own hash, and the records of those that are what they were.

    Returns the records, by key.
    """
    report.entries += len(entries)
    sound = []
    for entry in entries:
        if journal.hash_of(entry) == entry.hash:
            sound.append(entry)
        else:
            report.faults.append(Fault(What.ENTRY, entry.sequence))
    keys = {key for entry in sound for key in _records(entry)}
    today = _loaded(keys, {journal.key_of(record): record for record in at_hand})
    digests = {key: journal.digest(record) for key, record in today.items()}
    report.records += len(digests)
    for entry in sound:
        for key, known in _records(entry).items():
            if key not in digests:
                report.faults.append(Fault(What.GONE, entry.sequence, record=key))
            elif digests[key] != known:
                report.faults.append(Fault(What.CHANGED, entry.sequence, record=key))
            elif not _file_is_sound(today[key]):
                report.faults.append(Fault(What.FILE, entry.sequence, record=key))
    return today


def _of_applications() -> Iterator[Fault]:
    """What the entries of each application say together: no decision without one, and states."""
    decisions = Decision.objects.order_by("pk").only("pk", "application_id")
    for chunk in _chunks(decisions.iterator(chunk_size=CHUNK), CHUNK):
        of_these = Entry.objects.filter(application__in={d.application_id for d in chunk})
        with transaction.atomic():
            # Held, so that no state moves on between its entry and its record.
            JournalHead.objects.select_for_update().first()
            entries = list(of_these.only("data"))
            moved = list(_states(entries, {}))
        yield from _without_entry(chunk, entries)
        yield from moved


def _without_entry(decisions: Iterable[Decision], entries: Iterable[Entry]) -> Iterator[Fault]:
    """Decisions that no entry tells of: put into the database by other ways than the desk's."""
    told = {key for entry in entries for key in _records(entry)}
    for decision in decisions:
        if journal.key_of(decision) not in told:
            yield Fault(What.UNRECORDED, record=journal.key_of(decision))


def _states(entries: Iterable[Entry], at_hand: Mapping[str, models.Model]) -> Iterator[Fault]:
    """Records that are not as the last of these entries left them, in the order of the journal."""
    last = {key: (entry.sequence, told) for entry in entries for key, told in _told(entry).items()}
    for key, record in _loaded(set(last), at_hand).items():
        sequence, told = last[key]
        if journal.state_digest(record) != told:
            yield Fault(What.STATE, sequence, record=key)


def _loaded(keys: set[str], at_hand: Mapping[str, models.Model]) -> dict[str, models.Model]:
    """The records of these keys that still exist; those at hand are not read again."""
    found = {key: at_hand[key] for key in keys & set(at_hand)}
    return journal.load(keys - set(found)) | found


def _activations(scored: set[str]) -> Iterator[Fault]:
    """Activations that were changed or are gone, and models that scored without one."""
    known = list(ModelActivation.objects.oldest_first())
    for number in activations.broken(known):
        yield Fault(What.ACTIVATION, number)
    for sha256 in sorted(scored - {activation.model_sha256 for activation in known}):
        yield Fault(What.UNACTIVATED, record=sha256)


def _models_that_scored() -> Iterable[str]:
    return Prediction.objects.order_by().values_list("model_sha256", flat=True).distinct()


def _champion() -> Iterator[Fault]:
    """Whether the model that scores is the one that was activated last."""
    champion = ModelVersion.objects.champions().first()
    last = ModelActivation.objects.first()
    if (champion.sha256 if champion else "") != (last.model_sha256 if last else ""):
        yield Fault(What.CHAMPION)


def _records(entry: Entry) -> dict[str, str]:
    found: dict[str, str] = entry.data.get("records", {})
    return found


def _told(entry: Entry) -> dict[str, str]:
    """The states in which an entry left records; older entries told of none."""
    found: dict[str, str] = entry.data.get("states", {})
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
    return f"{kind._meta.verbose_name if kind else model} {key}".rstrip()


def _words() -> dict[What, str]:
    return {
        What.ENTRY: _("Entry %(entry)s was changed after it was written."),
        What.LINK: _(
            "Entry %(entry)s does not follow from entry %(before)s: one of them was replaced."
        ),
        What.MISSING: _("Entries %(entry)s to %(last)s are missing from the journal."),
        What.HEAD: _("Entry %(entry)s is not the one the journal ended with."),
        What.CHANGED: _("The %(record)s was changed after entry %(entry)s told of it."),
        What.STATE: _("The state of the %(record)s is not the one entry %(entry)s left it in."),
        What.GONE: _("The %(record)s, which entry %(entry)s tells of, is gone."),
        What.FILE: _("The file of %(record)s is gone or is not the one entry %(entry)s tells of."),
        What.UNRECORDED: _("No entry of the journal tells of the %(record)s."),
        What.ACTIVATION: _(
            "Activation %(entry)s of a model was changed, or does not follow from the one before."
        ),
        What.UNACTIVATED: _("Scores were given by a model that was never activated: %(record)s."),
        What.CHAMPION: _("The model that scores is not the one that was activated last."),
    }
