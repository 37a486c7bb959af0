"""Background work inside the web process: Celery's worker and beat as daemon threads.

Only for the `memory://` broker; with `REDIS_URL` they run as processes of their own.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable

from celery.beat import Scheduler, Service
from celery.exceptions import SecurityWarning
from celery.worker import state

from scoring_site.celery import app

_PATIENCE_S = 20


def start(*, concurrency: int = 2) -> Callable[[], None]:
    """Start the worker and the scheduler once per process; return when the worker consumes.

    The returned function ends them, after the tasks under way. What still waits stays pending
    in the database and is queued again at the next start.
    """
    if not app.conf.broker_url.startswith("memory:"):
        raise RuntimeError("Embedded background work needs the memory:// broker.")
    # Celery warns of a worker that runs as root; here it is the web process, whoever runs it.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    ready = threading.Event()
    worker = threading.Thread(
        target=_work, args=(concurrency, ready), name="celery-worker", daemon=True
    )
    worker.start()
    ready.wait(timeout=30)
    # The plain scheduler keeps its state in memory: every task of ours may run again at a start.
    app.finalize()
    beat = Service(app, scheduler_cls=Scheduler)
    threading.Thread(target=beat.start, name="celery-beat", daemon=True).start()

    def stop() -> None:
        beat.stop()
        # The exit code the worker's loop ends with; Celery's types know None only.
        state.should_stop = 0  # type: ignore[assignment]
        worker.join(timeout=_PATIENCE_S)

    return stop


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
