"""A banker's way from the login to a decision and its reasons."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

import scoring.services
from applications import numbers
from applications.models import Decision, LoanApplication
from scoring.models import ClientFile
from tests.browser.conftest import fits_the_width, log_in

pytestmark = pytest.mark.browser


def test_a_known_client_gets_a_decision(
    page: Page, banker: User, champion: Any, known_client: ClientFile
) -> None:
    log_in(page, banker)
    page.get_by_role("link", name="New application").click()

    page.get_by_label("Client number").fill(str(known_client.client_id))
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text(f"Client {known_client.client_id} is on file")).to_be_visible()
    expect(page.locator("#on-file")).to_be_focused()
    expect(page.get_by_role("button", name="Look up")).to_be_enabled()
    amount = page.get_by_label("Loan amount")
    assert float(numbers.read(amount.input_value())) == known_client.application["AMT_CREDIT"]
    assert fits_the_width(page)

    page.get_by_role("button", name="Submit for a decision").click()
    expect(page.get_by_role("alert")).to_contain_text("Please mend this first")
    page.get_by_role("alert").get_by_role("link", name="Last name").click()
    expect(page.get_by_label("Last name")).to_be_focused()
    page.get_by_label("Last name").fill("Keller")
    page.get_by_label("First name").fill("Anna")

    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("is saved. You can finish it")).to_be_visible()
    assert LoanApplication.objects.get().is_draft

    page.get_by_role("button", name="Submit for a decision").click()
    expect(page.get_by_text("The reasons are being computed")).to_be_visible()
    decision = Decision.objects.select_related("prediction").get()
    expect(page.locator(".desk-pd")).to_contain_text(f"{100 * decision.prediction.pd:.1f}")
    expect(page.get_by_role("img", name="Probability that the loan is not repaid")).to_be_visible()

    scoring.services.explain(prediction_id=decision.prediction_id)
    expect(page.get_by_role("heading", name="Speaks for the loan")).to_be_visible()
    expect(page.get_by_role("heading", name="Speaks against it")).to_be_visible()
    expect(page.locator("[hx-trigger]")).to_have_count(0)
    assert fits_the_width(page)

    page.get_by_role("link", name="My applications").click()
    page.get_by_label("Search").fill("keller")
    expect(page.get_by_role("status").filter(has_text="1 application")).to_be_visible()
    page.get_by_label("Search").fill("nobody")
    expect(page.get_by_text("No application fits these filters")).to_be_visible()
    assert fits_the_width(page)


def test_the_keyboard_reaches_the_content_first(page: Page, banker: User) -> None:
    log_in(page, banker)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_dark_theme_is_remembered(page: Page, banker: User) -> None:
    log_in(page, banker)
    page.get_by_role("button", name="Dark theme").click()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark theme")).to_have_attribute("aria-pressed", "true")


def test_a_deleted_session_leads_to_the_login_page(page: Page, banker: User) -> None:
    log_in(page, banker)
    page.get_by_role("link", name="My applications").click()
    page.context.clear_cookies()
    page.get_by_label("Search").fill("keller")

    expect(page.get_by_label("User name")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
