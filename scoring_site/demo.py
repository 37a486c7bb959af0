"""The demo: made-up data, a champion trained on it, accounts to log in with.

Every step looks first whether it was done before, so that a start that was interrupted goes
on where it stopped, and a second start does nothing.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import polars as pl
from django.contrib.auth.models import Group, User
from django.db import transaction
from knox.settings import knox_settings

import ml.synthesis
from ml.choosing import Options
from ml.progress import Step
from ml.tables import open_tables
from ml.training import train
from scoring import services, tokens
from scoring.materialising import materialise
from scoring.models import ClientFile, ModelVersion

APPLICANTS = 20_000
SEED = 20
ACCOUNTS = {
    "banker": "Bankers",
    "banker2": "Bankers",
    "banker3": "Bankers",
    "manager": "Managers",
    "manager2": "Managers",
    "admin": "Administrators",
}


def prepare(*, state: Path, progress: Step) -> None:
    """Make the tables, train and activate the champion, bring the clients on file."""
    data, bundle = state / "demo-data", state / "demo-bundle"
    if not ModelVersion.objects.champions().exists():
        if not data.exists():
            ml.synthesis.synthesize(
                applicants=APPLICANTS,
                out=data,
                seed=SEED,
                format="parquet",
                progress=lambda done, of: progress("Making demo data", done, of),
            )
        if not bundle.exists():
            train(open_tables(data), bundle, Options(seed=SEED, quick=True), progress=progress)
        services.activate_model(version=services.register_model(bundle_path=bundle))
    if not ClientFile.objects.exists():
        materialise(
            tables=open_tables(data),
            progress=lambda done, of: progress("Bringing clients on file", done, of),
        )


def outcomes(state: Path) -> dict[int, bool]:
    """Whether the loan of each labelled client of the demo was not repaid."""
    labelled = pl.scan_parquet(state / "demo-data" / "application_train.parquet")
    rows = labelled.select("SK_ID_CURR", "TARGET").collect().iter_rows()
    return {client: bool(target) for client, target in rows}


def accounts(*, url: str, path: Path) -> dict[str, Any]:
    """Create the demo accounts and an API token once; return what `path` says of them."""
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if not known:
        known = _create_accounts()
    known = {"url": url, **{key: known[key] for key in ("accounts", "api_token")}}
    _write(path, known)
    return known


@transaction.atomic
def _create_accounts() -> dict[str, Any]:
    made = {}
    for username, role in ACCOUNTS.items():
        password = secrets.token_urlsafe(9)
        user, _created = User.objects.get_or_create(username=username)
        user.first_name, user.last_name = username.capitalize(), "Demo"
        user.is_staff = role == "Administrators"
        user.is_superuser = role == "Administrators"
        user.set_password(password)
        user.save()
        user.groups.set([Group.objects.get(name=role)])
        made[username] = {"username": username, "password": password}
    partner, _created = User.objects.get_or_create(username="partner-system")
    partner.set_unusable_password()
    partner.save()
    partner.groups.set([Group.objects.get(name="Integrators")])
    _token, plain = tokens.issue_token(user=partner, name="Demo", lifetime=knox_settings.TOKEN_TTL)
    return {"accounts": made, "api_token": plain}


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file at once; it holds passwords, so nobody else may read it."""
    scratch = path.with_suffix(".tmp")
    scratch.touch(mode=0o600)
    scratch.write_text(json.dumps(content, indent=2) + "\n")
    scratch.replace(path)
