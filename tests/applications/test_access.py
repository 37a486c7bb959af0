"""Who may open what: every address of the desk, tried by everybody.

A new address without a line in `EXPECTED` fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from applications.models import Attachment, LoanApplication
from applications.urls import urlpatterns
from tests.applications.factories import CaseFactory, LoanApplicationFactory, UserFactory

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
    "letter": (OK, MISSING, OK, FORBIDDEN),
    "letter-make": (FOUND, MISSING, FOUND, FORBIDDEN),
    "letter-reasons": (FOUND, MISSING, FOUND, FORBIDDEN),
    "letter-pdf": (MISSING, MISSING, MISSING, FORBIDDEN),  # none is made yet
    "letter-handed-over": (MISSING, MISSING, MISSING, FORBIDDEN),
    "letters": (OK, OK, OK, FORBIDDEN),
    "what-if": (OK, MISSING, OK, FORBIDDEN),
    "counter-offer": (METHOD, METHOD, FORBIDDEN, FORBIDDEN),
    "clients": (OK, OK, OK, FORBIDDEN),
    "client": (OK, OK, OK, FORBIDDEN),
    "history": (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN),
    "referrals": (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN),
    "second-opinions": (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN),
    "claim": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "take-over": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "put-back": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "ask-back": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "answer": (METHOD, METHOD, FORBIDDEN, FORBIDDEN),
    "decide": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "settle": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "withdraw": (FORBIDDEN, FORBIDDEN, METHOD, FORBIDDEN),
    "write-note": (METHOD, METHOD, METHOD, FORBIDDEN),
    "attach": (METHOD, METHOD, METHOD, FORBIDDEN),
    "document": (FOUND, MISSING, FOUND, FORBIDDEN),
}
ON_A_DRAFT = ("edit", "delete")
MORE = {"letter-pdf": ("en",)}
POSTED = ("delete", "letter-make", "letter-reasons", "letter-handed-over")
ON_A_PROPOSAL = ("settle", "withdraw")
WITHOUT_KEY = (
    "home",
    "list",
    "new",
    "clients",
    "letters",
    "history",
    "referrals",
    "second-opinions",
)
FOR_MANAGERS = ("history", "referrals", "second-opinions")


@pytest.fixture
def people(banker: User, other_banker: User, manager: User, no_role: User) -> dict[str, User]:
    return dict(zip(PERSONAS, (banker, other_banker, manager, no_role), strict=True))


def _address(name: str, owner: User) -> str:
    if name in WITHOUT_KEY:
        return reverse(f"applications:{name}")
    pk: object
    if name == "client":
        CaseFactory(decision__application__filed_by=owner, decision__application__client_number=7)
        return reverse("applications:client", args=[7])
    if name in ON_A_DRAFT:
        pk = LoanApplicationFactory(filed_by=owner).pk
    elif name in ON_A_PROPOSAL:
        pk = 1  # the method is looked at before the proposal
    elif name == "document":
        pk = _lost_document(owner).pk
    else:
        pk = CaseFactory(decision__application__filed_by=owner).pk
    return reverse(f"applications:{name}", args=[pk, *MORE.get(name, ())])


def _lost_document(owner: User) -> Attachment:
    """One whose file is gone, so that who may have it is sent back with a message."""
    return Attachment.objects.create(
        application=CaseFactory(decision__application__filed_by=owner).application,
        file="nowhere",
        size=1,
        added_by=owner,
    )


def _open(client: Client, name: str, address: str) -> int:
    answer = client.post(address) if name in POSTED else client.get(address)
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
    answer = client.post(address) if name in POSTED else client.get(address)

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


@pytest.mark.parametrize("name", [name for name in WITHOUT_KEY if name not in FOR_MANAGERS])
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


@pytest.mark.parametrize("name", [*FOR_MANAGERS, "detail"])
def test_content_policy_is_strict_for_managers(
    name: str, banker: User, manager: User, logged_in: Callable[[User], Client]
) -> None:
    html = logged_in(manager).get(_address(name, banker)).content.decode()

    assert "style=" not in html
    assert "onclick" not in html
    assert "<style" not in html


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
