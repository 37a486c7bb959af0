"""SHA-256 of records and entries, the same whatever the database they are read from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def sha256_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of values, written as JSON text with sorted keys and no spaces."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def values_of(record: models.Model, fields: Iterable[models.Field[Any, Any]]) -> dict[str, Any]:
    """Return some fields of a record by column, ready for JSON.

    As the database returns them, so that a record just made reads like one just loaded.
    """
    return {
        field.attname: plain(field.to_python(getattr(record, field.attname))) for field in fields
    }


def plain(value: Any) -> Any:
    """Return a value as it reads the same from every database."""
    if isinstance(value, bytes | bytearray | memoryview):
        return hashlib.sha256(bytes(value)).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if value is None or isinstance(value, bool | int | float | dict | list):
        return value
    return str(value)
