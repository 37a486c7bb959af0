"""Which model became the champion when, chained by hashes so that an edit shows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from scoring.hashing import sha256_of, values_of
from scoring.models import ModelActivation, ModelVersion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def write_down(
    *, version: ModelVersion, by: User | None, at: datetime | None = None
) -> ModelActivation:
    """Add an activation to the chain, inside the transaction that makes the model champion."""
    last = ModelActivation.objects.first()
    activation = ModelActivation(
        number=last.number + 1 if last else 1,
        model_name=version.name,
        model_version=version.version,
        model_sha256=version.sha256,
        activated_by=by,
        activated_at=at or timezone.now(),
        previous_hash=last.hash if last else "",
    )
    activation.hash = hash_of(activation)
    activation.save(force_insert=True)
    return activation


def hash_of(activation: ModelActivation) -> str:
    """Return the SHA-256 that chains an activation to the one before."""
    return sha256_of(content(activation))


def content(activation: ModelActivation) -> dict[str, Any]:
    """Return what the hash of an activation is made of, ready for JSON."""
    columns = [field for field in activation._meta.concrete_fields if field.name != "hash"]
    return values_of(activation, columns)


def broken(activations: list[ModelActivation]) -> list[int]:
    """Return the numbers of those that were changed, or do not follow from the one before.

    `activations` are all of them, the oldest first.
    """
    wrong = []
    number, before = 0, ""
    for activation in activations:
        follows = activation.number == number + 1 and activation.previous_hash == before
        if not follows or hash_of(activation) != activation.hash:
            wrong.append(activation.number)
        number, before = activation.number, activation.hash
    return wrong
