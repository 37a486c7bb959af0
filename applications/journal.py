"""The journal: every state change adds an entry, chained to the one before by its hash.

An entry that speaks of a record holds the record's digest, so that an edit of either shows.
`applications.verifying` checks all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
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
    records = {name_of(record): digest(record) for record in about}
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
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    head.sequence, head.hash = entry.sequence, entry.hash
    head.save()
    return entry


def digest(record: models.Model) -> str:
    """Return the SHA-256 of a record's fields, except those that change by design."""
    return _sha256(fields(record))


def fields(record: models.Model) -> dict[str, Any]:
    """Return what the digest of a record is made of, ready for JSON."""
    left_out = _OPEN.get(type(record), frozenset())
    return {
        # As the database returns it, so that a record just made reads like one just loaded.
        field.attname: _plain(field.to_python(getattr(record, field.attname)))
        for field in record._meta.concrete_fields
        if field.name not in left_out
    }


def hash_of(entry: Entry) -> str:
    """Return the SHA-256 that chains an entry to the one before."""
    return _sha256(content(entry))


def content(entry: Entry) -> dict[str, Any]:
    """Return what the hash of an entry is made of, ready for JSON."""
    return {
        "sequence": entry.sequence,
        "application": str(entry.application_id or ""),
        "at": _plain(entry.at),
        "actor": entry.actor_id,
        "kind": str(entry.kind),
        "data": entry.data,
        "previous": entry.previous_hash,
    }


def name_of(record: models.Model) -> str:
    """Return what entries call a record: its model and key."""
    return f"{record._meta.model_name}:{record.pk}"


def load(names: Iterable[str]) -> dict[str, models.Model]:
    """Return the records of these names that still exist, with one query for each model."""
    keys: dict[str, set[str]] = defaultdict(set)
    for name in names:
        model, _, key = name.partition(":")
        keys[model].add(key)
    return {
        name_of(record): record
        for model, wanted in keys.items()
        if model in _RECORDS
        for record in _RECORDS[model]._default_manager.in_bulk(list(wanted)).values()
    }


def model_of(name: str) -> type[models.Model] | None:
    """Return the model that entries call `name`; None if they cannot speak of it."""
    return _RECORDS.get(name)


def _sha256(content: Mapping[str, Any]) -> str:
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
