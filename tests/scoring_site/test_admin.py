"""The admin: every page opens for administrators, none for others."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from monitoring.models import Prediction, Source
from scoring import services, tokens
from scoring.models import ClientFile, Explanation, ModelVersion
from tests.applications.factories import CaseFactory, DecisionFactory, UserFactory
from tests.scoring.factories import APPLICATION

pytestmark = pytest.mark.django_db

LISTS = [
    "monitoring_prediction",
    "scoring_modelversion",
    "scoring_clientfile",
    "scoring_explanation",
    "applications_loanapplication",
    "applications_decision",
    "auth_user",
    "auth_group",
    "scoring_apitoken",
    "monitoring_subscription",
    "monitoring_delivery",
]


@pytest.fixture
def administrator() -> User:
    return UserFactory(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def admin(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def prediction(champion: ModelVersion) -> Prediction:
    prediction = services.score(application=APPLICATION, source=Source.API)
    services.explain(prediction_id=prediction.pk)
    return prediction


@pytest.mark.parametrize("page", LISTS)
def test_lists_open(admin: Client, page: str, prediction: Prediction) -> None:
    DecisionFactory()
    assert admin.get(reverse(f"admin:{page}_changelist")).status_code == 200


@pytest.mark.parametrize("page", ["case", "override", "entry", "note", "attachment"])
def test_records_of_cases_are_shown_and_cannot_be_added(admin: Client, page: str) -> None:
    CaseFactory()
    name = f"admin:applications_{page}"
    assert admin.get(reverse(f"{name}_changelist")).status_code == 200
    assert admin.get(reverse(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("page", LISTS)
def test_lists_open_for_the_role_alone(client: Client, page: str) -> None:
    client.force_login(UserFactory(is_staff=True, role="Administrators"))
    assert client.get(reverse(f"admin:{page}_changelist")).status_code == 200


@pytest.mark.parametrize("role", ["Bankers", "Managers", "Integrators"])
@pytest.mark.parametrize("page", LISTS)
def test_lists_are_closed_to_others(client: Client, page: str, role: str) -> None:
    client.force_login(UserFactory(role=role))
    answer = client.get(reverse(f"admin:{page}_changelist"))
    assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)


def test_a_prediction_is_shown_and_cannot_be_changed(admin: Client, prediction: Prediction) -> None:
    url = reverse("admin:monitoring_prediction_change", args=[prediction.pk])
    page = admin.get(url).content.decode()
    assert "AMT_CREDIT" in page
    assert 'name="_save"' not in page
    assert admin.post(url, {"pd": "0.5"}).status_code == 403


def test_reasons_are_told(admin: Client, prediction: Prediction) -> None:
    page = admin.get(reverse("admin:scoring_explanation_change", args=[prediction.pk]))
    reasons = Explanation.objects.get(pk=prediction.pk).reasons
    assert reasons[0]["sentence"] in page.content.decode()


def test_a_client_file_is_shown(admin: Client, known_client: ClientFile) -> None:
    url = reverse("admin:scoring_clientfile_change", args=[known_client.pk])
    assert "AMT_INCOME_TOTAL" in admin.get(url).content.decode()


def test_a_model_is_made_champion(admin: Client, champion: ModelVersion) -> None:
    ModelVersion.objects.update(is_champion=False)
    admin.post(
        reverse("admin:scoring_modelversion_changelist"),
        {"action": "make_champion", "_selected_action": [champion.pk]},
    )
    champion.refresh_from_db()
    assert champion.is_champion


def test_a_token_is_shown_once_and_works(admin: Client, administrator: User) -> None:
    partner = UserFactory(role="Integrators")
    asked = {"name": "Branch system", "user": partner.pk, "lifetime": 30}

    page = admin.post(reverse("admin:scoring_apitoken_add"), asked)

    token = AuthToken.objects.get(user=partner)
    assert token.record.name == "Branch system"
    assert token.record.issued_by == administrator
    assert timedelta(days=29) < token.expiry - timezone.now() < timedelta(days=31)
    plain = re.search(r'value="(desk_[0-9a-f]{64})"', page.content.decode())
    assert plain is not None
    assert "no-store" in page["Cache-Control"]
    bearer = {"HTTP_AUTHORIZATION": f"Token {plain[1]}"}
    assert Client().get("/api/v1/tokens/current/", **bearer).json()["roles"] == ["Integrators"]
    later = admin.get(reverse("admin:scoring_apitoken_change", args=[token.pk]))
    assert "Branch system" in later.content.decode()
    assert plain[1] not in later.content.decode()

    admin.post(reverse("admin:scoring_apitoken_delete", args=[token.pk]), {"post": "yes"})
    assert Client().get("/api/v1/tokens/current/", **bearer).status_code == 401


@pytest.mark.parametrize("field", ["name", "user", "lifetime"])
def test_a_token_needs_name_account_and_end(admin: Client, field: str) -> None:
    asked = {"name": "x", "user": UserFactory().pk, "lifetime": 30} | {field: ""}
    assert admin.post(reverse("admin:scoring_apitoken_add"), asked).status_code == 200
    assert not AuthToken.objects.exists()


def test_the_list_of_tokens_asks_no_more_for_more(
    admin: Client, administrator: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        tokens.issue_token(
            user=UserFactory(role="Integrators"), name=f"{number}", lifetime=timedelta(days=1)
        )
    with django_assert_max_num_queries(12):
        page = admin.get(reverse("admin:scoring_apitoken_changelist")).content.decode()
    assert "Integrators" in page
