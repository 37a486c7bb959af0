"""The journal: every state change adds an entry, chained to the one before by its hash.

An entry that speaks of a record holds the digest of what is written once, and the digest of the
state that the record is left in. So an edit shows, of the entry, of the record, or of its state,
which the last entry that speaks of the record tells. `applications.verifying` checks all of it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from applications.models import (
    Attachment,
    Case,
    Decision,
    Entry,
    JournalHead,
    Letter,
    LoanApplication,
    Note,
    Override,
)
from monitoring.models import Prediction
from scoring.hashing import plain, sha256_of, values_of
from scoring.models import Strategy

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What changes by design after a record was written down: its state.
_OPEN: dict[type[models.Model], frozenset[str]] = {
    Case: frozenset(
        {"decision", "stage", "since", "claimed_by", "question", "letter_due_on"},
    ),
    LoanApplication: frozenset({"status", "updated_at", "submitted_at"}),
    Override: frozenset({"status", "settled_by", "settled_at", "answer"}),
    Strategy: frozenset({"status", "settled_by", "settled_at", "answer"}),
    Letter: frozenset({"handed_over_at"}),
}
_RECORDS: dict[str, type[models.Model]] = {
    model._meta.model_name or "": model
    for model in (
        Attachment,
        Case,
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
        The records it speaks of, as they are saved; their digests go into the entry.
    details : JSON-ready values
        What a reader of the timeline wants to know.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("The journal is written in the transaction of what it tells of.")
    head, _created = JournalHead.objects.select_for_update().get_or_create(pk=1)
    told = {**details, **digests(about)}
    data = json.loads(json.dumps(told, cls=DjangoJSONEncoder))
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


def digests(about: Iterable[models.Model]) -> dict[str, dict[str, str]]:
    """Return what an entry holds of the records it speaks of, by their keys.

    `records` are the digests of what is written once, `states` of what changes by design.
    """
    named = {key_of(record): record for record in about}
    return {
        "records": {key: digest(record) for key, record in named.items()},
        "states": {
            key: state_digest(record) for key, record in named.items() if type(record) in _OPEN
        },
    }


def digest(record: models.Model) -> str:
    """Return the SHA-256 of a record's fields, except those that change by design."""
    return sha256_of(fields(record))


def state_digest(record: models.Model) -> str:
    """Return the SHA-256 of the fields of a record that change by design."""
    return sha256_of(state(record))


def fields(record: models.Model) -> dict[str, Any]:
    """Return what the digest of a record is made of, ready for JSON."""
    left_out = _OPEN.get(type(record), frozenset())
    return values_of(record, [f for f in record._meta.concrete_fields if f.name not in left_out])


def state(record: models.Model) -> dict[str, Any]:
    """Return what the digest of a record's state is made of; empty if it has none."""
    changing = _OPEN.get(type(record), frozenset())
    return values_of(record, [f for f in record._meta.concrete_fields if f.name in changing])


def hash_of(entry: Entry) -> str:
    """Return the SHA-256 that chains an entry to the one before."""
    return sha256_of(content(entry))


def content(entry: Entry) -> dict[str, Any]:
    """Return what the hash of an entry is made of, ready for JSON."""
    return {
        "sequence": entry.sequence,
        "application": str(entry.application_id or ""),
        "at": plain(entry.at),
        "actor": entry.actor_id,
        "kind": str(entry.kind),
        "data": entry.data,
        "previous": entry.previous_hash,
    }


def key_of(record: models.Model) -> str:
    """Return what entries call a record: its model and primary key."""
    return f"{record._meta.model_name}:{record.pk}"


def load(keys: Iterable[str]) -> dict[str, models.Model]:
    """Return the records of these keys that still exist, with one query for each model."""
    by_model: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        model, _, primary_key = key.partition(":")
        by_model[model].add(primary_key)
    return {
        key_of(record): record
        for model, wanted in by_model.items()
        if model in _RECORDS
        for record in _RECORDS[model]._default_manager.in_bulk(list(wanted)).values()
    }


def model_of(name: str) -> type[models.Model] | None:
    """Return the model that entries call `name`; None if they cannot speak of it."""
    return _RECORDS.get(name)
