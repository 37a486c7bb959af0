"""From a simulation to a proposal, another manager's approval, and a decision by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from applications.models import Decision, WatchListEntry
from applications.services import filing
from scoring.models import Strategy
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.browser.conftest import fits_the_width, log_in, person

pytestmark = pytest.mark.browser


@pytest.fixture
def second_manager(roles: None) -> User:
    return person("claire", "Managers")


def _log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("User name").wait_for()


def test_from_a_simulation_to_a_decision(
    page: Page, banker: User, manager: User, second_manager: User, champion: Any
) -> None:
    for pd in (0.02, 0.05, 0.30):
        DecisionFactory(prediction__pd=pd, application__filed_by=banker)
    log_in(page, manager)
    page.get_by_role("link", name="Cut-offs").click()
    expect(page.get_by_text("the model’s own cut-offs decide")).to_be_visible()
    assert fits_the_width(page)

    page.get_by_role("link", name="Simulate").click()
    expect(page.locator("#cost-chart .main-svg").first).to_be_visible()
    approved = page.locator(".desk-measures .card").first
    expect(approved).to_contain_text("66.7")
    page.get_by_label("Refer from").first.fill("0.1")
    expect(approved).to_contain_text("0.0")
    page.get_by_label("Decline from").first.fill("99.9")
    expect(page.locator(".desk-measures .card").nth(1)).to_contain_text("100.0")
    expect(page.locator("#cost-chart .main-svg").first).to_be_visible()
    assert fits_the_width(page)

    page.get_by_role("button", name="Turn into a proposal").click()
    expect(page.get_by_label("Decline from")).to_have_value("99.9")
    page.get_by_label("Large amount", exact=True).check()
    page.get_by_label("Large amount: limit").fill("0")
    page.get_by_role("button", name="Propose", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Say why you propose this")
    alert.get_by_role("link", name="Large amount: limit").click()
    expect(page.get_by_label("Large amount: limit")).to_be_focused()
    page.get_by_label("Large amount: limit").fill("400000")
    page.get_by_role("button", name="Test on past decisions").click()
    expect(page.get_by_role("heading", name="The rules on past decisions")).to_be_in_viewport()
    assert fits_the_width(page)
    page.get_by_label("Comment").fill("Managers look at everything for a while.")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_text("Another manager can approve it now")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    assert fits_the_width(page)

    _log_out(page)
    log_in(page, second_manager)
    page.get_by_role("link", name="Cut-offs").click()
    page.get_by_role("link", name="Waits for your answer").click()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("Say why you refuse")).to_be_visible()
    page.get_by_label("Your answer").fill("Agreed for a month.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Version 1 is approved")).to_be_visible()
    expect(page.get_by_role("heading", name="Version 1 In force")).to_be_visible()

    draft = LoanApplicationFactory(filed_by=banker)
    filing.submit(application_id=draft.pk, submitted_by=banker)
    decision = Decision.objects.get(application=draft)
    assert decision.prediction.cut_offs_version == Strategy.objects.get().version
    assert decision.outcome == "refer"
    assert [finding["code"] for finding in decision.findings] == ["large_amount"]


def test_fairness_beside_other_cut_offs(page: Page, manager: User, champion: Any) -> None:
    log_in(page, manager)
    page.get_by_role("link", name="Fairness").click()
    page.wait_for_load_state()  # the form is live once the chart's library is there
    expect(page.get_by_text("No decision was made in this period")).to_be_visible()
    page.get_by_label("Applicants").select_option(label="Reference sample of the model")
    expect(page.locator("[data-chart=gender-data] .main-svg").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="Tried")).to_have_count(0)

    page.get_by_label("Refer from (%)").fill("2")
    expect(page.get_by_role("columnheader", name="Tried").first).to_be_visible()
    assert fits_the_width(page)


def test_the_watch_list(page: Page, manager: User) -> None:
    log_in(page, manager)
    page.goto(reverse("applications:watch-list"))
    page.get_by_role("link", name="Add somebody").first.click()
    page.get_by_label("Last name").fill("Keller")
    page.get_by_label("Reason").fill("Forged pay slips.")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_role("alert")).to_contain_text("add the birthday")
    page.get_by_label("Date of birth").fill("1985-04-12")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_text("is on the watch list")).to_be_visible()
    assert fits_the_width(page)

    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("is off the watch list")).to_be_visible()
    assert WatchListEntry.objects.get().removed_by == manager
    page.get_by_label("Entries").select_option(label="Current")
    expect(page.get_by_text("Nobody on the list fits this search")).to_be_visible()
