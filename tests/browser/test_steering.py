"""From a simulation to a proposal, another manager's approval, and a decision by it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from applications.models import Decision, LoanApplication, WatchListEntry
from applications.services import filing
from scoring.models import Strategy
from scoring.strategies import StrategyTerms, in_force
from tests.applications.factories import DecisionFactory, LoanApplicationFactory, StrategyFactory
from tests.browser.conftest import PASSWORD, fits_the_width, log_in, person

pytestmark = pytest.mark.browser


@pytest.fixture
def second_manager(roles: None) -> User:
    return person("claire", "Managers")


def _log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("User name").wait_for()


def _log_in_in_french(page: Page, user: User) -> None:
    page.goto("/")
    page.locator("#id_username").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.locator("html[lang=fr] .desk-account").wait_for()


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


@pytest.mark.usefixtures("french", "champion")
def test_numbers_and_dates_as_they_are_written_in_french(page: Page, manager: User) -> None:
    for pd in (0.03, 0.05, 0.30):
        DecisionFactory(prediction__pd=pd)
    page.context.set_extra_http_headers({"Accept-Language": "fr"})
    _log_in_in_french(page, manager)
    page.goto(reverse("applications:simulate"))
    page.wait_for_load_state()  # the form is live once the chart's library is there
    approved = page.locator(".desk-measures .card").first
    expect(approved).to_contain_text("66,7")

    refer = page.locator("#id_refer_from")
    refer.fill("")
    refer.press_sequentially("3,5")
    expect(approved).to_contain_text("33,3")
    slider = page.locator("[data-slider] input[type=range]").first
    expect(slider).to_have_value("3.5")
    slider.fill("5.5")
    expect(refer).to_have_value("5,5")
    expect(approved).to_contain_text("66,7")
    refer.fill("3,5")
    expect(approved).to_contain_text("33,3")

    page.locator("button[formaction]").click()
    expect(refer).to_have_value("3,5")
    page.locator("#id_second_manager_amount").fill("1 250 000,5")
    page.locator("#id_effective_from").fill("31/12/2999 09:30")
    page.locator("#id_comment").fill("Plus de dossiers vus par un responsable.")
    page.locator("button[value=propose]").click()
    expect(page.locator("h1")).to_contain_text("Version 1")
    proposed = Strategy.objects.get()
    assert (proposed.refer_from, proposed.second_manager_amount) == (0.035, 1_250_000.5)
    on = timezone.localtime(proposed.effective_from)
    assert (on.year, on.month, on.day, on.hour, on.minute) == (2999, 12, 31, 9, 30)
    assert fits_the_width(page)


@pytest.mark.usefixtures("french")
def test_a_date_of_birth_as_it_is_written_in_french(page: Page, banker: User) -> None:
    page.context.set_extra_http_headers({"Accept-Language": "fr"})
    _log_in_in_french(page, banker)
    page.goto(reverse("applications:new"))
    born = page.locator("#id_birth_date")
    born.fill("12/31/1980")
    born.blur()
    message = page.locator("#id_birth_date_error")
    expect(message).to_contain_text("31/12/1980")
    born.fill("31/12/1980")
    born.blur()
    expect(message).to_be_hidden()
    page.locator(".btn[value=draft]").click()
    expect(page.locator("#id_birth_date")).to_have_value("31/12/1980")
    assert LoanApplication.objects.get().birth_date == date(1980, 12, 31)


def test_a_return_to_an_earlier_version(
    page: Page, manager: User, second_manager: User, champion: Any
) -> None:
    """Asked for by one manager, agreed to by another; the earlier terms decide again."""
    before = timezone.now() - timedelta(days=2)
    rules = {"minimum_age": {"outcome": "decline", "limit": 21}}
    first = StrategyFactory(version=1, approved=True, effective_from=before, rules=rules)
    StrategyFactory(version=2, approved=True, refer_from=0.2, decline_from=0.3)
    log_in(page, manager)
    page.get_by_role("link", name="Cut-offs").click()
    page.get_by_role("row", name="Replaced").get_by_role("link", name="1").click()
    expect(page.get_by_label("Comment")).to_have_value("Return to version 1.")
    assert fits_the_width(page)

    page.get_by_label("Takes effect").fill("01/02/2020")
    page.get_by_role("button", name="Propose the return").click()
    expect(page.get_by_text("This is in the past")).to_be_visible()
    expect(page.get_by_label("Takes effect")).to_have_value("01/02/2020")
    page.get_by_label("Takes effect").fill("")
    page.get_by_role("button", name="Propose the return").click()
    expect(page.get_by_role("heading", name="Version 3")).to_be_visible()
    expect(page.get_by_role("row", name="Refer from")).to_contain_text("8.00")

    _log_out(page)
    log_in(page, second_manager)
    page.goto(reverse("applications:strategy-version", args=[3]))
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Version 3 In force")).to_be_visible()
    found = in_force(timezone.now())
    assert found is not None
    assert found.terms == StrategyTerms.of(first)


def test_fairness_beside_other_cut_offs(page: Page, manager: User, champion: Any) -> None:
    log_in(page, manager)
    page.get_by_role("link", name="Fairness").click()
    page.wait_for_load_state()  # the form is live once the chart's library is there
    expect(page.get_by_text("Too little is known of the stored decisions")).to_be_visible()
    page.get_by_label("Applicants").select_option(label="Stored decisions")
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
    page.get_by_label("Date of birth").fill("12/04/1985")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_text("is on the watch list")).to_be_visible()
    assert fits_the_width(page)

    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("is off the watch list")).to_be_visible()
    entry = WatchListEntry.objects.get()
    assert (entry.removed_by, entry.birth_date) == (manager, date(1985, 4, 12))
    page.get_by_label("Entries").select_option(label="Current")
    expect(page.get_by_text("Nobody on the list fits this search")).to_be_visible()
