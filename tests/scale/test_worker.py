"""Explanations come from a worker process, whatever happens to it or to its broker."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
import redis

from tests.scale.conftest import Site
from tests.scale.processes import Process, Web, running, until

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("scale")]

StartWorker = Callable[[str], Process]


def _score(web: Web, site: Site) -> str:
    answer = web.score(site.tokens["partner"])
    assert answer.status == 201, answer.body
    return str(answer.json()["id"])


def _is_ready(site: Site, prediction: str) -> bool:
    return bool(site.database.explanation(prediction)[0] == "ready")


def _broker(site: Site) -> redis.Redis:
    return redis.Redis.from_url(site.redis.url)


@pytest.fixture
def empty_queue(site: Site) -> Iterator[None]:
    """Nothing waits, and nothing is held by a worker of an earlier test."""
    _broker(site).flushdb()
    yield
    _broker(site).flushdb()


@pytest.mark.usefixtures("empty_queue")
def test_a_worker_explains_and_its_lines_carry_the_request_id(
    site: Site, web: Web, worker: StartWorker
) -> None:
    process = worker("first")

    answer = web.ask(
        "POST",
        "/api/v1/scores/",
        {
            "application": {
                "AMT_CREDIT": 450000.0,
                "AMT_INCOME_TOTAL": 180000.0,
                "DAYS_BIRTH": -9999,
            }
        },
        Authorization=f"Token {site.tokens['partner']}",
        **{"X-Request-ID": "from-a-partner-1"},
    )

    assert (answer.status, answer.headers["X-Request-ID"]) == (201, "from-a-partner-1")
    until(lambda: _is_ready(site, answer.json()["id"]), "the explanation")
    until(lambda: process.says("SUCCESS"), "the worker's line")
    lines = [
        json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")
    ]
    [done] = [line for line in lines if line.get("task") == "scoring.tasks.explain_predictions"]
    assert done["request_id"] == "from-a-partner-1"


@pytest.mark.usefixtures("empty_queue")
def test_what_a_killed_worker_held_is_explained_once(
    site: Site, web: Web, worker: StartWorker
) -> None:
    doomed = worker("doomed")
    for child in psutil.Process(doomed.pid).children():
        child.send_signal(signal.SIGSTOP)  # it takes a task and does not finish it
    prediction = _score(web, site)
    until(lambda: _broker(site).hlen("unacked") == 1, "the worker to take the task")
    doomed.kill()
    assert site.database.explanation(prediction) == ("pending", None)

    worker("successor")
    # What the scheduler does once the score is old enough.
    site.database.ask(
        "UPDATE monitoring_prediction SET created_at = created_at - interval '1 minute'"
    )
    _call(site, "scoring.tasks.sweep_explanations")
    until(lambda: _is_ready(site, prediction), "the explanation")
    explained = site.database.explanation(prediction)

    _broker(site).zadd("unacked_index", dict.fromkeys(_broker(site).hkeys("unacked"), 0))
    _call(site, "scoring.tasks.explain_predictions", json.dumps([[prediction]]))
    until(lambda: _broker(site).llen("celery") == 0, "the queue to be empty")
    assert site.database.explanation(prediction) == explained


@pytest.mark.usefixtures("empty_queue")
def test_without_redis_scores_are_given_and_explained_later(
    site: Site, web: Web, worker: StartWorker
) -> None:
    worker("patient")
    beat = site.beat()
    with running(beat):
        until(lambda: beat.says("is starting"), "the scheduler")
        site.redis.stop()
        try:
            started = time.monotonic()
            prediction = _score(web, site)
            assert time.monotonic() - started < 5
            state = web.ask("GET", "/readyz")
            assert (state.status, state.json()["broker"]) == (503, "not reachable")
            assert site.database.explanation(prediction) == ("pending", None)
        finally:
            site.redis.start()

        assert web.ask("GET", "/readyz").status == 200
        site.database.ask(
            "UPDATE monitoring_prediction SET created_at = created_at - interval '1 minute'"
        )
        until(lambda: _is_ready(site, prediction), "the scheduler and the worker")


def test_a_redis_that_hangs_holds_nobody_up_for_long(site: Site, web: Web) -> None:
    os.kill(site.redis.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        prediction = _score(web, site)
        assert time.monotonic() - started < 10
        assert web.ask("GET", "/healthz").status == 200
    finally:
        os.kill(site.redis.pid, signal.SIGCONT)
    assert site.database.explanation(prediction)[0] == "pending"


def _call(site: Site, task: str, arguments: str = "[]") -> None:
    site.celery("call", task, "--args", arguments)
