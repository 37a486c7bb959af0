"""Background work in the web process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", CODE],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
            "DEBUG": "1",
            "VAR_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_worker_and_beat_run_as_threads_until_they_are_stopped(tmp_path: Path) -> None:
    result = start(tmp_path)
    assert result.returncode == 0, result.stderr


def test_with_a_broker_of_its_own_it_refuses(tmp_path: Path) -> None:
    result = start(tmp_path, REDIS_URL="redis://127.0.0.1:1/0")
    assert "needs the memory:// broker" in result.stderr
