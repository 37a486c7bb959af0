"""Programs that call the API, each with a token of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from scoring import tokens
from tests.applications.factories import UserFactory


@pytest.fixture
def calling() -> Callable[[User], APIClient]:
    """Return a program that calls in somebody's name."""

    def call(user: User) -> APIClient:
        token, plain = tokens.issue_token(user=user, name="Tests", lifetime=timedelta(days=1))
        tokens.note_use(token=token, at=timezone.now())  # which is done once a minute at most
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
