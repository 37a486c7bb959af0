"""Reads whose SQL Django writes once, for the path of a score.

Putting a query together takes Django ten times as long as the database takes to answer it. Here
it is put together at its first use, for the database at hand, and only its values change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Written:
    sql: str
    params: tuple[Any, ...]
    places: tuple[int | None, ...]  # which of the values given stands there, if any
    converters: tuple[tuple[int, Any, Any], ...]  # place in the row, functions, expression


class Prepared:
    """A query of `values_list` rows that differs from call to call in some values only.

    Parameters
    ----------
    build : callable
        Takes the values and returns the query set.
    samples : values
        One for each value, of its type, that occurs nowhere else in the query.

    Examples
    --------
    A client's number by the file's key, of one query built once::

        by_number = Prepared(
            lambda number: ClientFile.objects.filter(pk=number).values_list("as_of"), -1
        )
        by_number.rows(100_002)
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *samples: Any) -> None:
        self._build = build
        self._samples = samples
        self._written: dict[str, _Written] = {}

    def rows(self, *values: Any) -> list[Row]:
        """Ask for all rows with these values; one query."""
        written = self._written.get(connection.vendor) or self._write()
        params = [
            fixed if place is None else _adapted(values[place])
            for fixed, place in zip(written.params, written.places, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(written.sql, params)
            found: list[Row] = cursor.fetchall()
        return [_converted(row, written) for row in found] if written.converters else found

    def first(self, *values: Any) -> Row | None:
        """Ask for the first row; None if there is none."""
        return next(iter(self.rows(*values)), None)

    def _write(self) -> _Written:
        compiler = self._build(*self._samples).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        samples = [_adapted(sample) for sample in self._samples]
        written = _Written(
            sql=sql,
            params=tuple(params),
            places=tuple(samples.index(p) if p in samples else None for p in params),
            converters=tuple(
                (place, functions, expression)
                for place, (functions, expression) in compiler.get_converters(
                    [column[0] for column in compiler.select]
                ).items()
            ),
        )
        self._written[connection.vendor] = written
        return written


def _converted(row: Row, written: _Written) -> Row:
    values = list(row)
    for place, functions, expression in written.converters:
        for convert in functions:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)


def _adapted(value: Any) -> Any:
    """As the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
