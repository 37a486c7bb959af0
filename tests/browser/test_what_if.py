"""A banker's way from a refused loan to a counter-offer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from applications.models import LoanApplication
from monitoring.models import Prediction
from tests.applications.what_if import only_rules, submitted
from tests.browser.conftest import fits_the_width, log_in

pytestmark = pytest.mark.browser


@pytest.fixture
def refused(banker: User, champion: Any) -> LoanApplication:
    """A loan of 450,000 at 180,000 a month, where policy allows twice the income."""
    only_rules(maximum_loan_to_income={"outcome": "decline", "limit": 2.0})
    return submitted(banker)


def test_from_a_try_to_a_counter_offer(page: Page, banker: User, refused: LoanApplication) -> None:
    log_in(page, banker)
    page.goto(f"/applications/{refused.pk}/")
    page.get_by_role("link", name="Try other terms").click()
    page.wait_for_url("**/what-if/")  # and its scripts, so that nothing is typed too early
    expect(page.get_by_role("heading", name="Declined", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Make this the counter-offer")).to_be_disabled()
    assert fits_the_width(page)
    pd = page.locator(".desk-points")
    expect(pd).to_have_text("These are the terms as filed.")

    page.get_by_label("Loan amount").fill("300000")
    expect(pd).to_have_text(re.compile(r"[+−±]\d+\.\d\d points against"))
    expect(page.get_by_role("heading", name="Approved", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="PD")).to_contain_text("points")
    expect(page).to_have_url(re.compile("amount=300000"))
    shown = page.locator(".desk-pd strong").inner_text()

    page.get_by_label("Or the instalment").fill("1")
    expect(page.get_by_label("Instalments", exact=True)).to_have_value("")
    expect(page.get_by_label("Or the instalment")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_instalment_error")).to_contain_text("6 to 60 instalments")
    assert page.locator(".desk-pd strong").inner_text() == shown  # the last good result stays
    page.get_by_label("Instalments", exact=True).fill("36")
    expect(page.locator("#id_instalment_error")).to_be_empty()
    expect(page.get_by_label("Or the instalment")).not_to_have_attribute("aria-invalid", "true")

    largest = page.locator('[data-kind="amount"]')
    expect(largest).to_contain_text("Lend €360,000 instead of €450,000")
    largest.get_by_role("link", name="Look at it").click()
    expect(page.get_by_label("Loan amount")).to_have_value("360,000")
    expect(largest).to_contain_text("Shown above")
    assert Prediction.objects.count() == 1  # nothing is stored while trying
    assert fits_the_width(page)

    tried = page.locator(".desk-pd strong").inner_text()
    page.get_by_role("button", name="Make this the counter-offer").click()
    expect(page.get_by_text("is filed and decided")).to_be_visible()
    expect(page.locator(".desk-pd strong")).to_have_text(tried)
    made = refused.counter_offers.get()
    versions = page.get_by_role("navigation", name="Versions")
    expect(versions.get_by_role("link")).to_have_count(3)
    expect(versions.locator("[aria-current=page]")).to_contain_text(made.reference)
    assert fits_the_width(page)

    versions.get_by_role("link", name=refused.reference, exact=True).click()
    expect(page.get_by_role("heading", name="Declined", exact=True)).to_be_visible()
    expect(versions.locator("[aria-current=page]")).to_contain_text("As first filed")


def test_a_proposal_is_taken_with_one_click(
    page: Page, banker: User, refused: LoanApplication
) -> None:
    log_in(page, banker)
    page.goto(f"/applications/{refused.pk}/what-if/")
    card = page.locator('[data-kind="amount"]')
    expect(card).to_contain_text("Lend €360,000 instead of €450,000")

    card.get_by_role("button", name=re.compile("Offer this.*Lend €360,000")).click()

    expect(page.get_by_text("is filed and decided")).to_be_visible()
    made = refused.counter_offers.get()
    assert (made.amount, made.version) == (360_000.0, 2)
    page.goto(f"/applications/{refused.pk}/what-if/")
    expect(card.get_by_role("link", name=f"Offered: {made.reference}")).to_be_visible()
    expect(card.get_by_role("button")).to_have_count(0)


def test_a_second_tab_loses_nothing(page: Page, banker: User, refused: LoanApplication) -> None:
    log_in(page, banker)
    page.goto(f"/applications/{refused.pk}/what-if/?amount=300000&instalments=24")
    other = page.context.new_page()
    other.goto(f"/applications/{refused.pk}/what-if/?amount=360000&instalments=24")
    other.get_by_role("button", name="Make this the counter-offer").click()
    expect(other.get_by_text("is filed and decided")).to_be_visible()

    page.get_by_role("button", name="Make this the counter-offer").click()

    expect(page.get_by_text("was made in another window meanwhile")).to_be_visible()
    expect(page.get_by_label("Loan amount")).to_have_value("300,000")
    page.get_by_role("button", name="Make this the counter-offer").click()
    expect(page.get_by_text("is filed and decided")).to_be_visible()
    assert [one.amount for one in refused.counter_offers.order_by("version")] == [360_000, 300_000]


def test_by_keyboard_alone(page: Page, banker: User, refused: LoanApplication) -> None:
    log_in(page, banker)
    page.goto(f"/applications/{refused.pk}/what-if/")
    amount = page.get_by_label("Loan amount")
    amount.focus()
    amount.press("ControlOrMeta+a")
    page.keyboard.type("300000")
    said = page.get_by_role("status").filter(has_text="PD")
    said.evaluate("region => { region.dataset.same = 'yes' }")
    expect(said).to_contain_text("points")
    expect(said).to_have_attribute("data-same", "yes")  # its words are exchanged, not the region

    offer = page.get_by_role("button", name="Make this the counter-offer")
    offer.focus()
    page.get_by_label("Down payment").evaluate(
        "input => { input.value = 10000; input.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    expect(page.get_by_role("row", name="Lent")).to_contain_text("€290,000")
    expect(offer).to_be_focused()  # although what it stands in was exchanged
    page.keyboard.press("Enter")
    expect(page.get_by_text("is filed and decided")).to_be_visible()


def test_a_double_click_makes_one(page: Page, banker: User, refused: LoanApplication) -> None:
    log_in(page, banker)
    page.goto(f"/applications/{refused.pk}/what-if/?amount=360000&instalments=24")

    page.get_by_role("button", name="Make this the counter-offer").dblclick()

    expect(page.get_by_role("navigation", name="Versions")).to_be_visible()
    expect(page.locator("[aria-current=page]").first).to_be_visible()
    assert refused.counter_offers.count() == 1
