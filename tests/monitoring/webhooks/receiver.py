"""A receiver of webhooks: a real HTTP server on this machine that behaves as its path says."""

from __future__ import annotations

import base64
import hmac
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Receiver:
    """What arrived, as (path, headers, body)."""

    port: int = 0
    arrived: list[tuple[str, Message, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run one; `/200` and the like answer with that status, others as their name says."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            path = self.path.strip("/")
            state.arrived.append((path, self.headers, self.rfile.read(length).decode()))
            if path == "hang":
                state.released.wait(timeout=10)
            elif path == "drip":
                self._drip()
            elif path == "redirect":
                self.send_response(302)
                self.send_header("Location", state.url("200"))
                self.end_headers()
            else:
                self.send_response(int(path) if path.isdigit() else 200)
                self.end_headers()
                self.wfile.write(b"x" * 100_000 if path == "large" else b"seen\0")

        def _drip(self) -> None:
            """A byte at a time, each in time, for ever."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            try:
                while not state.released.wait(timeout=0.02):
                    self.wfile.write(b"a")
            except OSError:
                state.released.set()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def is_authentic(secret: str, headers: Message, body: str) -> bool:
    """What a receiver checks, written from the Standard Webhooks specification."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content.encode(), "sha256").digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split()


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name` with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
