"""The web server: waitress, which lets go of nobody when it is told to stop."""

from __future__ import annotations

import select
import signal
import time
from types import FrameType
from typing import Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask

# How long a connection that asks for nothing is kept while stopping: a request may be on its way.
_LINGER_S = 1.0


class Server:
    """Answers requests until SIGTERM or SIGINT, then those it accepted; a second signal ends it.

    Parameters
    ----------
    most_bytes : int
        What a request may bring; 413 above.
    patience : float
        Seconds that requests under way may take once it was told to stop.

    Raises
    ------
    OSError
        If the port is not free.
    """

    def __init__(
        self,
        application: Any,
        *,
        host: str,
        port: int,
        threads: int,
        most_bytes: int,
        patience: float = 25,
    ) -> None:
        self._patience = patience
        self._stopping = False
        self._sockets: dict[int, Any] = {}
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(threads)
        waitress.create_server(
            application,
            map=self._sockets,
            _dispatcher=self._dispatcher,
            host=host,
            port=port,
            ident=None,
            max_request_body_size=most_bytes,
        )
        for listener in self._of(BaseWSGIServer):
            listener.channel_class = _Channel
            listener.draining = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def run(self) -> None:
        """Serve; return when it was told to stop and everybody has an answer."""
        while not self._stopping:
            self._poll(1)
        self._drain()
        self._dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._sockets, ignore_all=True)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        """Only a note: raised here, an exception could cut short the reading of a request."""
        self._stopping = True
        signal.signal(number, signal.SIG_DFL)
        for listener in self._of(BaseWSGIServer):
            listener.pull_trigger()  # wakes the loop

    def _drain(self) -> None:
        listeners = self._of(BaseWSGIServer)
        for listener in listeners:
            listener.draining = True
        while select.select([listener.socket for listener in listeners], [], [], 0)[0]:
            self._poll(0)
        for listener in listeners:
            wasyncore.dispatcher.close(listener)
        started = time.monotonic()
        while (waited := time.monotonic() - started) < self._patience:
            channels = self._of(HTTPChannel)
            if not channels or (waited > _LINGER_S and not any(map(_is_busy, channels))):
                return
            self._poll(0.05)

    def _poll(self, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._sockets, count=1)

    def _of(self, kind: type[Any]) -> list[Any]:
        return [found for found in list(self._sockets.values()) if isinstance(found, kind)]


class _Task(WSGITask):  # type: ignore[misc] # waitress has no types
    """Answers a request; the last one on its connection when the server stops."""

    def start(self) -> None:
        super().start()
        if self.channel.server.draining:
            self.set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    task_class = _Task


def _is_busy(channel: Any) -> bool:
    """Whether a request on it is being read, answered or sent."""
    return bool(channel.requests or channel.request or channel.total_outbufs_len)
