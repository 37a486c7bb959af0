"""What `deploy/` and `docs/deploy.md` say is what the settings read and the commands are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SITE = ("migrate", "web", "worker", "beat")
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
READ = set(
    re.findall(
        r'(?:env\.\w+|_rate)\(\s*"([A-Z_]+)"', (ROOT / "scoring_site/settings.py").read_text()
    )
)
# Read by PostgreSQL's client, and by MLflow while training.
READ_BY_OTHERS = {"PGOPTIONS", "MLFLOW_TRACKING_URI"}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN"}


def test_the_guide_lists_every_variable_that_is_read_and_no_other() -> None:
    table = (ROOT / "docs/deploy.md").read_text()
    cells = re.findall(r"^\| (`[A-Z_`, ]+) \|", table, re.MULTILINE)
    listed = set(re.findall(r"[A-Z_]{2,}", " ".join(cells)))
    assert listed - READ_BY_OTHERS == READ - {"TEST_DATABASE"}


@pytest.mark.parametrize("name", SITE)
def test_the_site_gets_only_variables_that_are_read(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= READ | READ_BY_OTHERS


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_compose_names_what_exists(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(
        COMPOSE["volumes"]
    )
    if name not in {"migrate", "beat"}:  # one ends, the other answers nobody
        assert service["healthcheck"]["test"]
    _check_command(" ".join(service.get("command", [])))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_start_what_exists(unit: Path) -> None:
    text = unit.read_text()
    [command] = re.findall(r"^ExecStart=/srv/credit-desk/.venv/bin/(.*)$", text, re.MULTILINE)
    _check_command(command)
    assert set(re.findall(r"^Environment=(\w+)=", text, re.MULTILINE)) <= READ


def test_there_is_a_unit_for_every_process() -> None:
    assert [unit.name for unit in UNITS] == [
        "credit-desk-beat.service",
        "credit-desk-web@.service",
        "credit-desk-worker.service",
    ]


def test_no_secret_is_written_down() -> None:
    for path in (ROOT / "deploy").rglob("*"):
        if path.is_file():
            text = path.read_text()
            for name in SECRETS:
                for value in re.findall(rf"^\s*{name}:\s*(\S+)", text, re.MULTILINE):
                    assert value == f"${{{name}:?}}", path


def test_a_stop_is_waited_for_longer_than_requests_may_take() -> None:
    assert int(SERVICES["web"]["stop_grace_period"].rstrip("s")) > 25
    [unit] = [unit for unit in UNITS if "web" in unit.name]
    [limit] = re.findall(r"TimeoutStopSec=(\d+)", unit.read_text())
    assert int(limit) > 25


def _check_command(command: str) -> None:
    for name in re.findall(r"manage\.py (\w+)", command):
        assert name in get_commands()
    for application, part in re.findall(r"celery -A (\w+) (\w+)", command):
        assert application == "scoring_site"
        assert part in {"worker", "beat"}
