"""Personas of the desk, logged in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.applications.factories import UserFactory


@pytest.fixture
def banker(db: None) -> User:
    return UserFactory(username="banker", role="Bankers")


@pytest.fixture
def other_banker(db: None) -> User:
    return UserFactory(username="other_banker", role="Bankers")


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory(username="manager", role="Managers")


@pytest.fixture
def other_manager(db: None) -> User:
    return UserFactory(username="other_manager", role="Managers")


@pytest.fixture
def no_role(db: None) -> User:
    return UserFactory(username="no_role")


@pytest.fixture
def logged_in() -> Callable[[User], Client]:
    """Return a browser in which a user is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in
