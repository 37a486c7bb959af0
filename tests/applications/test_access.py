"""Who may open what: every address of the desk, tried by everybody.

A new address without a line in `EXPECTED` fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from applications.models import Attachment, LoanApplication, Override, SavedView
from applications.urls import urlpatterns
from scoring.batches.models import ScoreBatch
from tests.applications.factories import (
    CaseFactory,
    LoanApplicationFactory,
    StrategyFactory,
    UserFactory,
    WatchListEntryFactory,
)

OK, FOUND, FORBIDDEN, MISSING, METHOD, STALE, WRONG = 200, 302, 403, 404, 405, 409, 422
PERSONAS = ("owner", "other_banker", "manager", "integrator", "administrator", "no_role")
# How it is opened, and what each persona gets. What is posted is empty, so that who may post
# is told what is wrong (409, 422) or sent back (302), and who may not is refused (403, 404).
Row = tuple[str, int, int, int, int, int, int]
EXPECTED: dict[str, Row] = {
    "home": ("GET", OK, OK, OK, OK, OK, OK),
    "list": ("GET", OK, OK, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN),
    "new": ("GET", OK, OK, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN),
    "detail": ("GET", OK, MISSING, OK, MISSING, FORBIDDEN, FORBIDDEN),
    "edit": ("GET", OK, MISSING, FORBIDDEN, MISSING, FORBIDDEN, FORBIDDEN),
    "delete": ("POST", FOUND, MISSING, FORBIDDEN, MISSING, FORBIDDEN, FORBIDDEN),
    "explanation": ("GET", FOUND, MISSING, FOUND, MISSING, FORBIDDEN, FORBIDDEN),
    "letter": ("GET", OK, MISSING, OK, MISSING, FORBIDDEN, FORBIDDEN),
    "letter-make": ("POST", FOUND, MISSING, FOUND, MISSING, FORBIDDEN, FORBIDDEN),
    "letter-reasons": ("POST", FOUND, MISSING, FOUND, MISSING, FORBIDDEN, FORBIDDEN),
    "letter-pdf": ("GET", MISSING, MISSING, MISSING, MISSING, FORBIDDEN, FORBIDDEN),
    "letter-handed-over": ("POST", MISSING, MISSING, MISSING, MISSING, FORBIDDEN, FORBIDDEN),
    "letters": ("GET", OK, OK, OK, OK, FORBIDDEN, FORBIDDEN),
    "what-if": ("GET", OK, MISSING, OK, MISSING, FORBIDDEN, FORBIDDEN),
    "counter-offer": ("POST", FOUND, MISSING, FORBIDDEN, MISSING, FORBIDDEN, FORBIDDEN),
    "clients": ("GET", OK, OK, OK, OK, FORBIDDEN, FORBIDDEN),
    "client": ("GET", OK, OK, OK, OK, FORBIDDEN, FORBIDDEN),
    "history": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "referrals": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "second-opinions": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "claim": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "take-over": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "put-back": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "ask-back": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "answer": ("POST", WRONG, MISSING, FORBIDDEN, MISSING, FORBIDDEN, FORBIDDEN),
    "decide": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "settle": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "withdraw": ("POST", FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "write-note": ("POST", WRONG, MISSING, WRONG, MISSING, FORBIDDEN, FORBIDDEN),
    "attach": ("POST", WRONG, MISSING, WRONG, MISSING, FORBIDDEN, FORBIDDEN),
    "document": ("GET", FOUND, MISSING, FOUND, MISSING, FORBIDDEN, FORBIDDEN),
    "strategy": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "simulate": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "strategy-propose": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "strategy-version": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "strategy-settle": ("POST", FORBIDDEN, FORBIDDEN, FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "strategy-return": ("POST", FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "batches": ("GET", FORBIDDEN, FORBIDDEN, OK, OK, OK, FORBIDDEN),
    "batch": ("GET", FORBIDDEN, FORBIDDEN, MISSING, MISSING, OK, FORBIDDEN),
    "batch-progress": ("GET", FORBIDDEN, FORBIDDEN, MISSING, MISSING, OK, FORBIDDEN),
    "batch-cancel": ("POST", FORBIDDEN, FORBIDDEN, MISSING, MISSING, FOUND, FORBIDDEN),
    "batch-results": ("GET", FORBIDDEN, FORBIDDEN, MISSING, MISSING, FOUND, FORBIDDEN),
    "fairness": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "watch-list": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "watch-list-add": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "watch-list-remove": ("POST", FORBIDDEN, FORBIDDEN, FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "export": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "saved-views": ("GET", FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "rename-view": ("POST", FORBIDDEN, FORBIDDEN, MISSING, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "delete-view": ("POST", FORBIDDEN, FORBIDDEN, FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "dossier": ("GET", OK, MISSING, OK, MISSING, FORBIDDEN, FORBIDDEN),
    "dossier-json": ("GET", OK, MISSING, OK, MISSING, FORBIDDEN, FORBIDDEN),
    "verify": ("GET", OK, MISSING, OK, MISSING, FORBIDDEN, FORBIDDEN),
    "replay": ("POST", FORBIDDEN, FORBIDDEN, FOUND, FORBIDDEN, FORBIDDEN, FORBIDDEN),
}


@pytest.fixture
def people(banker: User, other_banker: User, manager: User, no_role: User) -> dict[str, User]:
    integrator = UserFactory(role="Integrators")
    administrator = UserFactory(role="Administrators", is_staff=True)
    everybody = (banker, other_banker, manager, integrator, administrator, no_role)
    return dict(zip(PERSONAS, everybody, strict=True))


def _draft(owner: User) -> list[object]:
    return [LoanApplicationFactory(filed_by=owner).pk]


def _case(owner: User) -> list[object]:
    return [CaseFactory(decision__application__filed_by=owner).pk]


def _client(owner: User) -> list[object]:
    number = 7
    CaseFactory(decision__application__filed_by=owner, decision__application__client_number=number)
    return [number]


def _override(owner: User) -> list[object]:
    case = CaseFactory(decision__application__filed_by=owner)
    proposal = Override.objects.create(
        application=case.application,
        overruled=case.decision,
        outcome="decline",
        reason_code="fraud",
        comment="Forged.",
        proposed_by=UserFactory(role="Managers"),
    )
    return [proposal.pk]


def _document(owner: User) -> list[object]:
    """One whose file is gone, so that who may have it is sent back with a message."""
    lost = Attachment.objects.create(
        application=CaseFactory(decision__application__filed_by=owner).application,
        file="nowhere",
        size=1,
        added_by=owner,
    )
    return [lost.pk]


def _view(_owner: User) -> list[object]:
    """Somebody else's."""
    other = UserFactory(role="Managers")
    return [SavedView.objects.create(owner=other, name="Mine", query="").pk]


def _strategy(_owner: User) -> list[object]:
    return [StrategyFactory().version]


def _watched(_owner: User) -> list[object]:
    return [WatchListEntryFactory().pk]


def _batch(_owner: User) -> list[object]:
    """Somebody else's."""
    other = UserFactory(role="Managers")
    return [ScoreBatch.objects.create(format="csv", size=1, created_by=other).pk]


# What an address names, by its parameters; those that name an application are listed below.
OTHERS: dict[str, Callable[[User], list[object]]] = {
    "edit": _draft,
    "delete": _draft,
    "client": _client,
    "settle": _override,
    "withdraw": _override,
    "document": _document,
    "rename-view": _view,
    "delete-view": _view,
    "strategy-version": _strategy,
    "strategy-settle": _strategy,
    "strategy-return": _strategy,
    "watch-list-remove": _watched,
    "batch": _batch,
    "batch-progress": _batch,
    "batch-cancel": _batch,
    "batch-results": lambda owner: [*_batch(owner), "csv"],
    "export": lambda _owner: ["csv"],
    "letter-pdf": lambda owner: [*_case(owner), "en"],
}


def _address(name: str, owner: User) -> str:
    pattern = next(pattern for pattern in urlpatterns if pattern.name == name)
    needs = pattern.pattern.converters
    args = OTHERS.get(name, _case if needs else lambda _owner: [])(owner)
    return reverse(f"applications:{name}", args=args)


def _open(client: Client, name: str, address: str) -> int:
    method = client.post if EXPECTED[name][0] == "POST" else client.get
    return method(address).status_code


def test_every_address_has_its_line() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_access(name: str, people: dict[str, User], logged_in: Callable[[User], Client]) -> None:
    address = _address(name, people["owner"])

    found = [_open(logged_in(person), name, address) for person in people.values()]

    assert dict(zip(PERSONAS, found, strict=True)) == dict(
        zip(PERSONAS, EXPECTED[name][1:], strict=True)
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_outsiders_are_sent_to_the_login_page(name: str, banker: User, client: Client) -> None:
    address = _address(name, banker)

    answer = client.post(address) if EXPECTED[name][0] == "POST" else client.get(address)

    assert answer.status_code == FOUND
    assert answer["Location"] == f"{reverse('login')}?next={address}"


@pytest.mark.parametrize("action", ["draft", "submit", "lookup"])
def test_nobody_writes_into_anothers_draft(
    action: str, banker: User, other_banker: User, logged_in: Callable[[User], Client]
) -> None:
    draft = LoanApplicationFactory(filed_by=banker, last_name="Keller")
    address = reverse("applications:edit", args=[draft.pk])

    answer = logged_in(other_banker).post(address, {"action": action, "last_name": "Changed"})

    assert answer.status_code == MISSING
    assert LoanApplication.objects.get().last_name == "Keller"


def test_a_manager_does_not_see_unsubmitted_drafts_of_others(
    banker: User, manager: User, logged_in: Callable[[User], Client]
) -> None:
    draft = LoanApplicationFactory(filed_by=banker)

    answer = logged_in(manager).get(reverse("applications:detail", args=[draft.pk]))

    assert answer.status_code == MISSING


def test_deleting_needs_a_post(banker: User, logged_in: Callable[[User], Client]) -> None:
    draft = LoanApplicationFactory(filed_by=banker)

    answer = logged_in(banker).get(reverse("applications:delete", args=[draft.pk]))

    assert answer.status_code == METHOD


@pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if row[0] == "GET"])
def test_content_policy_is_strict(
    name: str, banker: User, manager: User, logged_in: Callable[[User], Client]
) -> None:
    person = banker if EXPECTED[name][1] == OK else manager

    answer = logged_in(person).get(_address(name, banker))

    assert "unsafe" not in answer["Content-Security-Policy"]
    if answer["Content-Type"].startswith("text/html") and answer.status_code == OK:
        html = answer.content.decode()
        assert "style=" not in html
        assert "onclick" not in html
        assert "<style" not in html
        inert = html.count('type="application/json"')
        assert html.count("<script") == html.count('<script src="') + inert


@pytest.mark.django_db
@pytest.mark.parametrize("status", [404, 403])
def test_error_pages_say_what_to_do(status: int, logged_in: Callable[[User], Client]) -> None:
    client = logged_in(UserFactory())
    page = client.get("/nowhere/" if status == MISSING else reverse("applications:history"))

    assert page.status_code == status
    assert "Back to the desk" in page.content.decode()


@pytest.mark.django_db
def test_a_stale_form_gets_its_own_page() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("login"), {"username": "x"})

    assert page.status_code == FORBIDDEN
    assert "This form is out of date" in page.content.decode()
