"""Settings refuse what is malformed, and production what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.scoring_site.interpreter import run

PRODUCTION = {"SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "desk.example"}


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "import scoring_site.settings as s; print(s.DEBUG, s.DATABASES['default']['ENGINE'])"
    return run(code, tmp_path, **environment)


def test_production_starts_with_a_key_and_hosts(tmp_path: Path) -> None:
    result = start(tmp_path, **PRODUCTION)
    assert result.stdout.split() == ["False", "django.db.backends.sqlite3"]


def test_a_developers_machine_needs_nothing(tmp_path: Path) -> None:
    assert start(tmp_path, DEBUG="1").stdout.startswith("True")


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    result = start(tmp_path, **given)
    assert result.returncode != 0
    assert f"{missing} is not set" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("HTTPS", "so-so"),
        ("PORT", "http"),
        ("PORT", "99999"),
        ("LOG_LEVEL", "LOUD"),
        ("API_TOKEN_DAYS", "0"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://localhost/desk"),
        ("REDIS_URL", "localhost"),
        ("API_RATE", "many"),
        ("API_ANONYMOUS_RATE", "0/min"),
        ("IDEMPOTENCY_HOURS", "0"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example/path"),
    ],
)
def test_malformed_values_are_named(tmp_path: Path, name: str, value: str) -> None:
    result = start(tmp_path, **PRODUCTION, **{name: value})
    assert result.returncode != 0
    assert name in result.stderr.splitlines()[-1]


def test_the_database_and_broker_follow_the_environment(tmp_path: Path) -> None:
    result = start(tmp_path, **PRODUCTION, DATABASE_URL="postgresql://a:b@host/desk")
    assert result.stdout.split()[1] == "django.db.backends.postgresql"


def test_collected_files_are_hashed_and_compressed(tmp_path: Path) -> None:
    collect = (
        "import sys; sys.argv = ['manage.py', 'collectstatic', '--no-input', '--verbosity', '0'];"
        "from django.core.management import execute_from_command_line as go; go(sys.argv)"
    )
    assert run(collect, tmp_path, **PRODUCTION).returncode == 0

    address = "import django; django.setup(); from django.templatetags.static import static"
    found = run(f"{address}; print(static('css/desk.css'))", tmp_path, **PRODUCTION).stdout.strip()

    assert found.startswith("/static/css/desk.")
    assert found != "/static/css/desk.css"
    assert (tmp_path / "static" / "css" / f"{Path(found).name}.gz").exists()
