"""axe finds nothing on any page of the desk, in both themes, and the pages are light."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Page, Response
from pytest_django.live_server_helper import LiveServer

import scoring.services
from applications.models import Decision, Override, SavedView
from applications.services import filing
from tests.applications.factories import (
    CaseFactory,
    LoanApplicationFactory,
    StrategyFactory,
    UserFactory,
    WatchListEntryFactory,
)
from tests.browser.conftest import log_in

pytestmark = pytest.mark.browser
# WCAG 2.2 AA, and what axe counts as best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEAVIEST = 300_000  # bytes, without the library of charts
LIBRARY = "plotly-basic"


@pytest.fixture
def decision(champion: object, banker: User) -> Decision:
    draft = LoanApplicationFactory(filed_by=banker)
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    scoring.services.explain(prediction_id=decision.prediction_id)
    return decision


@pytest.fixture(params=["light", "dark"])
def themed(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, color_scheme=request.param)
    yield context.new_page()
    context.close()


def _complaints(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{address}: {violation['id']}: {node['html']}: {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def _banker(decision: Decision) -> list[str]:
    draft = LoanApplicationFactory(filed_by=decision.application.filed_by)
    key = decision.application_id
    return [
        *(_at(name) for name in ("home", "list", "new", "clients", "letters")),
        _at("edit", draft.pk),
        *(_at(name, key) for name in ("detail", "what-if", "letter", "dossier")),
    ]


def _manager(decision: Decision) -> list[str]:
    """Every page, with something on it."""
    strategy = StrategyFactory()
    StrategyFactory(approved=True, rules={"large_amount": {"outcome": "refer", "limit": 1}})
    CaseFactory(decision__outcome="refer")
    Override.objects.create(
        application=decision.application,
        overruled=decision,
        outcome="decline",
        reason_code="hidden_risk",
        comment="The plant closes.",
        proposed_by=UserFactory(role="Managers"),
    )
    SavedView.objects.create(
        owner=User.objects.get(username="manager"), name="Overrides", query="kind=override"
    )
    WatchListEntryFactory()
    key = decision.application_id
    alone = ("home", "history", "saved-views", "referrals", "second-opinions", "letters")
    steering = ("strategy", "simulate", "strategy-propose", "fairness", "watch-list")
    return [
        *(_at(name) for name in (*alone, *steering, "watch-list-add")),
        f"{_at('history')}?show=charts",
        _at("strategy-version", strategy.version),
        *(_at(name, key) for name in ("detail", "letter", "dossier", "verify")),
    ]


def _at(name: str, *args: object) -> str:
    return reverse(f"applications:{name}", args=args)


def test_a_bankers_pages(themed: Page, decision: Decision, banker: User) -> None:
    log_in(themed, banker)
    assert [c for address in _banker(decision) for c in _complaints(themed, address)] == []


def test_a_managers_pages(themed: Page, decision: Decision, manager: User) -> None:
    log_in(themed, manager)
    assert [c for address in _manager(decision) for c in _complaints(themed, address)] == []


def test_the_log_in_page(themed: Page) -> None:
    assert _complaints(themed, reverse("login")) == []


def test_pages_are_light(page: Page, decision: Decision, banker: User, manager: User) -> None:
    loaded: list[Response] = []
    page.on("response", lambda answer: loaded.append(answer))  # noqa: PLW0108 - typed by name
    for person, addresses in ((banker, _banker(decision)), (manager, _manager(decision))):
        page.context.clear_cookies()
        log_in(page, person)
        for address in addresses:
            page.goto("about:blank")  # what the page before still asked for is cancelled
            loaded.clear()
            page.goto(address)
            page.wait_for_load_state("networkidle")
            weights = {answer.url: _weight(answer) for answer in loaded if answer.ok}
            assert sum(weights.values()) < HEAVIEST, (address, weights)


def _weight(answer: Response) -> int:
    """What travels in production, where text is compressed."""
    if LIBRARY in answer.url:
        return 0
    body = answer.body()
    return min(len(body), len(gzip.compress(body)))
