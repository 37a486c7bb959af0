"""What log lines look like: JSON in production, readable lines on a developer's machine.

No line holds personal data. Addresses are written as their route, exceptions without their
messages (a database quotes the row it refuses) unless they tell of a connection; of what
libraries attach to a record, only the fields named here are written.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from types import TracebackType
from typing import Any

import django.db
import psycopg
import redis
from django.core.exceptions import DisallowedHost, ImproperlyConfigured
from django.http import HttpRequest
from kombu.exceptions import OperationalError as BrokerError
from pythonjsonlogger.json import JsonFormatter

from scoring.exceptions import NoChampion
from scoring_site import tracing
from scoring_site.routes import route_of

FIELDS = (
    "timestamp",
    "level",
    "logger",
    "message",
    "request_id",
    "method",
    "route",
    "status",
    "duration_ms",
    "user_id",
    "task",
    "exc_info",
)
# Their messages speak of hosts, files and settings, never of an applicant.
_TELLING = (
    OSError,
    django.db.OperationalError,
    psycopg.OperationalError,
    redis.RedisError,
    BrokerError,
    DisallowedHost,
    ImproperlyConfigured,
    NoChampion,
)

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Careful(logging.Filter):
    """Adds the request id to a record, and takes out what may be personal."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = tracing.current()
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            _by_route(record, request)
        elif record.name == "celery.app.trace" and isinstance(getattr(record, "data", None), dict):
            _by_name(record)
        return True


class Line(logging.Formatter):
    """`time level logger [request id]: message`."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name logging gives it
        return told(ei[1])


class Json(JsonFormatter):
    """One JSON object a line, with the fields named above."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message", "request_id"],
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp=True,
        )

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - as above
        return told(ei[1])

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: log_data[name] for name in FIELDS if name in log_data}


def told(error: BaseException | None) -> str:
    """Where an error and its causes came from, and their types; see above for messages."""
    return "\n".join(reversed(list(_chain(error))))


def _chain(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        message = f": {error}" if isinstance(error, _TELLING) else ""
        yield "".join(traceback.format_tb(error.__traceback__)) + kind + message
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _by_route(record: logging.LogRecord, request: HttpRequest) -> None:
    """Django writes the address, which may hold the number of a client."""
    status = getattr(record, "status_code", None)
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else record.levelname.title()
    record.msg, record.args = "%s: %s %s", (phrase, request.method, route_of(request))


def _by_name(record: logging.LogRecord) -> None:
    """Celery writes the traceback into the message, with the words of the exception."""
    data: dict[str, Any] = record.data  # type: ignore[attr-defined]
    kind = type(record.exc_info[1]).__name__ if record.exc_info else record.levelname.lower()
    record.msg, record.args = "Task %s[%s]: %s", (data.get("name"), data.get("id"), kind)
