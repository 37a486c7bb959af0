"""Scores that wait to be explained, handed to the background together.

A message per score would cost more than the score. What is lost here with the process is found
again by the sweep.
"""

from __future__ import annotations

import logging
import threading
from contextvars import copy_context
from uuid import UUID

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_PATIENCE_S = 0.05
_MOST = 200  # in one message

_lock = threading.Lock()
_waiting: list[UUID] = []


def add(prediction_id: UUID) -> None:
    """Have a prediction explained soon. Never waits for the broker."""
    with _lock:
        _waiting.append(prediction_id)
        is_first = len(_waiting) == 1
    if is_first:
        # In the context of this request, whose id the task's log lines then carry.
        timer = threading.Timer(_PATIENCE_S, copy_context().run, (flush,))
        timer.daemon = True
        timer.start()


def flush() -> None:
    """Hand on what waits; an unreachable broker is left to the sweep."""
    from scoring.tasks import explain_predictions  # noqa: PLC0415 - tasks call services

    with _lock:
        taken = [str(prediction_id) for prediction_id in _waiting]
        _waiting.clear()
    try:
        for start in range(0, len(taken), _MOST):
            explain_predictions.delay(taken[start : start + _MOST])
    except OperationalError:
        logger.exception("The broker is not reachable; the sweep will explain %d.", len(taken))
