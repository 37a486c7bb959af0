"""The raw columns as JSON schema, for the API's documentation."""

from __future__ import annotations

from typing import Any

from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, AUXILIARY, Kind, Table

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.ID: {"type": "integer"},
    Kind.INTEGER: {"type": "integer", "nullable": True},
    Kind.NUMBER: {"type": "number", "format": "double", "nullable": True},
    Kind.TEXT: {"type": "string", "nullable": True},
}


def _object(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _column(table, name, kind) for name, kind in table.columns.items()},
        "additionalProperties": False,
    }


def _column(table: Table, name: str, kind: Kind) -> dict[str, Any]:
    if table is APPLICATION_TEST and name in APPLICATION_LEVELS:
        return {**_TYPES[kind], "enum": [*APPLICATION_LEVELS[name], None]}
    return dict(_TYPES[kind])


APPLICATION_SCHEMA: dict[str, Any] = _object(APPLICATION_TEST)
HISTORY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {table.name: {"type": "array", "items": _object(table)} for table in AUXILIARY},
    "additionalProperties": False,
}
