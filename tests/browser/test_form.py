"""Filling the form in: checks, saving by itself, lost sessions and connections, known clients."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from applications.models import LoanApplication
from scoring.models import ClientFile
from tests.browser.conftest import PASSWORD, fits_the_width, log_in

pytestmark = pytest.mark.browser
A_PAUSE = 3_100


def open_form(page: Page, banker: User) -> None:
    page.clock.install()
    log_in(page, banker)
    page.get_by_role("link", name="New application").click()
    page.wait_for_url("**/applications/new/")  # with its scripts


def pause(page: Page) -> None:
    page.clock.fast_forward(A_PAUSE)


def save_state(page: Page) -> Locator:
    return page.locator("#save-state")


def test_a_field_is_checked_when_it_is_left(page: Page, banker: User) -> None:
    open_form(page, banker)
    amount = page.get_by_label("Loan amount")
    message = page.locator("#id_amount_error")

    amount.fill("12.500")
    amount.press("Tab")
    expect(message).to_contain_text("Did you mean 12500 or 12.5?")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_accessible_description(re.compile("Did you mean"))
    expect(page.get_by_label("Instalment")).to_be_focused()
    assert fits_the_width(page)

    amount.fill("12 500")
    amount.press("Tab")
    expect(message).to_be_hidden()
    expect(amount).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("1 of 13 needed fields")).to_be_visible()

    page.get_by_label("Children").fill("3")
    page.get_by_label("People in the household").fill("3")
    page.get_by_label("People in the household").press("Tab")
    expect(page.locator("#id_family_members_error")).to_contain_text("at least 4 people")
    page.get_by_label("Children").fill("2")
    page.get_by_label("Children").press("Tab")
    expect(page.locator("#id_family_members_error")).to_be_hidden()
    pause(page)
    expect(save_state(page)).to_contain_text("Saved at")


def test_it_is_saved_by_itself(page: Page, banker: User) -> None:
    open_form(page, banker)
    page.get_by_label("Last name").fill("Keller")
    page.get_by_label("Loan amount").fill("much")
    page.get_by_label("First name").focus()
    pause(page)

    expect(save_state(page)).to_contain_text("Saved at")
    expect(save_state(page)).to_contain_text("one field to mend")
    expect(page.get_by_label("First name")).to_be_focused()
    expect(page.get_by_label("Loan amount")).to_have_value("much")
    draft = LoanApplication.objects.get()
    assert (draft.last_name, draft.amount) == ("Keller", None)
    expect(page).to_have_url(re.compile(f"{draft.pk}/edit/"))

    page.get_by_label("First name").fill("Anna")
    page.reload()  # what was typed since is sent as the page goes away
    page.clock.fast_forward(A_PAUSE)
    expect(page.get_by_label("First name")).to_have_value("Anna")
    assert LoanApplication.objects.get().applicant == "Anna Keller"


def test_two_windows_do_not_overwrite_each_other(page: Page, banker: User) -> None:
    open_form(page, banker)
    page.get_by_label("Last name").fill("Keller")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("is saved. You can finish it")).to_be_visible()
    draft = LoanApplication.objects.get()
    draft.amount = 1_000.0
    draft.save()  # in the other window

    page.get_by_label("Last name").fill("Kellner")
    pause(page)
    expect(save_state(page)).to_contain_text("changed in another window")
    page.get_by_role("button", name="Save draft").click()

    changed = page.get_by_role("alert")
    expect(changed).to_contain_text("Kellner")
    expect(changed).to_contain_text("1,000")
    assert fits_the_width(page)
    page.get_by_role("button", name="Save what is here").click()
    expect(page.get_by_text("is saved. You can finish it")).to_be_visible()
    assert LoanApplication.objects.get().last_name == "Kellner"


def test_a_lost_session_loses_nothing(page: Page, banker: User) -> None:
    open_form(page, banker)
    page.get_by_label("Last name").fill("Keller")
    page.context.clear_cookies()
    pause(page)
    expect(save_state(page)).to_contain_text("You were logged out")
    page.get_by_label("First name").fill("Anna")
    page.get_by_role("button", name="Log in and go on").click()

    expect(page.get_by_role("alert")).to_contain_text("What you typed is kept")
    page.get_by_label("User name").fill(banker.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_role("alert")).to_contain_text("It is not saved yet")
    expect(page.get_by_label("First name")).to_have_value("Anna")
    expect(page.get_by_label("Last name")).to_have_value("Keller")
    assert fits_the_width(page)


def test_a_lost_connection_is_said_and_tried_again(page: Page, banker: User) -> None:
    open_form(page, banker)
    page.get_by_label("Last name").fill("Keller")
    page.context.set_offline(True)
    pause(page)
    expect(save_state(page)).to_contain_text("Not saved: no connection")

    page.context.set_offline(False)
    page.clock.fast_forward(3 * A_PAUSE)
    expect(save_state(page)).to_contain_text("Saved at")
    assert LoanApplication.objects.get().last_name == "Keller"


def test_a_known_client_is_found_and_filed_for(
    page: Page, banker: User, champion: Any, known_client: ClientFile
) -> None:
    log_in(page, banker)
    page.get_by_role("link", name="Clients").click()
    expect(page.get_by_text("Whom are you looking for?")).to_be_visible()
    page.get_by_label("Client number or name").fill("43")
    expect(page.get_by_text("No client fits “43”")).to_be_visible()
    page.get_by_label("Client number or name").fill(str(known_client.client_id))
    page.get_by_role("link", name=f"Client {known_client.client_id}").click()

    expect(page.get_by_role("heading", name="Loans at other banks")).to_be_visible()
    expect(page.get_by_role("heading", name="Payment behaviour")).to_be_visible()
    assert fits_the_width(page)
    page.get_by_role("link", name="New application for this client").click()

    expect(page.get_by_label("Client number")).to_have_value(str(known_client.client_id))
    expect(page.get_by_label("Loan amount")).not_to_have_value("")
    expect(page.locator("#completeness li[data-known]")).to_have_count(2)
