"""A site of several processes on PostgreSQL and Redis, made once for the tests of this folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import services
from tests.scale.processes import ROOT, Database, Process, Web, until

_PREPARE = """
import json, sys, django
django.setup()
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from knox.models import AuthToken

call_command("migrate", verbosity=0)
call_command("register_model", sys.argv[1], "--activate")
tokens = {}
for name in ("partner", "hasty"):
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name="Integrators"))
    tokens[name] = AuthToken.objects.create(user=user)[1]
banker = User.objects.create_user("banker", password="a-long-enough-secret", first_name="Berta")
banker.groups.add(Group.objects.get(name="Bankers"))
print(json.dumps(tokens))
"""


@dataclass
class Site:
    """Where its parts are, and how to start more of them."""

    state: Path
    environment: dict[str, str]
    database: Database
    redis: services.Redis
    tokens: dict[str, str]

    def web(self, name: str, **environment: str) -> Web:
        return Web({**self.environment, **environment}, self._log(name))

    def worker(self, name: str) -> Process:
        options = ["-m", "celery", "-A", "scoring_site", "worker", "--concurrency", "1"]
        return Process([*options, "-n", f"{name}@test"], self.environment, self._log(name))

    def beat(self) -> Process:
        schedule = self.state / "schedule"
        options = ["-m", "celery", "-A", "scoring_site", "beat", "--schedule", str(schedule)]
        return Process(options, self.environment, self._log("beat"))

    def manage(self, *arguments: str) -> str:
        """Run a command of the site; return what it says."""
        return _python(["manage.py", *arguments], self.environment)

    def celery(self, *arguments: str) -> str:
        """Run a command of Celery; return what it says."""
        return _python(["-m", "celery", "-A", "scoring_site", *arguments], self.environment)

    def _log(self, name: str) -> Path:
        return self.state / f"{name}.log"


@pytest.fixture(scope="session")
def site(champion_bundle: Path) -> Iterator[Site]:
    """A database with a champion and accounts, and a broker; no process of the site yet."""
    with services.folder() as state, services.postgres(state) as database:
        redis = services.Redis(state)
        redis.start()
        environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
            "VAR_DIR": str(state / "var"),
            "SECRET_KEY": "x" * 60,
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "0",
            "PYTHONUNBUFFERED": "1",
            "API_RATE": "40/min",
            "METRICS_TOKEN": "for-prometheus",
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
        }
        said = _python(["-c", _PREPARE, str(champion_bundle)], environment)
        tokens = json.loads(said.splitlines()[-1])
        yield Site(state, environment, Database(database), redis, tokens)
        redis.stop()


@pytest.fixture(scope="session")
def web(site: Site) -> Iterator[Web]:
    yield from _ready(site.web("web"), "answers on")


@pytest.fixture(scope="session")
def other_web(site: Site) -> Iterator[Web]:
    yield from _ready(site.web("other-web"), "answers on")


@pytest.fixture
def worker(site: Site) -> Iterator[Callable[[str], Process]]:
    """Start a worker by name; return when it takes tasks."""
    started: list[Process] = []

    def start(name: str) -> Process:
        process = site.worker(name)
        started.append(process)
        until(lambda: process.says("ready."), "a worker")
        return process

    yield start
    for process in started:
        process.kill()


def _ready(process: Web, words: str) -> Iterator[Web]:
    try:
        until(lambda: process.says(words), words)
        yield process
    finally:
        process.kill()


def _python(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
