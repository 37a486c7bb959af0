"""Choosing French, with and without JavaScript, and going back to English."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import PASSWORD, fits_the_width

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("french")]


def test_a_banker_works_in_french(page: Page, banker: User) -> None:
    page.goto("/accounts/login/?next=/applications/%3Fstatus%3Ddraft")
    page.get_by_role("button", name="Français").click()
    page.get_by_label("Nom d’utilisateur").fill(banker.username)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()

    expect(page.get_by_role("heading", level=1, name="Mes demandes")).to_be_visible()
    expect(page).to_have_url("/applications/?status=draft")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert fits_the_width(page)
    brand, account = page.locator(".desk-brand"), page.locator(".desk-account")
    assert _top(account) < _top(brand) + 40, "the navigation breaks into two rows"

    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="My applications")).to_be_visible()
    expect(page).to_have_url("/applications/?status=draft")


def test_the_switch_needs_no_javascript(chromium: Browser, live_server: LiveServer) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    context.close()


def _top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]
