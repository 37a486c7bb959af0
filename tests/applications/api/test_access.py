"""Who may do what over REST: every address and method, tried by everybody.

An address or a method without a line in `EXPECTED` fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.test import APIClient

from applications.api.urls import urlpatterns
from applications.models import Attachment, Override
from tests.applications.factories import CaseFactory, LoanApplicationFactory, UserFactory

Calling = Callable[[User], APIClient]
OK, MADE, GONE, WRONG, FORBIDDEN, MISSING, STALE, TYPE = 200, 201, 204, 400, 403, 404, 409, 415
PEOPLE = ("owner", "other_banker", "manager", "integrator", "administrator", "no_role")
Row = tuple[int, int, int, int, int, int]
_NOBODY_ELSE = (FORBIDDEN, FORBIDDEN)
_MANAGERS_ALONE = (FORBIDDEN, FORBIDDEN, WRONG, FORBIDDEN, *_NOBODY_ELSE)
# What each of them gets. What is sent is empty, so that who may send it is told what is wrong
# (400, 409, 415), and who may not is refused (403) or told that nothing is there (404).
EXPECTED: dict[tuple[str, str], Row] = {
    ("api-applications", "get"): (OK, OK, OK, OK, *_NOBODY_ELSE),
    ("api-applications", "post"): (MADE, MADE, FORBIDDEN, MADE, *_NOBODY_ELSE),
    ("api-application", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-application", "patch"): (STALE, MISSING, FORBIDDEN, MISSING, *_NOBODY_ELSE),
    ("api-application", "delete"): (STALE, MISSING, FORBIDDEN, MISSING, *_NOBODY_ELSE),
    ("api-submit", "post"): (STALE, MISSING, FORBIDDEN, MISSING, *_NOBODY_ELSE),
    ("api-what-ifs", "post"): (WRONG, MISSING, WRONG, MISSING, *_NOBODY_ELSE),
    ("api-counter-offers", "post"): (WRONG, MISSING, FORBIDDEN, MISSING, *_NOBODY_ELSE),
    ("api-notes", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-notes", "post"): (WRONG, MISSING, WRONG, MISSING, *_NOBODY_ELSE),
    ("api-attachments", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-attachments", "post"): (TYPE, MISSING, TYPE, MISSING, *_NOBODY_ELSE),
    ("api-attachment", "get"): (MISSING, MISSING, MISSING, MISSING, *_NOBODY_ELSE),
    ("api-timeline", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-claim", "post"): _MANAGERS_ALONE,
    ("api-take-over", "post"): _MANAGERS_ALONE,
    ("api-put-back", "post"): _MANAGERS_ALONE,
    ("api-return", "post"): _MANAGERS_ALONE,
    ("api-answer", "post"): (WRONG, MISSING, FORBIDDEN, MISSING, *_NOBODY_ELSE),
    ("api-decide", "post"): _MANAGERS_ALONE,
    ("api-referrals", "get"): (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, *_NOBODY_ELSE),
    ("api-overrides", "get"): (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, *_NOBODY_ELSE),
    ("api-settle", "post"): _MANAGERS_ALONE,
    ("api-withdraw", "post"): (FORBIDDEN,) * 6,  # somebody else's
    ("api-decisions", "get"): (OK, OK, OK, OK, *_NOBODY_ELSE),
    ("api-decision", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-letter", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-letter", "post"): (WRONG, MISSING, WRONG, MISSING, *_NOBODY_ELSE),
    ("api-letter-pdf", "get"): (MISSING, MISSING, MISSING, MISSING, *_NOBODY_ELSE),
    ("api-letter-handed-over", "post"): (MISSING, MISSING, MISSING, MISSING, *_NOBODY_ELSE),
    ("api-dossier", "get"): (OK, MISSING, OK, MISSING, *_NOBODY_ELSE),
    ("api-decision-replay", "post"): (FORBIDDEN, FORBIDDEN, OK, FORBIDDEN, *_NOBODY_ELSE),
    ("api-outcomes", "post"): (FORBIDDEN, FORBIDDEN, FORBIDDEN, WRONG, WRONG, FORBIDDEN),
}


@pytest.fixture
def people(banker: User, other_banker: User, manager: User, no_role: User) -> dict[str, User]:
    integrator = UserFactory(role="Integrators")
    administrator = UserFactory(role="Administrators", is_staff=True)
    everybody = (banker, other_banker, manager, integrator, administrator, no_role)
    return dict(zip(PEOPLE, everybody, strict=True))


def _address(name: str, owner: User) -> str:
    """Something of the owner's that the address names."""
    case = CaseFactory(decision__application__filed_by=owner)
    lost = Attachment.objects.create(
        application=case.application, file="nowhere", size=1, added_by=owner
    )
    proposal = Override.objects.create(
        application=case.application,
        overruled=case.decision,
        outcome="decline",
        reason_code="fraud",
        comment="Forged.",
        proposed_by=UserFactory(role="Managers"),
    )
    pattern = next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == name)
    keys: list[object] = []
    if "<uuid:pk>" in pattern:
        keys = [case.pk]
    elif pattern.startswith("decisions/<"):
        keys = [case.decision_id]
    elif pattern.startswith("overrides/<"):
        keys = [proposal.pk]
    keys += [lost.pk] if "<uuid:attachment>" in pattern else []
    keys += ["en"] if "<slug:language>" in pattern else []
    return reverse(name, args=keys)


def _sent(client: APIClient, method: str, address: str, name: str) -> int:
    body = {"amount": 0} if name == "api-what-ifs" else {}  # nothing sent is nothing changed
    status: int = getattr(client, method)(address, body).status_code
    return status


def test_every_address_and_method_has_its_line() -> None:
    methods = ("get", "post", "put", "patch", "delete")
    served = {
        (pattern.name, method)
        for pattern in urlpatterns
        for method in methods
        if hasattr(pattern.callback.view_class, method)
    }
    assert served == set(EXPECTED)


@pytest.mark.parametrize(("name", "method"), EXPECTED)
def test_access(name: str, method: str, people: dict[str, User], calling: Calling) -> None:
    address = _address(name, people["owner"])

    found = [_sent(calling(person), method, address, name) for person in people.values()]

    assert dict(zip(PEOPLE, found, strict=True)) == dict(
        zip(PEOPLE, EXPECTED[name, method], strict=True)
    )


@pytest.mark.parametrize(("name", "method"), EXPECTED)
def test_outsiders_need_a_token(name: str, method: str, banker: User) -> None:
    answer = getattr(APIClient(), method)(_address(name, banker))

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_manager_does_not_see_others_drafts(manager: User, calling: Calling) -> None:
    draft = LoanApplicationFactory()

    assert calling(manager).get("/api/v1/applications/").json()["results"] == []
    assert calling(manager).get(f"/api/v1/applications/{draft.pk}/").status_code == 404
