"""Referrals and overrides over REST: the desk's rules, with managers' tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from rest_framework.test import APIClient

from applications.models import Attachment, Case, Decision, Override
from tests.applications.factories import CaseFactory, UserFactory
from tests.applications.files import pdf

Calling = Callable[[User], APIClient]
VERDICT = {"outcome": "approve", "reason_code": "security", "comment": "A guarantor signed."}


@pytest.fixture
def referral(partner: User) -> Case:
    return CaseFactory(
        decision__application__filed_by=partner,
        decision__outcome="refer",
        decision__prediction__pd=0.12,
    )


@pytest.fixture
def boss(manager: User, calling: Calling) -> APIClient:
    return calling(manager)


def at(case: Case, what: str) -> str:
    return f"/api/v1/applications/{case.pk}/{what}/"


def stage(case: Case) -> str:
    return Case.objects.get(pk=case.pk).stage


def test_from_the_queue_to_a_decision(
    referral: Case, boss: APIClient, api: APIClient, partner: User
) -> None:
    row = boss.get("/api/v1/referrals/").json()["results"][0]
    assert row["application"]["id"] == str(referral.pk)
    assert row["version"] == "1-referred"
    assert row["referral_reasons"] == [{"code": "pd", "label": "PD between the cut-offs"}]

    claimed = boss.post(at(referral, "claim"), {"version": row["version"]})
    assert claimed.json()["version"] == "1-claimed"
    asked = boss.post(at(referral, "return"), {"version": "1-claimed", "question": "Which rent?"})
    assert asked.json()["case"]["stage"] == "returned"

    told = api.get(row["application"]["url"]).json()
    assert told["case"]["question"] == "Which rent?"
    answered = api.post(at(referral, "answer"), {"version": told["version"], "text": "900."})
    assert answered.json()["case"]["stage"] == "claimed"

    decided = boss.post(at(referral, "decide"), {**VERDICT, "version": "1-claimed"})
    assert decided.status_code == 201
    assert decided.json()["override"] is None
    made = decided.json()["decision"]
    assert (made["number"], made["kind"], made["reason_code"]) == (2, "manual", "security")
    assert made["in_force"]
    assert api.get(made["url"]).json() == made


def test_an_answer_brings_documents(
    referral: Case, api: APIClient, manager: User, settings: Settings, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    Case.objects.filter(pk=referral.pk).update(
        stage="returned", claimed_by=manager, question="Lease?"
    )
    sent = {"version": "1-returned", "text": "Here.", "documents": [_pdf("lease.txt")]}

    refused = api.post(at(referral, "answer"), sent, format="multipart")
    assert refused.json()["errors"][0]["field"] == "documents"
    assert stage(referral) == "returned"
    sent["documents"] = [_pdf("lease.pdf")]
    assert api.post(at(referral, "answer"), sent, format="multipart").status_code == 200
    assert Attachment.objects.get().name == "lease.pdf"


def _pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(), "application/pdf")


def test_of_two_managers_one_wins(
    referral: Case, boss: APIClient, other_manager: User, calling: Calling
) -> None:
    other = calling(other_manager)
    boss.post(at(referral, "claim"), {"version": "1-referred"})

    late = other.post(at(referral, "claim"), {"version": "1-referred"})
    by_header = other.post(at(referral, "claim"), {}, headers={"if-match": '"1-referred"'})
    assert (late.status_code, by_header.status_code) == (409, 412)
    assert "has it now" in late.json()["detail"]
    not_hers = other.post(at(referral, "decide"), {**VERDICT, "version": "1-claimed"})
    assert not_hers.status_code == 409
    assert other.post(at(referral, "take-over"), {"version": "1-claimed"}).status_code == 200
    assert other.post(at(referral, "put-back"), {"version": "1-claimed"}).status_code == 200
    assert stage(referral) == "referred"


@pytest.mark.parametrize("version", ["", "x", "1", "9-referred", "1-decided", "²-referred"])
def test_a_version_that_is_none_changes_nothing(
    referral: Case, boss: APIClient, version: str
) -> None:
    answer = boss.post(at(referral, "claim"), {"version": version})

    assert answer.status_code == (409 if version else 400)
    assert stage(referral) == "referred"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": "refer"}, "outcome"),
        ({"reason_code": "mood"}, "reason_code"),
        ({"comment": " "}, "comment"),
        ({"because": "x"}, "because"),
    ],
)
def test_a_wrong_verdict_is_named(
    referral: Case, boss: APIClient, changes: dict[str, str], field: str
) -> None:
    boss.post(at(referral, "claim"), {"version": "1-referred"})

    answer = boss.post(at(referral, "decide"), {**VERDICT, **changes, "version": "1-claimed"})

    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert Decision.objects.count() == 1


def test_nobody_decides_what_they_filed(manager: User, boss: APIClient) -> None:
    own = CaseFactory(decision__application__filed_by=manager, decision__outcome="refer")

    assert boss.post(at(own, "claim"), {"version": "1-referred"}).status_code == 403


def test_four_eyes(
    boss: APIClient, manager: User, other_manager: User, calling: Calling, api: APIClient
) -> None:
    """Granting what the score declines takes a second manager."""
    case = CaseFactory(decision__outcome="decline", decision__prediction__pd=0.4)
    proposed = boss.post(at(case, "decide"), {**VERDICT, "version": "1-decided"}).json()
    assert proposed["decision"] is None
    override = proposed["override"]
    assert (override["status"], override["outcome"]) == ("pending", "approve")
    settle = f"/api/v1/overrides/{override['id']}/settle/"
    agreed = {"agrees": True, "answer": "I saw the papers."}

    assert boss.post(settle, agreed).status_code == 403
    assert api.post(settle, agreed).status_code == 403
    other = calling(other_manager)
    assert other.get("/api/v1/overrides/").json()["results"] == [override]
    assert other.post(settle, {"agrees": "yes", "answer": "x"}).status_code == 400
    assert other.post(settle, agreed).json()["status"] == "agreed"
    assert other.post(settle, agreed).status_code == 409
    decision = Decision.objects.get(number=2)
    assert (decision.decided_by, decision.agreed_by) == (manager, other_manager)


def test_a_proposal_is_withdrawn(boss: APIClient, other_manager: User, calling: Calling) -> None:
    case = CaseFactory(decision__outcome="decline", decision__prediction__pd=0.4)
    boss.post(at(case, "decide"), {**VERDICT, "version": "1-decided"})
    url = f"/api/v1/overrides/{Override.objects.get().pk}/withdraw/"

    assert calling(other_manager).post(url).status_code == 403
    assert boss.post(url).json()["status"] == "withdrawn"
    assert boss.post("/api/v1/overrides/99/withdraw/").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("name", ["referrals", "overrides"])
def test_lists_take_few_queries(
    rows: int, name: str, boss: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(rows):
        case = CaseFactory(decision__outcome="refer")
        Override.objects.create(
            application=case.application,
            overruled=case.decision,
            outcome="decline",
            reason_code="fraud",
            comment="Forged.",
            proposed_by=UserFactory(role="Managers"),
        )

    with django_assert_max_num_queries(6):
        assert len(boss.get(f"/api/v1/{name}/").json()["results"]) == rows


def test_the_queue_is_filtered(boss: APIClient) -> None:
    CaseFactory(decision__outcome="refer")

    assert len(boss.get("/api/v1/referrals/", {"reason": "pd"}).json()["results"]) == 1
    assert not boss.get("/api/v1/referrals/", {"who": "mine"}).json()["results"]
    assert boss.get("/api/v1/referrals/", {"reason": "none"}).status_code == 400
