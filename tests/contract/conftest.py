"""A live site with something of every kind in it, and a token of every role."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ml.tables import Tables
from tests.scale.processes import ROOT, Web, running, until

ROLES = ("partner", "banker", "manager", "manager2", "admin", "nobody")


@dataclass(frozen=True)
class LiveSite:
    """Where the site answers, who may call it, and what is in it."""

    state: Path
    environment: dict[str, str]
    web: Web
    tokens: dict[str, str]
    ids: dict[str, list[str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Token {self.tokens[role]}"} if role in self.tokens else {}


@pytest.fixture(scope="session")
def live_site(
    champion_bundle: Path, synthetic_tables: Tables, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveSite]:
    """`manage.py serve` on SQLite, with its embedded background work."""
    state = tmp_path_factory.mktemp("live")
    clients = state / "clients"
    clients.mkdir()
    train = synthetic_tables.frames["application_train"].sort("SK_ID_CURR").head(200)
    train.collect().write_parquet(clients / "application_train.parquet")
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
        "VAR_DIR": str(state),
        "DEMO": "1",
        "API_RATE": "1000000/min",
        "API_ANONYMOUS_RATE": "1000000/min",
        "WEBHOOK_ALLOW_PRIVATE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    prepared = _prepare([str(champion_bundle), str(clients)], environment)
    web = Web(environment, state / "site.log")
    with running(web):
        until(lambda: web.says("answers on"), "the site")
        yield LiveSite(state, environment, web, prepared["tokens"], prepared["ids"])


def _prepare(arguments: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "tests.contract.world", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    prepared: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return prepared
