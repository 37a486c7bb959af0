"""A manager's way through the decision history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

import scoring.services
from applications.services import filing
from monitoring.models import Outcome
from scoring.models import ModelVersion
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.browser.conftest import PASSWORD, fits_the_width, log_in

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
def test_charts_follow_the_filters_and_a_view_is_saved(page: Page, manager: User) -> None:
    log_in(page, manager)
    page.goto("/history/")
    page.get_by_role("link", name="Charts").click()
    bars = page.locator("#pd-distribution-chart .bars .point path")
    expect(bars).not_to_have_count(0)
    expect(page.locator("#pd-distribution-chart")).to_contain_text("refer from 9.0")
    expect(page.get_by_text("No decision was overruled.").first).to_be_visible()
    page.locator("section", has=page.get_by_role("heading", name="PDs and cut-offs")).get_by_text(
        "The same figures as a table"
    ).click()
    expect(page.get_by_role("rowheader", name="31 to 32 %")).to_be_visible()
    assert fits_the_width(page)

    page.get_by_text("More filters").click()
    page.get_by_label("PD from, in %").fill("10")
    page.get_by_label("PD from, in %").blur()
    expect(page.get_by_role("status").filter(has_text="2 decisions")).to_be_visible()
    assert "show=charts" in page.url
    expect(bars).not_to_have_count(0)

    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name of the view").fill("Risky ones")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The view “Risky ones” is saved.")).to_be_visible()
    page.goto("/history/")
    page.get_by_text("Saved views").click()
    assert fits_the_width(page)
    page.get_by_role("link", name="Risky ones").click()
    expect(page.get_by_role("status").filter(has_text="2 decisions")).to_be_visible()
    expect(page.get_by_label("PD from, in %")).to_have_value("10")


@pytest.mark.usefixtures("decisions", "french")
def test_a_saved_view_is_restored_in_another_language(page: Page, manager: User) -> None:
    """Kept in French, with a decimal comma; opened in English, and left and come back to."""
    page.context.set_extra_http_headers({"Accept-Language": "fr"})
    page.goto("/history/views/?pd_from=10,5&outcome=decline&decided_from=01/02/2020")
    page.locator("#id_username").fill(manager.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.locator("#id_name").fill("À risque")
    page.locator("#id_name").press("Enter")
    expect(page.locator("#id_pd_from")).to_have_value("10,5")
    expect(page.locator("#id_decided_from")).to_have_value("01/02/2020")
    shown = page.locator("#results .desk-count").inner_text().split()[0]

    page.context.set_extra_http_headers({"Accept-Language": "en"})
    page.goto("/history/")
    page.get_by_text("Saved views").click()
    page.get_by_role("link", name="À risque").click()
    expect(page.get_by_label("PD from, in %")).to_have_value("10.5")
    expect(page.get_by_label("Decided from")).to_have_value("01/02/2020")
    expect(page.get_by_label("Decision", exact=True)).to_have_value("decline")
    assert page.locator("#results .desk-count").inner_text().split()[0] == shown
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("PD from, in %")).to_have_value("")
    page.go_back()
    expect(page.get_by_label("PD from, in %")).to_have_value("10.5")


def test_a_dossier_is_verified_and_its_score_computed_again(
    page: Page, banker: User, manager: User, champion: ModelVersion
) -> None:
    draft = filing.save_draft(
        application=LoanApplicationFactory.build(filed_by=banker), filed_by=banker
    )
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    scoring.services.explain(prediction_id=decision.prediction_id)
    log_in(page, manager)
    page.goto(f"/applications/{draft.pk}/")
    page.get_by_role("link", name="Dossier").click()

    page.get_by_role("link", name="Verify").click()
    expect(page.get_by_text("Nothing was changed or deleted: 3 entries")).to_be_visible()
    page.get_by_role("button", name="Compute it again").click()
    expect(page.get_by_text("Confirmed to the last digit")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.locator("summary", has_text="External credit scores").click()
    expect(page.get_by_text("EXT_SOURCE_2").last).to_be_visible()
    assert fits_the_width(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download as JSON").click()
    assert download.value.suggested_filename == f"{draft.reference}.json"


@pytest.mark.usefixtures("decisions")
def test_sorting_by_a_click(page: Page, manager: User) -> None:
    log_in(page, manager)
    page.goto("/history/")
    if page.viewport_size and page.viewport_size["width"] < 768:
        return  # the heads of the columns are not shown on a phone
    page.get_by_role("link", name="PD").click()

    expect(page.get_by_role("columnheader", name="PD")).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".desk-table tbody tr").last).to_contain_text("3.0")
