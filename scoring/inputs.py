"""What may be asked: checks of raw application columns and history records.

Every wrong field is reported by its path, all of them at once.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from ml import tables
from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, AUXILIARY, NOT_EMPLOYED, Kind
from scoring.exceptions import InvalidInput

REQUIRED = ("AMT_CREDIT", "AMT_INCOME_TOTAL", "DAYS_BIRTH")
MAX_RECORDS = 20_000
MAX_CLIENT = 2**63 - 1

_HISTORY = {table.name: table for table in AUXILIARY}
_A_CENTURY = 365.25 * 100
# First match wins: (column or prefix of columns, lowest, highest).
_RANGES: tuple[tuple[str, float, float], ...] = (
    ("AMT_REQ_CREDIT_BUREAU", 0, 10_000),
    ("AMT_CREDIT", 1, 1e12),
    ("AMT_INCOME_TOTAL", 1, 1e12),
    ("AMT_", 0, 1e12),
    ("DAYS_BIRTH", -_A_CENTURY, -18 * 365),
    ("DAYS_", -_A_CENTURY, 0),
    ("OWN_CAR_AGE", 0, 120),
    ("FLAG_", 0, 1),
    ("REG_", 0, 1),
    ("LIVE_", 0, 1),
    ("REGION_RATING", -1, 3),
    ("REGION_POPULATION", 0, 1),
    ("HOUR_", 0, 23),
    ("EXT_SOURCE", 0, 1),
    ("CNT_", 0, 100),
    ("OBS_", 0, 10_000),
    ("DEF_", 0, 10_000),
    ("", -0.01, 1.01),  # what is left describes the building, on a scale from 0 to 1
)


def application(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Check raw application columns and return them, numbers as numbers.

    Raises
    ------
    InvalidInput
        Naming every unknown column, wrong type, unknown level and value out of range.
    """
    errors: dict[str, list[str]] = {}
    checked: dict[str, Any] = {}
    for column, value in columns.items():
        try:
            checked[column] = _value(column, value)
        except ValueError as error:
            errors[f"application.{column}"] = [str(error)]
    if errors:
        raise InvalidInput(errors)
    return checked


def allowed(column: str) -> tuple[float, float]:
    """Return the lowest and the highest number that a column of the application may hold.

    `DAYS_EMPLOYED` may also hold `ml.schema.NOT_EMPLOYED`.

    >>> allowed("HOUR_APPR_PROCESS_START")
    (0, 23)
    """
    return next((low, high) for prefix, low, high in _RANGES if column.startswith(prefix))


def is_client_number(value: object) -> bool:
    """Whether a value can be a client's number with the bank."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_CLIENT


def require_complete(columns: Mapping[str, Any]) -> None:
    """Refuse an application that lacks what no score can do without."""
    missing = [column for column in REQUIRED if columns.get(column) is None]
    if missing:
        raise InvalidInput(
            {
                f"application.{column}": [
                    _("This value is required unless it is on file for the client.")
                ]
                for column in missing
            }
        )


def history(
    records: Mapping[str, Sequence[Mapping[str, Any]]], client_id: int | None
) -> dict[str, pl.DataFrame]:
    """Check raw history records of one client and return them as typed frames."""
    errors: dict[str, list[str]] = {}
    frames: dict[str, pl.DataFrame] = {}
    for name, rows in records.items():
        path = f"history.{name}"
        if name not in _HISTORY:
            errors[path] = [_unknown(name, list(_HISTORY))]
        elif len(rows) > MAX_RECORDS:
            errors[path] = [
                _("%(count)d records are too many; at most %(limit)d are taken.")
                % {"count": len(rows), "limit": MAX_RECORDS}
            ]
        else:
            try:
                frames[name] = tables.frame(_HISTORY[name], _of_client(path, rows, client_id))
            except tables.RecordError as error:
                errors[f"{path}[{error.index}].{error.column}"] = [error.message]
            except InvalidInput as error:
                errors.update(error.errors)
    if "bureau_balance" in frames and "bureau" not in frames:
        errors["history.bureau_balance"] = [
            _("Monthly balances need the loans they belong to, in history.bureau.")
        ]
    if errors:
        raise InvalidInput(errors)
    return frames


def _of_client(
    path: str, rows: Sequence[Mapping[str, Any]], client_id: int | None
) -> list[dict[str, Any]]:
    """Give every record the client's number, after checking it names no other client."""
    owner = client_id if client_id is not None else 0
    for index, row in enumerate(rows):
        if client_id is not None and row.get("SK_ID_CURR", owner) != owner:
            raise InvalidInput(
                {f"{path}[{index}].SK_ID_CURR": [_("This record belongs to another client.")]}
            )
    if path == "history.bureau_balance":
        return [dict(row) for row in rows]
    return [{**row, "SK_ID_CURR": owner} for row in rows]


def _value(column: str, value: Any) -> Any:
    kind = APPLICATION_TEST.columns.get(column)
    if kind is None or kind is Kind.ID:
        if column == "TARGET":
            raise ValueError(_("The outcome is what the score predicts; it cannot be an input."))
        raise ValueError(
            _unknown(column, [c for c in APPLICATION_TEST.columns if c != "SK_ID_CURR"])
        )
    if value is None:
        return None
    return _text(column, value) if kind is Kind.TEXT else _number(column, kind, value)


def _text(column: str, value: Any) -> str:
    levels = APPLICATION_LEVELS[column]
    if not isinstance(value, str):
        raise ValueError(_("Expected text, got %(value)s.") % {"value": _shown(value)})
    if value not in levels:
        raise ValueError(
            _("%(value)s is not a known value. Known are: %(levels)s.")
            % {"value": _shown(value), "levels": ", ".join(levels)}
        )
    return value


def _number(column: str, kind: Kind, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_("Expected a number, got %(value)s.") % {"value": _shown(value)})
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(_("Expected a finite number."))
    if kind is Kind.INTEGER and value != int(value):
        raise ValueError(_("Expected a whole number, got %(value)s.") % {"value": _shown(value)})
    if column == "DAYS_EMPLOYED" and value == NOT_EMPLOYED:
        return NOT_EMPLOYED
    low, high = allowed(column)
    if not low <= value <= high:
        raise ValueError(
            _("%(value)s is out of range; expected %(low)s to %(high)s.")
            % {"value": _shown(value), "low": f"{low:g}", "high": f"{high:g}"}
        )
    return int(value) if kind is Kind.INTEGER else float(value)


def _unknown(name: str, known: list[str]) -> str:
    """Say that a name is unknown, with the nearest known one."""
    close = difflib.get_close_matches(name.upper(), [k.upper() for k in known], n=1)
    names = {k.upper(): k for k in known}
    if close:
        return _("This field is unknown. Did you mean %(name)s?") % {"name": names[close[0]]}
    return _("This field is unknown.")


def _shown(value: Any) -> str:
    # Writing out a number of thousands of digits would take for ever, or be refused.
    if isinstance(value, int) and value.bit_length() > 128:
        return "..."
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
