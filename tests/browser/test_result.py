"""A banker reads why a score came out as it did, and how far it can be relied on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

import scoring.services
from applications.models import Decision
from applications.services import filing
from tests.applications.factories import LoanApplicationFactory
from tests.browser.conftest import fits_the_width, log_in

pytestmark = pytest.mark.browser


@pytest.fixture
def decision(banker: User, champion: Any) -> Decision:
    draft = LoanApplicationFactory(filed_by=banker, external_score_2=0.2)
    return filing.submit(application_id=draft.pk, submitted_by=banker)


def test_the_reasons_arrive_with_their_chart(page: Page, banker: User, decision: Decision) -> None:
    log_in(page, banker)
    page.goto(f"/applications/{decision.application_id}/")
    expect(page.get_by_text("The reasons are being computed")).to_be_visible()
    expect(page.locator("#waterfall-chart")).to_have_count(0)

    scoring.services.explain(prediction_id=decision.prediction_id)
    expect(page.locator("#waterfall-chart .main-svg").first).to_be_visible()
    expect(page.locator("#waterfall-chart .bars .point")).not_to_have_count(0)
    expect(page.locator("#explanation-news")).to_have_text("The reasons are there.")
    expect(page.get_by_text("Typical when repaid").first).to_be_visible()
    assert fits_the_width(page)


def test_figures_theme_and_sections(page: Page, banker: User, decision: Decision) -> None:
    scoring.services.explain(prediction_id=decision.prediction_id)
    log_in(page, banker)
    page.goto(f"/applications/{decision.application_id}/")

    page.get_by_text("The same figures as a table").click()
    pd = f"{100 * decision.prediction.pd:.1f}\u00a0%"
    expect(page.get_by_role("row", name="This applicant")).to_contain_text(pd)
    assert fits_the_width(page)

    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("#waterfall-chart .bars .point")).not_to_have_count(0)

    certain = page.get_by_role("region", name="How certain this is")
    expect(certain).to_contain_text("past loans with a probability nearest to")
    expect(certain).to_contain_text("External score 1")
    similar = page.get_by_role("region", name="Similar past loans")
    expect(similar.get_by_role("row", name="Past loan 5")).to_be_visible()
    expect(similar).to_contain_text("had not seen that loan")


def test_further_facts_open_by_keyboard(page: Page, banker: User, decision: Decision) -> None:
    scoring.services.explain(prediction_id=decision.prediction_id)
    log_in(page, banker)
    page.goto(f"/applications/{decision.application_id}/")

    more = page.locator(".desk-reason details").first
    more.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(more.locator(".desk-driver").first).to_be_visible()
    assert fits_the_width(page)
