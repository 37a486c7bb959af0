"""Upkeep of the database."""

from __future__ import annotations

from celery import shared_task
from django.db import connection


@shared_task
def refresh_statistics() -> None:
    """Tell SQLite how its tables have grown, so that it picks the right indexes.

    Table by table, so that nobody who writes waits long. PostgreSQL sees to it by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
