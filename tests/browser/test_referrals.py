"""A referral's way: claimed, asked about, answered, decided, and overruled by two managers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from applications.models import Case
from monitoring.models import Outcome
from tests.applications.factories import CaseFactory
from tests.applications.files import pdf
from tests.browser.conftest import fits_the_width, log_in, person

pytestmark = pytest.mark.browser


@pytest.fixture
def second(roles: None) -> User:
    return person("second", "Managers")


def _log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()


def test_a_referral_from_the_queue_to_the_decision(
    page: Page, banker: User, manager: User, tmp_path: Path
) -> None:
    case = CaseFactory(
        decision__outcome=Outcome.REFER,
        decision__prediction__pd=0.11,
        decision__application__filed_by=banker,
        decision__application__last_name="Keller",
    )
    payslip = tmp_path / "Payslip.pdf"
    payslip.write_bytes(pdf())

    log_in(page, manager)
    page.get_by_role("link", name="Referrals", exact=True).click()
    expect(page.get_by_role("link", name="Referrals 1 waiting")).to_be_visible()
    page.get_by_label("Reason").select_option(label="Watch list")
    expect(page.get_by_text("No case fits these filters")).to_be_visible()
    page.get_by_label("Reason").select_option(label="PD between the cut-offs")
    assert fits_the_width(page)
    page.get_by_role("link", name=case.application.reference).click()
    page.get_by_role("button", name="Claim this case").click()
    expect(page.get_by_role("heading", name="Decide this case")).to_be_visible()

    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Choose whether to approve or to decline.")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_attribute("aria-invalid", "true")
    assert fits_the_width(page)
    page.get_by_text("Ask the banker first").click()
    page.get_by_label("Question to the banker").fill("Where is the payslip of May?")
    page.get_by_role("button", name="Return to the banker").click()
    expect(page.get_by_role("heading", name="Back with the banker")).to_be_visible()
    _log_out(page)

    log_in(page, banker)
    page.goto(case.application.get_absolute_url())
    expect(page.get_by_role("heading", name="A manager asks you")).to_be_visible()
    page.get_by_label("Your answer").fill("Here it is.")
    page.get_by_label("Documents, if they help").set_input_files(payslip)
    assert fits_the_width(page)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is with the manager.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Payslip.pdf").last.click()
    assert download.value.suggested_filename == "Payslip.pdf"
    _log_out(page)

    log_in(page, manager)
    page.goto(case.application.get_absolute_url())
    expect(page.locator(".desk-timeline")).to_contain_text("Here it is.")
    page.get_by_text("Approve", exact=True).click()
    page.get_by_label("Reason").select_option(label="New documents change the picture")
    page.get_by_label("Comment").fill("The payslip shows a steady income.")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Approved by Manager", exact=False)).to_be_visible()
    assert fits_the_width(page)
    assert Case.objects.get().decision.outcome == Outcome.APPROVE


def test_two_managers_overrule_a_decision(
    page: Page, banker: User, manager: User, second: User
) -> None:
    case = CaseFactory(
        decision__outcome=Outcome.DECLINE,
        decision__prediction__pd=0.31,
        decision__application__filed_by=banker,
        decision__application__last_name="Keller",
    )
    log_in(page, manager)
    page.goto(case.application.get_absolute_url())
    page.get_by_text("Approve this loan instead").click()
    page.get_by_label("Reason").select_option(label="Security or a guarantor is given")
    page.get_by_label("Comment").fill("A guarantor signs.")
    page.get_by_role("button", name="Approve instead").click()
    expect(page.get_by_role("heading", name="Waits for a second manager")).to_be_visible()
    assert fits_the_width(page)
    _log_out(page)

    log_in(page, second)
    page.get_by_role("link", name="Referrals", exact=True).click()
    expect(page.get_by_role("link", name="Referrals 1 waiting")).to_be_visible()
    page.get_by_role("link", name="Second opinions").click()
    expect(page.get_by_text("1 proposal waits for you")).to_be_visible()
    assert fits_the_width(page)
    page.get_by_role("link", name="Keller").click()
    page.get_by_label("Comment").fill("The guarantee covers it.")
    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_text("overruling the recommendation")).to_be_visible()
    expect(page.get_by_text("agreed by Second").first).to_be_visible()
    assert Case.objects.get().decision.agreed_by == second


def test_a_note_by_keyboard(page: Page, banker: User) -> None:
    case = CaseFactory(decision__application__filed_by=banker)
    log_in(page, banker)
    page.goto(case.application.get_absolute_url())
    page.get_by_label("New note").fill("Called the applicant.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your note is on file.")).to_be_visible()
    expect(page.locator(".desk-timeline")).to_contain_text("Called the applicant.")


def test_a_stale_form_in_a_second_tab_keeps_what_was_written(
    page: Page, banker: User, manager: User
) -> None:
    case = CaseFactory(
        decision__outcome=Outcome.REFER,
        decision__prediction__pd=0.11,
        decision__application__filed_by=banker,
    )
    log_in(page, manager)
    page.goto(case.application.get_absolute_url())
    page.get_by_role("button", name="Claim this case").click()
    other = page.context.new_page()
    other.goto(case.application.get_absolute_url())
    other.get_by_role("button", name="Put back").click()
    expect(other.get_by_text("back in the queue")).to_be_visible()

    page.get_by_text("Approve", exact=True).click()
    page.get_by_label("Reason").select_option(label="New documents change the picture")
    page.get_by_label("Comment").fill("The payslip of May is here.")
    page.get_by_role("button", name="Decide", exact=True).click()

    place = page.locator("#case")
    expect(place).to_contain_text("This is what you had written. Copy what you still need.")
    expect(place.get_by_text("The payslip of May is here.")).to_be_visible()
    expect(place).to_be_focused()  # so that it is read from there
    case.refresh_from_db()
    assert case.stage == Case.Stage.REFERRED
