"""A banker reads why a score came out as it did, and how far it can be relied on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

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
    _unfold(page, "Show the chart")
    expect(page.locator("#waterfall-chart .main-svg").first).to_be_visible()
    expect(page.locator("#waterfall-chart .bars .point")).not_to_have_count(0)
    expect(page.locator("#explanation-news")).to_have_text("The reasons are there.")
    expect(page.get_by_text("Typical when repaid").first).to_be_visible()
    assert fits_the_width(page)


def test_figures_theme_and_sections(page: Page, banker: User, decision: Decision) -> None:
    scoring.services.explain(prediction_id=decision.prediction_id)
    log_in(page, banker)
    page.goto(f"/applications/{decision.application_id}/")

    _unfold(page, "Show the chart")
    page.get_by_text("The same figures as a table").click()
    pd = f"{100 * decision.prediction.pd:.1f}\u00a0%"
    expect(page.get_by_role("row", name="This applicant")).to_contain_text(pd)
    assert fits_the_width(page)

    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("#waterfall-chart .bars .point")).not_to_have_count(0)

    certain = page.get_by_role("region", name="How certain this is")
    _unfold(page, "What this means")
    expect(certain).to_contain_text("past loans with a probability nearest to")
    expect(certain).to_contain_text("External score 1")
    similar = page.get_by_role("region", name="Similar past loans")
    _unfold(page, "Show the five closest")
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


def test_jumping_through_the_page(page: Page, banker: User, decision: Decision) -> None:
    scoring.services.explain(prediction_id=decision.prediction_id)
    log_in(page, banker)
    page.goto(f"/applications/{decision.application_id}/")
    jump = page.get_by_role("navigation", name="On this page")

    for name, heading in (("Notes", "What happened"), ("Reasons", "Why this decision")):
        jump.get_by_role("link", name=name).click()
        title = page.get_by_role("heading", name=heading)
        expect(title).to_be_in_viewport()
        expect(jump).to_be_in_viewport()  # it stays, and covers nothing
        assert _bottom(jump) <= _top(title)
    assert fits_the_width(page)


def test_a_wide_screen_folds_nothing(page: Page, banker: User, decision: Decision) -> None:
    scoring.services.explain(prediction_id=decision.prediction_id)
    log_in(page, banker)
    page.goto(f"/applications/{decision.application_id}/")

    summaries = page.locator(".desk-narrow-fold > summary")
    rows = page.get_by_role("row", name="Past loan 5")
    if _is_wide(page):
        expect(rows).to_be_visible()
        assert not any(summary.is_visible() for summary in summaries.all())
    else:
        expect(rows).to_be_hidden()
        assert all(summary.is_visible() for summary in summaries.all())


def _unfold(page: Page, name: str) -> None:
    """Open what a phone folds."""
    if not _is_wide(page):
        for summary in page.locator("summary", has_text=name).all() or [page.get_by_text(name)]:
            summary.click()


def _is_wide(page: Page) -> bool:
    size = page.viewport_size
    return size is not None and size["width"] >= 768


def _top(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"]


def _bottom(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]
