"""Upkeep of the database."""

from __future__ import annotations

from celery import shared_task
from django.db import connection


@shared_task
def refresh_statistics() -> None:
    """Tell SQLite how its tables have grown, so that it picks the right indexes.

    PostgreSQL sees to that by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
