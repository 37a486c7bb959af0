"""A manager's way through the decision history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from monitoring.models import Outcome
from tests.applications.factories import DecisionFactory
from tests.browser.conftest import fits_the_width, log_in

pytestmark = pytest.mark.browser


@pytest.fixture
def decisions(banker: User) -> None:
    for days, (outcome, pd) in enumerate(
        [(Outcome.APPROVE, 0.03), (Outcome.REFER, 0.11), (Outcome.DECLINE, 0.31)]
    ):
        DecisionFactory(
            outcome=outcome,
            prediction__pd=pd,
            decided_at=timezone.now() - timedelta(days=days),
            application__filed_by=banker,
            application__last_name=outcome.value.title(),
        )


@pytest.mark.usefixtures("decisions")
def test_history_filter_sort_and_open(page: Page, manager: User) -> None:
    log_in(page, manager)
    page.get_by_role("link", name="Decision history").first.click()
    expect(page.locator("#decisions-chart .bars .point")).not_to_have_count(0)
    expect(page.locator("#decisions-chart .main-svg").first).to_be_visible()
    rows = page.locator(".desk-table tbody tr").filter(has=page.locator(".desk-reference"))
    expect(rows).to_have_count(3)
    assert fits_the_width(page)

    page.get_by_label("Decision", exact=True).select_option(label="Referred")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Referred")
    expect(page.locator("#decisions-chart .main-svg").first).to_be_visible()
    assert "outcome=refer" in page.url

    page.goto("/history/?sort=-pd")
    expect(rows.first).to_contain_text("31.0")
    expect(rows.last).to_contain_text("3.0")

    rows.first.get_by_role("link").click()
    expect(page.get_by_text("filed by banker")).to_be_visible()
    expect(page.get_by_role("heading", name="Declined")).to_be_visible()
    assert fits_the_width(page)


@pytest.mark.usefixtures("decisions")
def test_sorting_by_a_click(page: Page, manager: User) -> None:
    log_in(page, manager)
    page.goto("/history/")
    if page.viewport_size and page.viewport_size["width"] < 768:
        return  # the heads of the columns are not shown on a phone
    page.get_by_role("link", name="PD").click()

    expect(page.get_by_role("columnheader", name="PD")).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".desk-table tbody tr").last).to_contain_text("3.0")
