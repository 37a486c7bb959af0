"""Take the pictures of the README from a running demo.

make run                                   # in one terminal
.venv/bin/python docs/screenshots.py       # in another
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
STATE = Path(os.environ.get("VAR_DIR", HERE.parent / "var"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    demo = json.loads((STATE / "demo.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        banker = _logged_in(browser, demo["url"], **demo["accounts"]["banker"])
        _decision(banker)
        manager = _logged_in(browser, demo["url"], **demo["accounts"]["manager"])
        manager.goto("/history/")
        manager.locator(".main-svg").first.wait_for()
        _shoot(manager, "history")
        admin = _logged_in(browser, demo["url"], **demo["accounts"]["admin"])
        admin.goto("/admin/monitoring/prediction/")
        admin.wait_for_load_state("networkidle")
        _shoot(admin, "predictions")
        browser.close()


def _decision(page: Page) -> None:
    """A recent decision that was not a plain approval."""
    page.goto("/applications/?outcome=refer")
    page.locator("table tbody a").first.click()
    page.get_by_text("Speaks for the loan").wait_for()
    _shoot(page, "decision")


def _logged_in(browser: Browser, url: str, username: str, password: str) -> Page:
    context = browser.new_context(
        base_url=url, viewport={"width": 1280, "height": 1000}, device_scale_factor=1
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")
    return page


def _shoot(page: Page, name: str) -> None:
    path = HERE / "images" / f"{name}.png"
    page.screenshot(path=path)
    print(path)  # noqa: T201 - a script


if __name__ == "__main__":
    main()
