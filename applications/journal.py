"""The journal: every state change adds an entry, chained to the one before by its hash.

An entry that speaks of a record holds the record's digest, so that an edit of either shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from applications.models import (
    Attachment,
    Decision,
    Entry,
    JournalHead,
    Letter,
    LoanApplication,
    Note,
    Override,
)
from monitoring.models import Prediction
from scoring.models import Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What a record may still gain after it was written down, and so is no part of its digest.
_OPEN: dict[type[models.Model], frozenset[str]] = {
    LoanApplication: frozenset({"status", "updated_at", "submitted_at"}),
    Override: frozenset({"status", "settled_by", "settled_at", "answer"}),
    Strategy: frozenset({"status", "settled_by", "settled_at", "answer"}),
    Letter: frozenset({"handed_over_at"}),
}
_RECORDS: dict[str, type[models.Model]] = {
    model._meta.model_name or "": model
    for model in (
        Attachment,
        Decision,
        Letter,
        LoanApplication,
        Note,
        Override,
        Prediction,
        Strategy,
    )
}


@dataclass(frozen=True)
class Fault:
    """Something in the journal, or a record it speaks of, that was changed afterwards."""

    sequence: int
    what: str


def write(
    kind: Entry.Kind,
    *,
    application: LoanApplication | None,
    actor: User | None,
    about: Iterable[models.Model] = (),
    at: datetime | None = None,
    **details: Any,
) -> Entry:
    """Add an entry to the journal, inside the caller's transaction.

    Parameters
    ----------
    about : iterable of models
        The records it speaks of; their digests go into the entry.
    details : JSON-ready values
        What a reader of the timeline wants to know.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("The journal is written in the transaction of what it tells of.")
    head, _created = JournalHead.objects.select_for_update().get_or_create(pk=1)
    records = {f"{record._meta.model_name}:{record.pk}": digest(record) for record in about}
    data = json.loads(json.dumps({**details, "records": records}, cls=DjangoJSONEncoder))
    entry = Entry(
        sequence=head.sequence + 1,
        application=application,
        at=at or timezone.now(),
        actor=actor,
        kind=kind,
        data=data,
        previous_hash=head.hash,
    )
    entry.hash = _hash(entry)
    entry.save(force_insert=True)
    head.sequence, head.hash = entry.sequence, entry.hash
    head.save()
    return entry


def digest(record: models.Model) -> str:
    """Return the SHA-256 of a record's fields, except those that change by design."""
    left_out = _OPEN.get(type(record), frozenset())
    fields = {
        # As the database returns it, so that a record just made reads like one just loaded.
        field.attname: _plain(field.to_python(getattr(record, field.attname)))
        for field in record._meta.concrete_fields
        if field.name not in left_out
    }
    return _sha256(fields)


def faults(entries: Iterable[Entry], *, previous: str | None = None) -> Iterator[Fault]:
    """Yield what was changed afterwards among entries that follow each other.

    Parameters
    ----------
    entries : iterable of Entry
        In order. Entries of one application alone have gaps: their links are not checked then.
    previous : str, optional
        Hash of the entry before the first one, to check the links between them as well.
    """
    for entry in entries:
        if previous is not None and entry.previous_hash != previous:
            yield Fault(entry.sequence, "link")
        if _hash(entry) != entry.hash:
            yield Fault(entry.sequence, "entry")
        if previous is not None:
            previous = entry.hash
        for name, known in entry.data.get("records", {}).items():
            if _digest_now(name) != known:
                yield Fault(entry.sequence, name)


def _digest_now(name: str) -> str | None:
    """The digest of a record as it is today; None if it is gone."""
    model, _, key = name.partition(":")
    record = _RECORDS[model]._default_manager.filter(pk=key).first()
    return None if record is None else digest(record)


def _hash(entry: Entry) -> str:
    return _sha256(
        {
            "sequence": entry.sequence,
            "application": str(entry.application_id or ""),
            "at": _plain(entry.at),
            "actor": entry.actor_id,
            "kind": str(entry.kind),
            "data": entry.data,
            "previous": entry.previous_hash,
        }
    )


def _sha256(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value as it reads the same from every database."""
    if isinstance(value, bytes | bytearray | memoryview):
        return hashlib.sha256(bytes(value)).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, bool | int | float | dict | list):
        return value
    return str(value)
