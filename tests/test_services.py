"""The servers that tests are run against."""

from __future__ import annotations

import sys

import psycopg
import pytest
import redis

from tests import services

pytestmark = pytest.mark.services


def test_postgres_answers_and_leaves_nothing_behind() -> None:
    with (
        services.folder() as state,
        services.postgres(state) as url,
        psycopg.connect(url) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.info.server_version >= 180000
    assert not state.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_redis_stops_and_starts_at_the_same_address() -> None:
    with services.folder() as state:
        server = services.Redis(state)
        server.start()
        redis.Redis.from_url(server.url).set("kept", "yes")
        server.stop()
        with pytest.raises(redis.ConnectionError):
            redis.Redis.from_url(server.url).ping()
        server.start()
        assert redis.Redis.from_url(server.url).get("kept") == b"yes"
        server.stop()


def test_a_command_is_given_both_and_its_end_is_told() -> None:
    code = (
        "import os, psycopg, redis; psycopg.connect(os.environ['DATABASE_URL']);"
        "redis.Redis.from_url(os.environ['REDIS_URL']).ping(); raise SystemExit(3)"
    )
    assert services.main([sys.executable, "-c", code]) == 3
