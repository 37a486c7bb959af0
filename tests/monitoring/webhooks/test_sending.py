"""Where messages may go, and how long they may take: tried on a real server."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from monitoring.webhooks import addresses, sending
from monitoring.webhooks.exceptions import AddressRefused, NoAnswer
from tests.monitoring.webhooks.receiver import Receiver, certificate, receiver


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def private(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True


def resolving_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Names resolve to these; addresses to themselves."""
    real = socket.getaddrinfo

    def answer(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return [
                (socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port))
                for one in found
            ]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.usefixtures("private")
def test_the_answer_is_told(there: Receiver) -> None:
    answer = sending.post(there.url("500"), body="{}", headers={"webhook-id": "msg_1"})
    assert (answer.status, answer.beginning) == (500, "seen\0")
    (path, headers, body) = there.arrived[0]
    assert (path, headers["webhook-id"], body) == ("500", "msg_1", "{}")
    assert headers["Host"] == f"127.0.0.1:{there.port}"


@pytest.mark.usefixtures("private")
def test_of_a_long_answer_the_beginning_is_read(there: Receiver) -> None:
    assert sending.post(there.url("large"), body="", headers={}).beginning == "x" * 2_000


@pytest.mark.usefixtures("private")
def test_redirects_are_not_followed(there: Receiver) -> None:
    assert sending.post(there.url("redirect"), body="", headers={}).status == 302
    assert [path for path, _headers, _body in there.arrived] == ["redirect"]


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("path", ["hang", "drip"])
def test_nobody_is_waited_for_without_end(
    there: Receiver, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(sending, "DEADLINE_S", 0.3)
    started = time.monotonic()
    with pytest.raises(NoAnswer, match="No full answer"):
        sending.post(there.url(path), body="", headers={})
    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("private")
def test_a_closed_port_is_told() -> None:
    with receiver() as gone:
        url = gone.url("200")
    with pytest.raises(NoAnswer, match="No connection"):
        sending.post(url, body="", headers={})


def test_an_unknown_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NoAnswer, match=r"nowhere\.example is not known"):
        sending.post("https://nowhere.example/", body="", headers={})


# --- where to ----------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - refused
        "10.0.0.1",
        "172.16.5.5",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a00:1::",
        "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_nothing_is_sent_inside(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert not addresses.is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused, match="public internet"):
        sending.post(f"https://{host}/", body="", headers={})
    # Behind a name, and beside an address that is fine.
    resolving_to(monkeypatch, "93.184.216.34", address)
    with pytest.raises(AddressRefused, match="public internet"):
        sending.post("https://sneaky.example/", body="", headers={})


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are(address: str) -> None:
    assert addresses.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_no_spelling_of_an_inner_address_helps(host: str) -> None:
    with pytest.raises((AddressRefused, NoAnswer)):
        sending.post(f"https://{host}/", body="", headers={})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https://user@hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:port/",
        "https://[::1",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        addresses.parse(url)


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, there: Receiver, settings: Settings
) -> None:
    """A name that resolves to something else the second time does not matter."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    asked: list[str] = []
    resolving_to(monkeypatch, "127.0.0.1")
    patched = socket.getaddrinfo

    def noting(host: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return patched(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    sending.post(f"http://hooks.example:{there.port}/200", body="", headers={})
    assert asked.count("hooks.example") == 1
    assert there.arrived[0][1]["Host"] == f"hooks.example:{there.port}"


# --- TLS ---------------------------------------------------------------------
@pytest.fixture
def secured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    pem = certificate(tmp_path, "hooks.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    resolving_to(monkeypatch, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with receiver(context) as running:
        yield running


def test_the_certificate_is_the_names(secured: Receiver) -> None:
    url = f"https://hooks.example:{secured.port}/200"
    assert sending.post(url, body="", headers={}).status == 200


def test_a_certificate_of_another_name_is_refused(secured: Receiver) -> None:
    with pytest.raises(NoAnswer, match="No connection"):
        sending.post(f"https://other.example:{secured.port}/200", body="", headers={})
    assert not secured.arrived


def test_a_certificate_nobody_vouches_for_is_refused(
    secured: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, "elsewhere.example")))
    with pytest.raises(NoAnswer, match="No connection"):
        sending.post(f"https://hooks.example:{secured.port}/200", body="", headers={})


def test_over_tls_the_deadline_holds_as_well(
    secured: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "DEADLINE_S", 0.3)
    for path in ("hang", "drip"):
        with pytest.raises(NoAnswer, match="No full answer"):
            sending.post(f"https://hooks.example:{secured.port}/{path}", body="", headers={})
