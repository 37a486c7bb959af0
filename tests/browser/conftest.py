"""A real Chromium, and people to log in with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.applications.factories import UserFactory

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Chromium reports the status of a form with errors, and a connection that a test cuts.
_MEANT = re.compile(r"status of (409|422)|ERR_INTERNET_DISCONNECTED|^htmx:(afterRequest|sendError)")
PASSWORD = "a-long-enough-secret"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"There is no Chromium at {CHROMIUM}; name one with CHROMIUM=/path/to/it.")
    # Playwright runs an event loop in this thread; the tests use the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=[1280, 390], ids=["desktop", "phone"])
def page(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Page]:
    """An empty page; what its console complains of fails the test."""
    context = chromium.new_context(
        viewport={"width": request.param, "height": 900}, base_url=live_server.url
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: _note(message, complaints))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in {"error", "warning"} and not _MEANT.search(message.text):
        complaints.append(message.text)


@pytest.fixture
def roles(transactional_db: None) -> None:
    """The groups again, which emptying the database after each such test takes away."""
    import_module("applications.migrations.0009_batch_rights").create_roles(apps, None)


@pytest.fixture
def banker(roles: None) -> User:
    return person("banker", "Bankers")


@pytest.fixture
def manager(roles: None) -> User:
    return person("manager", "Managers")


def person(username: str, role: str) -> User:
    """Somebody who can log in; ask for `roles` first."""
    return UserFactory(
        username=username,
        first_name=username.title(),
        role=role,
        password=make_password(PASSWORD),
    )


def log_in(page: Page, user: User) -> None:
    page.goto("/")
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name=f"Welcome, {user.first_name}").wait_for()


def fits_the_width(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"))
