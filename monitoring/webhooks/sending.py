"""One HTTP request to the address that was checked: no redirects, little time, a short answer."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from monitoring.webhooks.addresses import Target, parse, resolve
from monitoring.webhooks.exceptions import NoAnswer

CONNECT_S = 5.0
DEADLINE_S = 10.0  # for the whole answer, however slowly it drips
ANSWER_BYTES = 2_000
_ADDRESSES_TRIED = 3


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long."""

    status: int
    beginning: str
    duration_ms: int


def post(url: str, *, body: str, headers: Mapping[str, str]) -> Answer:
    """Send `body` and read the beginning of the answer.

    Raises
    ------
    AddressRefused
        If nothing may be sent there.
    NoAnswer
        If there was no answer in time.
    """
    started = time.monotonic()
    target = parse(url)
    connection = _connect(target, resolve(target))
    try:
        with _deadline(connection):
            connection.request(
                "POST",
                target.path,
                body=body.encode(),
                headers={**headers, "Host": target.netloc, "User-Agent": "credit-desk-webhooks/1"},
                preload_content=False,
            )
            response = connection.getresponse()
            beginning = response.read(ANSWER_BYTES, decode_content=False)
    finally:
        connection.close()
    return Answer(
        status=response.status,
        beginning=beginning.decode(errors="replace"),
        duration_ms=round(1000 * (time.monotonic() - started)),
    )


def _connect(target: Target, addresses: list[str]) -> HTTPConnection:
    """A connection to the first address that takes one; a certificate must be the name's."""
    failure: Exception | None = None
    for address in addresses[:_ADDRESSES_TRIED]:
        connection = _connection(target, address)
        try:
            connection.connect()
        except (HTTPError, OSError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise NoAnswer(_("No connection: %(reason)s") % {"reason": failure}) from failure


def _connection(target: Target, address: str) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=CONNECT_S)
    return HTTPSConnection(
        address,
        target.port,
        timeout=CONNECT_S,
        cert_reqs="CERT_REQUIRED",
        server_hostname=target.host,
    )


@contextmanager
def _deadline(connection: HTTPConnection) -> Iterator[None]:
    """End the conversation when its time is over; each read alone could go on for ever."""
    over = threading.Event()
    held = connection.sock

    def end() -> None:
        over.set()
        with suppress(OSError):  # it was closed meanwhile
            socket.socket.shutdown(held, socket.SHUT_RDWR)  # of the raw socket, below TLS

    held.settimeout(DEADLINE_S)
    timer = threading.Timer(DEADLINE_S, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        if not over.is_set() and not isinstance(error, TimeoutError):
            raise NoAnswer(_("The connection broke: %(reason)s") % {"reason": error}) from error
        over.set()
    finally:
        timer.cancel()
    if over.is_set():  # what was cut off may still look like an answer
        raise NoAnswer(_("No full answer within %(seconds)d seconds.") % {"seconds": DEADLINE_S})
