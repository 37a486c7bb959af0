"""Scores under load for minutes, through a stop and a crash: `python -m benchmarks.endurance`.

    python -m benchmarks.endurance --state var                    # a copy of what `make run` made
    python -m benchmarks.endurance --url http://127.0.0.1:8000    # a site that runs already

Every request has an Idempotency-Key and is sent again under it until it is acknowledged. A site
started here is ended with TERM at 40 % of the time and with KILL at 70 %, and started again. In
the end every acknowledged score must be in the database exactly once, and nothing else. Of a site
given by its address the environment must name the database (`DATABASE_URL` or `VAR_DIR`), and its
`API_RATE` must allow the load; it is not ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

import numpy as np

from benchmarks.load import read_answer
from benchmarks.sites import free_port

_ROOT: Final = Path(__file__).parents[1]
_PATH: Final = "/api/v1/scores/"
_TERM_AT: Final = 0.4
_KILL_AT: Final = 0.7
_PATIENCE_S: Final = 60
_GIVE_UP_S: Final = 120  # after the end, for what is not acknowledged yet
_ANSWER_WITHIN_S: Final = 30
_SHOWN: Final = 5


@dataclass
class Told:
    """What the site acknowledged, and what went wrong."""

    scores: dict[str, str] = field(default_factory=dict)  # id by key
    milliseconds: list[float] = field(default_factory=list)
    interruptions: int = 0
    errors: list[str] = field(default_factory=list)
    unacknowledged: list[str] = field(default_factory=list)


class Site:
    """`manage.py serve` on the state of a demo, to be ended and started again."""

    def __init__(self, state: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = state / "site.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; return when it is ready to score."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=_ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        given_up = time.monotonic() + _PATIENCE_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > given_up:
                raise RuntimeError(f"The site did not start; see {self._log}.")
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> float:
        """End it with a signal; return how many seconds that took."""
        if self._process is None or self._process.poll() is not None:
            return 0.0
        started = time.monotonic()
        self._process.send_signal(number)
        self._process.wait(_PATIENCE_S)
        return time.monotonic() - started

    def megabytes(self) -> float:
        """Memory that its process holds now."""
        assert self._process is not None  # noqa: S101 - it was started
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def _is_ready(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
        return False


def main() -> int:
    """Run it; 0 only if nothing was lost, doubled or answered with an error."""
    asked = _arguments()
    if asked.url:
        return _endure(asked.url, None, asked.minutes * 60, asked.connections)
    with _copy(asked.state) as state:
        site = Site(state)
        site.start()
        try:
            return _endure(site.url, site, asked.minutes * 60, asked.connections)
        finally:
            site.end(signal.SIGTERM)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--state", type=Path, default=_ROOT / "var", help="VAR_DIR of a demo.")
    parser.add_argument("--url", help="A site that runs already, http://host:port.")
    return parser.parse_args()


@contextmanager
def _copy(state: Path) -> Iterator[Path]:
    """A copy of the state, which the site and this process use from here on."""
    if not (state / "desk.sqlite3").exists():
        raise SystemExit(f"{state} holds no desk.sqlite3. Run `make run` once, or name --state.")
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "state"
        unneeded = shutil.ignore_patterns("demo-*", "mlruns", "mlflow.db", "*.log")
        shutil.copytree(state, copy, ignore=unneeded)
        os.environ.update(
            VAR_DIR=str(copy), DEMO="1", API_RATE="100000000/min", PYTHONUNBUFFERED="1"
        )
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("REDIS_URL", None)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=_ROOT, check=True
        )
        yield copy


def _endure(url: str, site: Site | None, seconds: float, connections: int) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scoring_site.settings")
    import django  # noqa: PLC0415 - after the environment

    django.setup()
    user, token = _caller()
    told = Told()
    asyncio.run(_run(url, token, told, site=site, seconds=seconds, connections=connections))
    wrong = _compare(user, told)
    _print(told, seconds)
    for line in wrong:
        print(f"WRONG: {line}")  # noqa: T201 - its answer
    if not wrong:
        print("Every acknowledged score is in the database exactly once.")  # noqa: T201
    return 1 if wrong else 0


def _caller() -> tuple[int, str]:
    """An account of this run alone, so that its scores can be told from all others."""
    from django.contrib.auth.models import Group, User  # noqa: PLC0415 - after the setup
    from django.db import connection  # noqa: PLC0415

    from scoring import tokens  # noqa: PLC0415

    user = User.objects.create_user(f"endurance-{uuid4().hex[:12]}")
    user.groups.add(Group.objects.get(name="Integrators"))
    _token, plain = tokens.issue_token(user=user, name="Endurance", lifetime=timedelta(days=1))
    connection.close()  # nothing is held while the site works
    return user.pk, plain


async def _run(
    url: str, token: str, told: Told, *, site: Site | None, seconds: float, connections: int
) -> None:
    parts = urlsplit(url)
    end = time.monotonic() + seconds
    senders = [_send(parts, token, told, number, end) for number in range(connections)]
    disturbing = [asyncio.to_thread(_disturb, site, seconds)] if site else []
    await asyncio.gather(*senders, *disturbing)


def _disturb(site: Site, seconds: float) -> None:
    started = time.monotonic()
    for share, number in ((_TERM_AT, signal.SIGTERM), (_KILL_AT, signal.SIGKILL)):
        time.sleep(max(0.0, started + share * seconds - time.monotonic()))
        held = site.megabytes()
        took = site.end(number)
        again = time.monotonic()
        site.start()
        print(  # noqa: T201 - its progress
            f"{number.name} after {again - started - took:.0f} s at {held:.0f} MB: "
            f"ended in {took:.1f} s, ready again in {time.monotonic() - again:.1f} s",
            flush=True,
        )
    time.sleep(max(0.0, started + seconds - time.monotonic() - 1))
    print(f"at the end {site.megabytes():.0f} MB", flush=True)  # noqa: T201


async def _send(parts: SplitResult, token: str, told: Told, number: int, end: float) -> None:
    """One connection: a score after the other, each until it is acknowledged."""
    connection = None
    while time.monotonic() < end:
        key = str(uuid4())
        request = _request(parts, token, key, len(told.scores) + number)
        while key not in told.scores:
            if time.monotonic() > end + _GIVE_UP_S:
                told.unacknowledged.append(key)
                break
            try:
                connection = connection or await asyncio.open_connection(parts.hostname, parts.port)
                await _once(connection, request, key, told)
            except (OSError, EOFError, TimeoutError):  # it was ended, or is not up again
                told.interruptions += connection is not None
                _close(connection)
                connection = None
                await asyncio.sleep(0.05)
    _close(connection)


async def _once(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    request: bytes,
    key: str,
    told: Told,
) -> None:
    reader, writer = connection
    sent = time.perf_counter()
    writer.write(request)
    status, body = await asyncio.wait_for(read_answer(reader), _ANSWER_WITHIN_S)
    if status != 201:
        told.errors.append(f"{status} {body[:200]!r}")
        await asyncio.sleep(0.05)
        return
    told.milliseconds.append((time.perf_counter() - sent) * 1000)
    told.scores[key] = json.loads(body)["id"]


def _close(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None) -> None:
    if connection is not None:
        connection[1].close()


def _request(parts: SplitResult, token: str, key: str, number: int) -> bytes:
    application = {
        "AMT_CREDIT": 100_000 + number % 900_000,
        "AMT_INCOME_TOTAL": 180_000,
        "DAYS_BIRTH": -8_000 - number % 15_000,
    }
    body = json.dumps({"application": application}).encode()
    head = (
        f"POST {_PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: Token {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _compare(user: int, told: Told) -> list[str]:
    """What the database holds otherwise than it was acknowledged."""
    from monitoring.models import Prediction  # noqa: PLC0415 - after the setup
    from scoring.api.idempotency import digest  # noqa: PLC0415
    from scoring.models import KeptAnswer  # noqa: PLC0415

    acknowledged = set(told.scores.values())
    stored = [
        str(key)
        for key in Prediction.objects.filter(requested_by=user).values_list("pk", flat=True)
    ]
    kept = set(KeptAnswer.objects.values_list("pk", flat=True))
    keys = {digest(user, _PATH, key) for key in told.scores}
    found = {
        "scores acknowledged but not stored": len(acknowledged - set(stored)),
        "scores stored but never acknowledged": len(set(stored) - acknowledged),
        "keys that share a score": len(told.scores) - len(acknowledged),
        "keys acknowledged but not kept": len(keys - kept),
        "requests never acknowledged": len(told.unacknowledged),
        "answers that were errors": len(told.errors),
    }
    wrong = [f"{count} {what}" for what, count in found.items() if count]
    return [*wrong, *told.errors[:_SHOWN]] if acknowledged else ["nothing was scored", *wrong]


def _print(told: Told, seconds: float) -> None:
    took = np.array(told.milliseconds or [0.0])
    p50, p95, p99 = np.percentile(took, [50, 95, 99])
    print(  # noqa: T201 - its answer
        f"{len(told.scores):,} scores acknowledged in {seconds / 60:.1f} min, "
        f"{len(told.scores) / seconds:.0f} a second\n"
        f"milliseconds: median {p50:.0f}, 95 % {p95:.0f}, 99 % {p99:.0f}, most {took.max():.0f}\n"
        f"sent again after an interruption: {told.interruptions}; errors: {len(told.errors)}"
    )


if __name__ == "__main__":
    sys.exit(main())
