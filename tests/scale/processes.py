"""The site as it runs on several machines: web processes, a worker and a scheduler."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.scoring.factories import APPLICATION

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


class Process:
    """A process of the site, with all its children; its output goes to a file."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, *command],
                env=dict(environment),
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def is_running(self) -> bool:
        return self._popen.poll() is None

    def says(self, words: str) -> bool:
        """Whether its output holds these words; fails if it ended without them."""
        found = words in self.log.read_text()
        assert found or self.is_running(), self.log.read_text()[-3000:]
        return found

    def terminate(self) -> int:
        """Ask it to stop; return how it ended."""
        self._popen.send_signal(signal.SIGTERM)
        return self._popen.wait(PATIENCE_S)

    def kill(self) -> None:
        """End it and its children at once."""
        if self.is_running():
            os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait(PATIENCE_S)


class Web(Process):
    """`manage.py serve` on a port of its own."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__(["manage.py", "serve", "--port", str(self.port)], environment, log)

    def ask(
        self, method: str, path: str, body: Any = None, timeout: float = 30, **headers: str
    ) -> Answer:
        """Send one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            return ask(connection, method, path, body, headers)
        finally:
            connection.close()

    def score(self, token: str, timeout: float = 30) -> Answer:
        """Ask for a score over REST."""
        return self.ask(
            "POST",
            "/api/v1/scores/",
            {"application": APPLICATION},
            timeout,
            Authorization=f"Token {token}",
        )


class Answer:
    """What came back: status, headers and body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.closes = response.will_close
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: Any,
    headers: Mapping[str, str],
) -> Answer:
    """Send a request, with a JSON body if there is one."""
    data = body if body is None or isinstance(body, str) else json.dumps(body)
    kind = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
    connection.request(method, path, data, {"Content-Type": kind, **headers})
    return Answer(connection.getresponse())


class Database:
    """What the database holds, read past the site."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def explanation(self, prediction: str) -> tuple[Any, ...]:
        """Its status, and when it was finished; there is no row before."""
        found = self.ask(
            "SELECT status, finished_at FROM scoring_explanation WHERE prediction_id = %s",
            prediction,
        )
        return found[0] if found else ("pending", None)


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    given_up = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < given_up, f"Waited in vain for: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """End processes with the block, however it ends."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
