"""Who may open what: every address of the desk, tried by everybody.

A new address without a line in `EXPECTED` fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from applications.models import LoanApplication
from applications.urls import urlpatterns
from tests.applications.factories import DecisionFactory, LoanApplicationFactory, UserFactory

OK, FOUND, FORBIDDEN, MISSING, METHOD = 200, 302, 403, 404, 405
PERSONAS = ("owner", "other_banker", "manager", "no_role")
# A draft of the owner's for addresses that change one, else a submitted application of theirs.
EXPECTED: dict[str, tuple[int, int, int, int]] = {
    "home": (OK, OK, OK, OK),
    "list": (OK, OK, FORBIDDEN, FORBIDDEN),
    "new": (OK, OK, FORBIDDEN, FORBIDDEN),
    "detail": (OK, MISSING, OK, FORBIDDEN),
    "edit": (OK, MISSING, FORBIDDEN, FORBIDDEN),
    "delete": (FOUND, MISSING, FORBIDDEN, FORBIDDEN),
    "explanation": (FOUND, MISSING, FOUND, FORBIDDEN),
    "history": (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN),
    "export": (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN),
    "saved-views": (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN),
    "rename-view": (FORBIDDEN, FORBIDDEN, MISSING, FORBIDDEN),  # there is no such view
    "delete-view": (FORBIDDEN, FORBIDDEN, FOUND, FORBIDDEN),
    "dossier": (OK, MISSING, OK, FORBIDDEN),
    "dossier-json": (OK, MISSING, OK, FORBIDDEN),
    "verify": (OK, MISSING, OK, FORBIDDEN),
    "replay": (FORBIDDEN, FORBIDDEN, FOUND, FORBIDDEN),
}
ON_A_DRAFT = ("edit", "delete")
WITHOUT_KEY = ("home", "list", "new", "history", "saved-views")
OTHER_KEYS: dict[str, list[object]] = {"export": ["csv"], "rename-view": [0], "delete-view": [0]}
BY_POST = ("delete", "rename-view", "delete-view", "replay")


@pytest.fixture
def people(banker: User, other_banker: User, manager: User, no_role: User) -> dict[str, User]:
    return dict(zip(PERSONAS, (banker, other_banker, manager, no_role), strict=True))


def _address(name: str, owner: User) -> str:
    if name in WITHOUT_KEY:
        return reverse(f"applications:{name}")
    if name in OTHER_KEYS:
        return reverse(f"applications:{name}", args=OTHER_KEYS[name])
    if name in ON_A_DRAFT:
        pk = LoanApplicationFactory(filed_by=owner).pk
    else:
        pk = DecisionFactory(application__filed_by=owner).application.pk
    return reverse(f"applications:{name}", args=[pk])


def _open(client: Client, name: str, address: str) -> int:
    answer = client.post(address) if name in BY_POST else client.get(address)
    return answer.status_code


def test_every_address_has_its_line() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(EXPECTED)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", EXPECTED)
def test_access(
    name: str, persona: str, people: dict[str, User], logged_in: Callable[[User], Client]
) -> None:
    address = _address(name, people["owner"])

    status = _open(logged_in(people[persona]), name, address)

    assert status == EXPECTED[name][PERSONAS.index(persona)]


@pytest.mark.parametrize("name", EXPECTED)
def test_outsiders_are_sent_to_the_login_page(name: str, banker: User, client: Client) -> None:
    address = _address(name, banker)
    answer = client.post(address) if name in BY_POST else client.get(address)

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


@pytest.mark.parametrize("name", ["home", "list", "new"])
def test_content_policy_is_strict(
    name: str, banker: User, logged_in: Callable[[User], Client]
) -> None:
    answer = logged_in(banker).get(reverse(f"applications:{name}"))

    policy = answer["Content-Security-Policy"]
    html = answer.content.decode()
    assert "unsafe" not in policy
    assert "style=" not in html
    assert "onclick" not in html
    assert "<style" not in html
    assert html.count("<script") == html.count('<script src="')


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
