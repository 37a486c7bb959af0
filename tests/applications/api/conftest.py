"""Programs that call the API, each with a token of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken
from rest_framework.test import APIClient

from tests.applications.factories import UserFactory


@pytest.fixture
def calling() -> Callable[[User], APIClient]:
    """Return a program that calls in somebody's name."""

    def call(user: User) -> APIClient:
        _token, plain = AuthToken.objects.create(user=user, expiry=timedelta(days=1))
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {plain}")
        return client

    return call


@pytest.fixture
def partner(db: None) -> User:
    return UserFactory(username="partner", role="Integrators")


@pytest.fixture
def api(partner: User, calling: Callable[[User], APIClient]) -> APIClient:
    """The partner's program."""
    return calling(partner)
