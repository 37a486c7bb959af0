"""What holds at every address, beyond what the schema can say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from knox.models import AuthToken
from rest_framework.test import APIClient

from tests.scoring.factories import partner

GENERAL = {
    "get": {"304", "400", "401", "403", "406", "429", "503"},
    "post": {"400", "401", "403", "406", "409", "413", "415", "422", "429", "503"},
    "patch": {"400", "401", "403", "406", "413", "415", "429", "503"},
    "delete": {"400", "401", "403", "406", "429", "503"},
}


@pytest.fixture
def api(db: None) -> APIClient:
    client = APIClient()
    user = partner(role="Administrators")
    user.groups.add(Group.objects.get(name="Bankers"))
    _token, plain = AuthToken.objects.create(user=user)
    client.credentials(HTTP_AUTHORIZATION=f"Token {plain}")
    return client


def test_the_schema_names_every_status_that_can_come() -> None:
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    for path, methods in made["paths"].items():
        for method, told in methods.items():
            usual = GENERAL[method] | ({"404"} if "{" in path else set())
            assert usual <= set(told["responses"]), f"{method} {path}"
            for code, answer in told["responses"].items():
                if code >= "400":
                    assert list(answer["content"]) == ["application/problem+json"], path


@pytest.mark.parametrize("name", ["api-applications", "api-webhooks", "api-score-batches"])
def test_options_names_the_methods(api: APIClient, name: str) -> None:
    answer = api.options(reverse(name))
    assert (answer.status_code, answer["Allow"]) == (204, "GET, POST, HEAD, OPTIONS")


@pytest.mark.parametrize("name", ["api-score-batches", "api-applications", "api-decisions"])
def test_a_cursor_that_nobody_gave(api: APIClient, name: str) -> None:
    answer = api.get(reverse(name), {"cursor": "made-up"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


@pytest.mark.django_db
def test_a_token_from_the_command_line() -> None:
    user, said = partner(), StringIO()
    call_command("issue_token", "partner", "--name", "Night run", "--days", "2", stdout=said)

    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {said.getvalue().strip()}")
    told = client.get("/api/v1/tokens/current/").json()
    assert (told["user"], told["token"]["name"]) == (user.username, "Night run")
    left = datetime.fromisoformat(told["token"]["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=1) < left <= timedelta(days=2)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [["nobody"], ["partner", "--days", "0"]])
def test_no_token_for_a_wrong_command(wrong: list[str]) -> None:
    partner()
    with pytest.raises(CommandError):
        call_command("issue_token", *wrong)
    assert not AuthToken.objects.exists()
