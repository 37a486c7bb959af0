"""Text PostgreSQL cannot store, and numbers it cannot count to, are refused or find nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from scoring.models import ModelVersion
from tests.applications.factories import CaseFactory, UserFactory
from tests.applications.forms import typed
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db

HOSTILE = ["a\x00b", "9" * 40]
FILTERS = ("q", "client", "page", "show", "sort", "status", "outcome", "banker", "since", "month")
PAGES = {
    "Bankers": ("home", "list", "clients", "letters", "new"),
    "Managers": ("history", "referrals", "strategy", "simulate", "fairness", "watch-list"),
}
hostile = pytest.mark.parametrize("text", HOSTILE, ids=["NUL", "huge"])


@hostile
@pytest.mark.parametrize(("role", "page"), [(r, p) for r, pages in PAGES.items() for p in pages])
@pytest.mark.usefixtures("champion")
def test_in_an_address(client: Client, role: str, page: str, text: str) -> None:
    CaseFactory()
    client.force_login(UserFactory(role=role))
    for name in FILTERS:
        answer = client.get(reverse(f"applications:{page}"), {name: text})
        assert answer.status_code in {200, 404}, name


@hostile
@pytest.mark.usefixtures("champion")
def test_in_the_application_form(client: Client, text: str) -> None:
    client.force_login(UserFactory(role="Bankers"))
    for name in typed():
        answer = client.post(
            reverse("applications:new"), {"action": "submit", **typed(**{name: text})}
        )
        assert answer.status_code in {302, 422}, name


@hostile
@pytest.mark.parametrize("page", ["client", "strategy-version"])
@pytest.mark.usefixtures("champion")
def test_as_a_number(client: Client, page: str, text: str) -> None:
    client.force_login(UserFactory(role="Managers"))
    address = reverse(f"applications:{page}", args=[7]).replace("7", text)
    assert client.get(address).status_code in {302, 404}


@hostile
def test_over_rest(client: Client, champion: ModelVersion, text: str) -> None:
    client.force_login(UserFactory(role="Integrators"))
    bodies = [
        {"client_id": text},
        {"client_id": 10**30},
        {"application": {text: 1}},
        {"application": {**APPLICATION, "OCCUPATION_TYPE": text}},
        {"application": APPLICATION, "history": {"bureau": [{"CREDIT_ACTIVE": text}]}},
    ]
    for body in bodies:
        answer = client.post("/api/v1/scores/", body, "application/json")
        assert answer.status_code in {201, 400}, body


@hostile
def test_in_the_admins_search(client: Client, text: str) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for page in ("monitoring_prediction", "applications_loanapplication", "auth_user"):
        answer = client.get(reverse(f"admin:{page}_changelist"), {"q": text})
        assert answer.status_code in {200, 302}, page
