"""Background work in the web process."""

from __future__ import annotations

from pathlib import Path

from tests.scoring_site.interpreter import run

CODE = """
import threading, django
django.setup()
from scoring_site import embedded
from scoring_site.celery import app

done = threading.Event()

@app.task
def ring():
    done.set()

stop = embedded.start()
ring.delay()
assert done.wait(20), "the worker did not run the task"
assert {"celery-worker", "celery-beat"} <= {thread.name for thread in threading.enumerate()}
stop()
assert "celery-worker" not in {thread.name for thread in threading.enumerate()}
"""


def test_worker_and_beat_run_as_threads_until_they_are_stopped(tmp_path: Path) -> None:
    result = run(CODE, tmp_path, DEBUG="1")
    assert result.returncode == 0, result.stderr


def test_with_a_broker_of_its_own_it_refuses(tmp_path: Path) -> None:
    result = run(CODE, tmp_path, DEBUG="1", REDIS_URL="redis://127.0.0.1:1/0")
    assert "needs the memory:// broker" in result.stderr
