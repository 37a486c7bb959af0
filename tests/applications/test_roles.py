"""The groups that a migration makes, and what the admin lets whom do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from applications.models import Decision, LoanApplication
from tests.applications.factories import DecisionFactory, LoanApplicationFactory, UserFactory

LogIn = Callable[[User], Client]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("Bankers", "applications.file_application", "applications.view_all_applications"),
        ("Managers", "applications.view_all_applications", "applications.file_application"),
        ("Integrators", "scoring.request_score", "applications.view_all_applications"),
        ("Integrators", "applications.file_application", "applications.decide_application"),
        ("Integrators", "monitoring.add_loanoutcome", "monitoring.view_prediction"),
        ("Administrators", "scoring.activate_model", "applications.file_application"),
    ],
)
def test_roles(role: str, may: str, may_not: str) -> None:
    user = UserFactory(role=role)

    assert user.has_perm(may)
    assert not user.has_perm(may_not)


@pytest.mark.django_db
def test_there_are_no_other_roles() -> None:
    assert Group.objects.count() == 4


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(role="Administrators", is_staff=True)


@pytest.mark.parametrize("name", ["loanapplication", "decision"])
def test_administrators_list_and_search(name: str, administrator: User, logged_in: LogIn) -> None:
    DecisionFactory(application__last_name="Keller")
    address = reverse(f"admin:applications_{name}_changelist")

    page = logged_in(administrator).get(address, {"q": "keller"})

    assert page.status_code == 200
    assert page.context["cl"].result_count == 1


def test_submitted_applications_and_decisions_are_read_only(
    administrator: User, logged_in: LogIn
) -> None:
    decision = DecisionFactory()
    client = logged_in(administrator)

    for instance, name in ((decision.application, "loanapplication"), (decision, "decision")):
        address = reverse(f"admin:applications_{name}_change", args=[instance.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {"amount": "1"}).status_code == 403
        delete = reverse(f"admin:applications_{name}_delete", args=[instance.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
    assert LoanApplication.objects.get().amount == 450_000.0
    assert Decision.objects.exists()


def test_drafts_belong_to_the_desk(administrator: User, logged_in: LogIn) -> None:
    """A draft changed here could undo the submission that a banker makes meanwhile."""
    draft = LoanApplicationFactory()
    client = logged_in(administrator)
    change, delete = (
        reverse(f"admin:applications_loanapplication_{act}", args=[draft.pk])
        for act in ("change", "delete")
    )

    assert client.get(change).status_code == 200
    assert client.get(reverse("admin:applications_loanapplication_add")).status_code == 403
    assert client.post(change, {"amount": "1"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert LoanApplication.objects.get().amount == draft.amount


@pytest.mark.parametrize("name", ["user", "group"])
def test_accounts_are_kept_in_the_admin(name: str, administrator: User, logged_in: LogIn) -> None:
    page = logged_in(administrator).get(reverse(f"admin:auth_{name}_changelist"))

    assert page.status_code == 200


def test_bankers_stay_out_of_the_admin(banker: User, logged_in: LogIn) -> None:
    assert logged_in(banker).get(reverse("admin:index")).status_code == 302
