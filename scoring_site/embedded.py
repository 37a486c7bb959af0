"""Background work inside the web process: Celery's worker and beat as daemon threads.

Only for the `memory://` broker; with `REDIS_URL` they run as processes of their own.
"""

from __future__ import annotations

import logging
import threading
import warnings

from celery.beat import Scheduler, Service
from celery.exceptions import SecurityWarning

from scoring_site.celery import app

logger = logging.getLogger(__name__)


def start(*, concurrency: int = 2) -> None:
    """Start the worker and the scheduler once per process; return when the worker consumes."""
    if not app.conf.broker_url.startswith("memory:"):
        raise RuntimeError("Embedded background work needs the memory:// broker.")
    # Celery warns of a worker that runs as root; here it is the web process, whoever runs it.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    ready = threading.Event()
    threading.Thread(
        target=_work, args=(concurrency, ready), name="celery-worker", daemon=True
    ).start()
    ready.wait(timeout=30)
    threading.Thread(target=_beat, name="celery-beat", daemon=True).start()


def _work(concurrency: int, ready: threading.Event) -> None:
    worker = app.Worker(
        pool="threads",
        concurrency=concurrency,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        ready_callback=lambda _consumer: ready.set(),
    )
    worker.start()


def _beat() -> None:
    # The plain scheduler keeps its state in memory: every task of ours may run again at a start.
    app.finalize()
    Service(app, scheduler_cls=Scheduler).start()
