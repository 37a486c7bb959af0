"""The request id: one name for a request, in its answer, its log lines and its tasks'."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar
from typing import Any

from celery import Task
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from django.http import HttpRequest

HEADER = "X-Request-ID"

_HEADER_OF_TASKS = "request_id"
_VALID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")
_started: ContextVar[float] = ContextVar("task_started", default=0.0)
_log = logging.getLogger(__name__)


def current() -> str:
    """The id of what this thread works on; empty where nobody asked for it."""
    return _current.get()


def begin(request: HttpRequest) -> str:
    """Take the id that a request brings, or make one; it holds until the next in this thread."""
    given = request.headers.get(HEADER, "")
    found = given if _VALID.fullmatch(given) else uuid.uuid4().hex
    _current.set(found)
    return found


@before_task_publish.connect
def _send(headers: dict[str, Any], **_: Any) -> None:
    if current():
        headers[_HEADER_OF_TASKS] = current()


@task_prerun.connect
def _receive(task_id: str, task: Task[Any, Any], **_: Any) -> None:
    _current.set(getattr(task.request, _HEADER_OF_TASKS, None) or task_id)
    _started.set(time.perf_counter())


@task_postrun.connect
def _finish(task: Task[Any, Any], state: str | None = None, **_: Any) -> None:
    took = (time.perf_counter() - _started.get()) * 1000
    _log.info(
        "Task %s: %s",
        task.name,
        state,
        extra={"task": task.name, "status": state, "duration_ms": round(took, 1)},
    )
    _current.set("")


@setup_logging.connect
def _keep_our_logs(**_: Any) -> None:
    """Celery's worker then leaves logging as the settings have it."""
