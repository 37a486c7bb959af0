"""Decisions over REST: reasons, letters, dossiers, replays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from applications.api.examples import APPLICATION
from applications.models import Decision, Entry, Letter
from scoring import services
from tests.applications.factories import CaseFactory, DecisionFactory, UserFactory

Calling = Callable[[User], APIClient]
URL = "/api/v1/decisions/"


@pytest.fixture
def decision(api: APIClient, champion: Any) -> Decision:
    """A real one, on what the partner filed, with its reasons."""
    api.post("/api/v1/applications/", {**APPLICATION, "submit": True})
    made = Decision.objects.select_related("prediction", "application").get()
    services.explain(prediction_id=made.prediction_id)
    return made


def at(decision: Decision, what: str = "") -> str:
    return f"{URL}{decision.pk}/{what}"


def test_a_decision_with_its_reasons(api: APIClient, decision: Decision) -> None:
    told = api.get(at(decision)).json()

    prediction = decision.prediction
    assert told["pd"] == prediction.pd
    assert told["cut_offs"] == {
        "refer_from": prediction.refer_from,
        "decline_from": prediction.decline_from,
    }
    assert (told["kind"], told["in_force"], told["channel"]) == ("automatic", True, "api")
    assert told["reasons_status"] == "ready"
    assert {"concept", "label", "direction", "contribution", "sentence"} <= set(told["reasons"][0])


def test_findings_keep_their_codes(api: APIClient, partner: User) -> None:
    finding = {"code": "large_amount", "outcome": "refer", "value": 9e5, "limit": 5e5}
    case = CaseFactory(decision__application__filed_by=partner, decision__findings=[finding])

    found = api.get(at(case.decision)).json()["findings"]

    assert {name: found[0][name] for name in finding} == finding
    assert found[0]["label"] == "Large amount"


@pytest.mark.usefixtures("french")
def test_words_are_in_the_readers_language(api: APIClient, decision: Decision) -> None:
    english = api.get(at(decision)).json()["reasons"][0]
    french = api.get(at(decision), headers={"accept-language": "fr"}).json()["reasons"][0]

    assert english["concept"] == french["concept"]
    assert english["sentence"] != french["sentence"]


def test_a_later_decision_replaces_it(api: APIClient, partner: User, manager: User) -> None:
    case = CaseFactory(decision__application__filed_by=partner)
    later = DecisionFactory(
        application=case.application,
        prediction=case.decision.prediction,
        number=2,
        kind="override",
        outcome="decline",
        decided_by=manager,
        reason_code="fraud",
    )
    case.decision = later
    case.save()

    rows = api.get(URL).json()["results"]
    assert [row["in_force"] for row in rows] == [True, False]
    assert rows[0]["decided_by"] == manager.get_full_name()
    assert len(api.get(URL, {"standing": "replaced"}).json()["results"]) == 1


def test_the_list_is_filtered(manager: User, calling: Calling) -> None:
    first = CaseFactory(decision__prediction__pd=0.02).decision
    CaseFactory(decision__prediction__pd=0.3, decision__outcome="decline")
    client = calling(manager)

    def found(**query: Any) -> int:
        return len(client.get(URL, query).json()["results"])

    assert found() == 2
    assert found(pd_from=0.1) == 1
    assert found(outcome="approve") == 1
    assert found(reference=first.application.reference) == 1
    assert found(amount_to=1) == 0
    assert client.get(URL, {"sort": "pd"}).status_code == 400
    assert client.get(URL, {"pd_from": 30}).status_code == 400


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_takes_few_queries(
    rows: int, manager: User, calling: Calling, django_assert_max_num_queries: Any
) -> None:
    filer = UserFactory(role="Bankers")
    for _ in range(rows):
        CaseFactory(decision__application__filed_by=filer)
    client = calling(manager)

    with django_assert_max_num_queries(7):
        assert len(client.get(URL).json()["results"]) == rows


@pytest.mark.parametrize("what", ["", "letter/", "letter/en/", "dossier/"])
def test_others_decisions_are_not_there(api: APIClient, what: str) -> None:
    assert api.get(at(CaseFactory().decision, what)).status_code == 404


def test_a_letter_from_draft_to_hand(api: APIClient, decision: Decision) -> None:
    before = api.get(at(decision, "letter/")).json()
    assert (before["lacking"], before["letters"]) == (None, [])
    assert before["due_on"]
    assert api.get(at(decision, "letter/en/")).status_code == 404

    made = api.post(at(decision, "letter/"), {"language": "en"})
    assert made.status_code == 201
    assert made["Location"] == at(decision, "letter/en/")
    assert api.post(at(decision, "letter/"), {"language": "en"}).json() == made.json()

    pdf = api.get(made.json()["pdf_url"], headers={"accept": "application/pdf"})
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content == bytes(Letter.objects.get().pdf)
    assert pdf["Cache-Control"] == "private, no-store"

    done = api.post(at(decision, "letter/en/handed-over/"))
    assert done.json()["handed_over_at"]
    assert api.post(at(decision, "letter/en/handed-over/")).json() == done.json()


def test_a_letter_handed_over_is_due_no_more(api: APIClient, partner: User) -> None:
    case = CaseFactory(decision__application__filed_by=partner, letter_due_on="2026-12-24")
    url = at(case.decision, "letter/")
    assert api.get(url).json()["due_on"] == "2026-12-24"

    api.post(url, {"language": "en"})
    api.post(f"{url}en/handed-over/")

    assert api.get(url).json()["due_on"] is None


def test_a_refusal_is_not_sent_without_its_reasons(api: APIClient, partner: User) -> None:
    case = CaseFactory(decision__application__filed_by=partner, decision__outcome="decline")
    url = at(case.decision, "letter/")

    assert api.get(url).json()["lacking"] == "pending"
    answer = api.post(url, {"language": "en"})
    assert answer.status_code == 409
    assert "still being computed" in answer.json()["detail"]


@pytest.mark.parametrize(
    "sent",
    [{}, {"language": "de"}, {"language": "en", "wording": "Too short"}, {"lang": "en"}],
)
def test_a_wrong_letter_is_named(api: APIClient, partner: User, sent: dict[str, str]) -> None:
    case = CaseFactory(decision__application__filed_by=partner)
    answer = api.post(at(case.decision, "letter/"), sent)

    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert not Letter.objects.exists()


def test_only_managers_word_reasons(api: APIClient, decision: Decision) -> None:
    sent = {"language": "en", "wording": "The security does not cover the loan."}

    assert api.post(at(decision, "letter/"), sent).status_code == 403


def test_the_dossier(
    api: APIClient, decision: Decision, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        told = api.get(at(decision, "dossier/")).json()

    assert told["format"] == "credit-desk dossier 1"
    assert told["application"]["reference"] == decision.application.reference
    assert [entry["content"]["kind"] for entry in told["journal"]["entries"]] == [
        "created",
        "submitted",
        "decided",
    ]


def test_a_replay_is_noted(
    decision: Decision, manager: User, calling: Calling, api: APIClient
) -> None:
    answer = calling(manager).post(at(decision, "replay/"))

    assert answer.json()["confirmed"]
    assert answer.json()["pd_again"] == decision.prediction.pd
    assert Entry.objects.filter(kind=Entry.Kind.REPLAYED).count() == 1
    assert api.post(at(decision, "replay/")).status_code == 403


def test_a_score_is_replayed_by_whom_it_was_given(
    decision: Decision, api: APIClient, calling: Calling
) -> None:
    url = f"/api/v1/scores/{decision.prediction_id}/replay/"

    assert api.post(url).json()["confirmed"]
    assert calling(UserFactory(role="Integrators")).post(url).status_code == 404
    assert calling(UserFactory(role="Administrators")).post(url).json()["confirmed"]
