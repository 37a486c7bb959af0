"""Tokens: whom they act for, what that costs, when they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from scoring import tokens
from scoring.models import TokenRecord
from tests.scoring.factories import partner

pytestmark = pytest.mark.django_db
URL = "/api/v1/tokens/current/"
GUARDED = "/api/v1/webhooks/"


def client_with(plain: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {plain}")
    return client


def issue(user: User, lifetime: timedelta = timedelta(days=30)) -> tuple[AuthToken, APIClient]:
    token, plain = tokens.issue_token(user=user, name="Branch system", lifetime=lifetime)
    return token, client_with(plain)


def test_a_token_says_who_it_is_and_until_when() -> None:
    token, api = issue(partner())
    told = api.get(URL).json()
    assert told["user"] == "partner"
    assert told["roles"] == ["Integrators"]
    assert told["rights"] == [
        "applications.file_application",
        "monitoring.add_loanoutcome",
        "scoring.request_score",
        "scoring.score_batch",
    ]
    assert told["token"]["name"] == "Branch system"
    assert told["token"]["begins_with"] == token.token_key
    assert told["token"]["expires_at"].startswith(f"{token.expiry:%Y-%m-%dT%H:%M}")


def test_a_session_has_no_token(client: Any) -> None:
    client.force_login(partner())
    assert client.get(URL).json()["token"] is None


def test_authentication_and_rights_cost_a_query_each(
    django_assert_num_queries: Any,
) -> None:
    user = partner()
    user.groups.add(Group.objects.get(name="Bankers"), Group.objects.get(name="Managers"))
    user.user_permissions.add(Permission.objects.get(codename="view_prediction"))
    AuthToken.objects.create(user=user, expiry=timedelta(seconds=-1))
    _token, api = issue(user)
    api.get(GUARDED)  # notes the first use
    with django_assert_num_queries(2):  # token, user and record; rights of user and groups
        assert api.get(GUARDED).status_code == 403


def test_own_rights_count_beside_those_of_groups() -> None:
    user = partner()
    _token, api = issue(user)
    assert api.get(GUARDED).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="manage_webhooks"))
    assert api.get(GUARDED).status_code == 200


def test_a_right_taken_away_is_gone_at_once() -> None:
    _token, api = issue(partner("root", "Administrators"))
    assert api.get(GUARDED).status_code == 200
    User.objects.get(username="root").groups.clear()
    assert api.get(GUARDED).status_code == 403


def test_a_revoked_token_is_refused_at_once() -> None:
    token, api = issue(partner())
    assert api.get(URL).status_code == 200
    token.delete()
    assert api.get(URL).status_code == 401
    assert not TokenRecord.objects.exists()


def test_a_token_of_a_closed_account_is_refused() -> None:
    user = partner()
    _token, api = issue(user)
    user.is_active = False
    user.save()
    assert api.get(URL).status_code == 401


def test_an_ended_token_is_refused_and_stays_for_administrators() -> None:
    token, api = issue(partner(), timedelta(seconds=-1))
    assert api.get(URL).status_code == 401
    assert AuthToken.objects.filter(pk=token.pk).exists()


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token é", "Token " + "x" * 5000])
def test_malformed_tokens_are_refused(header: str) -> None:
    answer = APIClient().get(URL, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_use_is_noted_once_a_minute(django_assert_num_queries: Any) -> None:
    token, api = issue(partner())
    record = TokenRecord.objects.get(pk=token.pk)
    assert record.last_used_at is None
    api.get(GUARDED)
    record.refresh_from_db()
    first = record.last_used_at
    assert first is not None
    assert timezone.now() - first < timedelta(seconds=10)
    api.get(GUARDED)
    record.refresh_from_db()
    assert record.last_used_at == first

    TokenRecord.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    api.get(GUARDED)
    record.refresh_from_db()
    assert record.last_used_at is not None
    assert timezone.now() - record.last_used_at < timedelta(seconds=10)


def test_a_token_made_without_a_record_gets_one() -> None:
    token, plain = AuthToken.objects.create(user=partner())
    assert client_with(plain).get(URL).json()["token"]["name"] == ""
    assert TokenRecord.objects.get(pk=token.pk).last_used_at is not None
