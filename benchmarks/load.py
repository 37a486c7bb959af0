"""Load on an HTTP service: requests per second and how long each took, over open connections.

A hand-written client, since a library's would take longer than the answers it measures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import SplitResult, urlsplit

import numpy as np


@dataclass(frozen=True)
class Load:
    """What a service did under load.

    Attributes
    ----------
    milliseconds : array of float, shape (n_requests,)
        From sending a request to having its whole answer.
    seconds : float
        From the first request to the last answer.
    failures : list of str
        Status and beginning of each answer that was not the one expected.
    """

    milliseconds: np.ndarray
    seconds: float
    failures: list[str]

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds that `share` percent of the requests took at most."""
        return float(np.percentile(self.milliseconds, share))


def run(
    url: str,
    bodies: Sequence[object],
    *,
    connections: int,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    expected: int = 200,
) -> Load:
    """Post bodies in turn over as many connections for a time.

    Parameters
    ----------
    url : str
        Where to post to, `http://host:port/path`.
    bodies : sequence
        What is sent as JSON, again from the start when they are used up.
    seconds : float
        After that nothing more is sent.
    expected : int
        Status of a good answer.
    """
    requests = _requests(url, bodies, headers or {})
    return asyncio.run(_run(urlsplit(url), requests, connections, seconds, expected))


async def _run(
    parts: SplitResult,
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    expected: int,
) -> Load:
    took: list[float] = []
    failures: list[str] = []
    started = time.perf_counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.perf_counter() - started < seconds:
            sent = time.perf_counter()
            writer.write(next(requests))
            status, body = await read_answer(reader)
            took.append((time.perf_counter() - sent) * 1000)
            if status != expected:
                failures.append(f"{status} {body[:200]!r}")
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return Load(np.array(took), time.perf_counter() - started, failures)


def _requests(url: str, bodies: Sequence[object], headers: Mapping[str, str]) -> Iterator[bytes]:
    parts = urlsplit(url)
    head = "".join(
        f"{name}: {value}\r\n"
        for name, value in {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            **headers,
        }.items()
    )
    written = [json.dumps(body).encode() for body in bodies]
    ready = [
        f"POST {parts.path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        for body in written
    ]
    return (ready[index % len(ready)] for index in count())


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer on a connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    status = int(lines[0].split()[1])
    for line in lines:
        if line.startswith(b"content-length:"):
            return status, await reader.readexactly(int(line.split(b":")[1]))
    if b"transfer-encoding: chunked" in lines:
        return status, await _chunks(reader)
    return status, b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body
