"""A letter's way from the home page to the applicant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from applications.models import Case, Letter
from monitoring.models import Outcome
from scoring.models import Explanation
from tests.applications.factories import CaseFactory
from tests.browser.conftest import fits_the_width, log_in

pytestmark = pytest.mark.browser


def _refusal(banker: User, *, explained: bool = True) -> Case:
    case: Case = CaseFactory(
        decision__outcome=Outcome.DECLINE,
        decision__application__filed_by=banker,
        decision__application__first_name="Anna",
        decision__application__last_name="Keller",
        letter_due_on=timezone.localdate() - timedelta(days=2),
    )
    if explained:
        _explain(case)
    return case


def _explain(case: Case) -> None:
    driver = {
        "feature": "BUREAU_CARD_DEBT_SUM",
        "label": "Debt on cards",
        "value": 1_000.0,
        "contribution": 0.9,
    }
    Explanation.objects.create(
        prediction=case.decision.prediction,
        status=Explanation.Status.READY,
        base_value=-2.0,
        contributions=b"",
        grouped=[{"concept": "other_debt", "contribution": 0.9, "drivers": [driver]}],
    )


def test_from_overdue_to_handed_over(page: Page, banker: User) -> None:
    case = _refusal(banker)
    log_in(page, banker)
    expect(page.get_by_text("Overdue since")).to_be_visible()
    assert fits_the_width(page)
    page.locator("section", has_text="Waiting for you").get_by_role(
        "link", name="Anna Keller"
    ).click()

    expect(page.get_by_text("What you owe other lenders on credit cards.")).to_be_visible()
    assert fits_the_width(page)
    page.get_by_role("link", name="French", exact=True).click()
    expect(page.get_by_role("article")).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Make the PDF").click()
    expect(page.get_by_text("The letter is made.")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    assert download.value.suggested_filename == f"{case.application.reference}-en.pdf"
    assert download.value.path().read_bytes() == bytes(Letter.objects.get().pdf)

    page.get_by_role("button", name="Handed over or sent").click()
    expect(page.get_by_text("Nothing is due")).to_be_visible()
    assert fits_the_width(page)
    page.get_by_role("link", name="Letters", exact=True).click()
    expect(page.get_by_text("Every applicant has been written to")).to_be_visible()
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def test_the_letter_appears_when_the_reasons_do(page: Page, banker: User) -> None:
    case = _refusal(banker, explained=False)
    log_in(page, banker)
    page.goto(f"/applications/{case.pk}/letter/")
    expect(page.get_by_role("heading", name="The reasons are being computed")).to_be_visible()
    expect(page.get_by_role("button", name="Make the PDF")).to_have_count(0)

    _explain(case)

    expect(page.get_by_role("button", name="Make the PDF")).to_be_visible()
    expect(page.get_by_text("What you owe other lenders on credit cards.")).to_be_visible()


def test_a_manager_sees_what_waits(page: Page, banker: User, manager: User) -> None:
    _refusal(banker)
    CaseFactory(
        decision__outcome=Outcome.REFER,
        stage=Case.Stage.REFERRED,
        referred_at=timezone.now() - timedelta(days=8),
    )
    log_in(page, manager)

    expect(page.get_by_role("link", name="1 referral")).to_contain_text("The oldest waits")
    assert fits_the_width(page)
    page.get_by_role("link", name="1 letter overdue").click()
    expect(page.get_by_role("link", name="Overdue", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator(".desk-table tbody tr")).to_have_count(1)
    assert fits_the_width(page)
