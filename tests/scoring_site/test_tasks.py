"""Upkeep of the database."""

from __future__ import annotations

import pytest
from django.db import connection

from scoring_site.tasks import refresh_statistics
from tests.applications.factories import DecisionFactory


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL sees to it by itself")
@pytest.mark.django_db
def test_the_database_knows_how_its_tables_have_grown() -> None:
    DecisionFactory.create_batch(3)

    refresh_statistics()

    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'prediction_book'")
        assert cursor.fetchone()[0].startswith("3 1")
