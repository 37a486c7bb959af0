"""Take the pictures of docs/images from a running demo: every page of the desk.

make run                                   # in one terminal
.venv/bin/python docs/screenshots.py       # in another
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
STATE = Path(os.environ.get("VAR_DIR", HERE.parent / "var"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Shot:
    """A page to photograph.

    Attributes
    ----------
    account : str
        Of demo.json; empty for somebody logged out.
    path : str
        Where to go first.
    follow : tuple of str
        Links to follow from there, by CSS selector.
    """

    name: str
    account: str
    path: str
    follow: tuple[str, ...] = ()
    language: str = "en"
    theme: str = "light"
    width: int = 1280


_ROW = "table tbody a"
_DECLINED = "/applications/?outcome=decline"
SHOTS = (
    Shot("log-in", "", "/accounts/login/"),
    Shot("home-banker", "banker", "/"),
    Shot("home-manager", "manager", "/"),
    Shot("applications", "banker", "/applications/"),
    Shot("form", "banker", "/applications/new/"),
    Shot("clients", "banker", "/clients/?q=Petit"),
    Shot("client", "banker", "/clients/?q=Petit", ("main li a",)),
    Shot("decision", "banker", _DECLINED, (_ROW,)),
    Shot("decision-french", "banker", _DECLINED, (_ROW,), language="fr"),
    Shot("decision-dark", "banker", _DECLINED, (_ROW,), theme="dark"),
    Shot("decision-phone", "banker", _DECLINED, (_ROW,), width=390),
    Shot("what-if", "banker", _DECLINED, (_ROW, "a[href$='/what-if/']")),
    Shot("letter", "banker", _DECLINED, (_ROW, "a[href$='/letter/']")),
    Shot("letters", "banker", "/letters/"),
    Shot("referrals", "manager", "/referrals/"),
    Shot("referral", "manager", "/referrals/", (_ROW,)),
    Shot("second-opinions", "manager2", "/referrals/second-opinions/"),
    Shot("history", "manager", "/history/"),
    Shot("history-charts", "manager", "/history/?show=charts"),
    Shot("saved-views", "manager", "/history/views/"),
    Shot("dossier", "manager", "/history/", (_ROW, "a[href$='/dossier/']")),
    Shot("strategy", "manager2", "/strategy/"),
    Shot("simulate", "manager", "/strategy/simulate/?refer_from=6&decline_from=14&cost_ratio=10"),
    Shot("propose", "manager", "/strategy/propose/"),
    Shot("fairness", "manager", "/fairness/"),
    Shot("watch-list", "manager", "/watch-list/"),
    Shot("predictions", "admin", "/admin/monitoring/prediction/"),
)


def main() -> None:
    demo = json.loads((STATE / "demo.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in SHOTS:
            page = _opened(browser, demo, shot)
            path = HERE / "images" / f"{shot.name}.png"
            page.screenshot(path=path)
            print(path.name)  # noqa: T201 - a script
            page.context.close()
        browser.close()


def _opened(browser: Browser, demo: dict[str, object], shot: Shot) -> Page:
    context = browser.new_context(
        base_url=str(demo["url"]),
        viewport={"width": shot.width, "height": 1000},
        color_scheme="dark" if shot.theme == "dark" else "light",
        locale=shot.language,
    )
    page = context.new_page()
    if shot.account:
        _log_in(page, **demo["accounts"][shot.account])  # type: ignore[index]  # JSON
    page.goto(shot.path)
    for selector in shot.follow:
        page.locator(selector).first.click()
        page.wait_for_load_state("networkidle")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # charts are drawn after the network is quiet
    return page


def _log_in(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
