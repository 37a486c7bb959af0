"""Changing rows past the site, as somebody with access to the database would."""

from __future__ import annotations

from django.db import connection


def execute(statement: str) -> None:
    """Run a statement; bytes are written as x'00', whichever database it is."""
    if connection.vendor == "postgresql":
        statement = statement.replace(" x'", r" '\x")
    with connection.cursor() as cursor:
        cursor.execute(statement)
