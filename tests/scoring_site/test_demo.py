"""Demo accounts: made once, written where only their owner reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from scoring_site import demo

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("champion")
def test_accounts_can_log_in_and_the_token_works(tmp_path: Path) -> None:
    known = demo.accounts(url="http://127.0.0.1:1/", path=tmp_path / "demo.json")
    for account in known["accounts"].values():
        assert Client().login(**account)
    token = {"HTTP_AUTHORIZATION": f"Token {known['api_token']}"}
    assert Client().get("/api/v1/models/champion/", **token).status_code == 200


def test_a_second_start_keeps_them_and_follows_the_address(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    first = demo.accounts(url="http://127.0.0.1:1/", path=path)
    second = demo.accounts(url="http://127.0.0.1:2/", path=path)
    assert second == {**first, "url": "http://127.0.0.1:2/"}
    assert json.loads(path.read_text()) == second
    assert User.objects.count() == 7


def test_nobody_else_reads_the_passwords(tmp_path: Path) -> None:
    demo.accounts(url="", path=tmp_path / "demo.json")
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0


def test_demo_accounts_are_made_on_demand_only() -> None:
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("desk")
