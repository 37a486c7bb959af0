"""The raw columns for people to read, from the schema that programs read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from ml.descriptions import DESCRIPTIONS, TABLE_DESCRIPTIONS
from ml.schema import APPLICATION_LEVELS, APPLICATION_TEST, AUXILIARY, NOT_EMPLOYED, Kind, Table
from scoring import inputs

_FEW = 8  # that many known values are shown at once


class Column(NamedTuple):
    """What is told of one column; `levels` are the values a text may have."""

    name: str
    anchor: str
    text: str
    kind: str
    low: str
    high: str
    besides: int | None
    levels: tuple[str, ...]
    is_required: bool

    @property
    def has_many_levels(self) -> bool:
        return len(self.levels) > _FEW


class Group(NamedTuple):
    """The columns of a table; `path` is where a request holds them."""

    path: str
    text: str
    columns: list[Column]


def found(words: str = "") -> list[Group]:
    """Return the tables with every column that holds all of `words`, in its name or its text."""
    sought = words.casefold().split()
    groups = [
        Group(path, TABLE_DESCRIPTIONS[table.name], list(_matching(table, path, sought)))
        for table, path in _places()
    ]
    return [group for group in groups if group.columns]


def count() -> int:
    """How many columns there are in all."""
    return sum(len(table.columns) for table, _path in _places())


def _places() -> Iterator[tuple[Table, str]]:
    """Each table and its path in a request, as errors name it."""
    yield APPLICATION_TEST, "application"
    for table in AUXILIARY:
        yield table, f"history.{table.name}"


def _matching(table: Table, path: str, sought: list[str]) -> Iterator[Column]:
    for name, kind in table.columns.items():
        text = DESCRIPTIONS[table.name][name]
        if all(word in f"{name} {text}".casefold() for word in sought):
            yield _column(table, path, name, kind)


def _column(table: Table, path: str, name: str, kind: Kind) -> Column:
    asked = table is APPLICATION_TEST
    is_number = asked and kind in {Kind.INTEGER, Kind.NUMBER}
    low, high = map(_plain, inputs.allowed(name)) if is_number else ("", "")
    return Column(
        name=name,
        anchor=f"{path}.{name}",
        text=DESCRIPTIONS[table.name][name],
        kind=_kinds()[kind],
        low=low,
        high=high,
        besides=NOT_EMPLOYED if asked and name == "DAYS_EMPLOYED" else None,
        levels=APPLICATION_LEVELS.get(name, ()) if asked else (),
        is_required=asked and name in inputs.REQUIRED,
    )


def _plain(number: float) -> str:
    """A number as it is written in JSON, short: the millions of millions as 1e+12."""
    return f"{number:g}" if abs(number) >= 1e9 or number != int(number) else str(int(number))


def _kinds() -> dict[Any, str]:
    return {
        Kind.ID: _("identifier"),
        Kind.INTEGER: _("whole number"),
        Kind.NUMBER: _("number"),
        Kind.TEXT: _("text"),
    }
