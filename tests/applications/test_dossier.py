"""The dossier of a decision: its page, its file, its verification, and its replay."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import scoring.services
from applications import dossier, journal, journal_words
from applications.models import Decision, Entry, Letter
from applications.services import filing, replaying
from scoring.models import ClientFile, ModelVersion
from tests.applications.factories import LoanApplicationFactory
from tests.sql import execute

LogIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


@pytest.fixture
def decision(banker: User, known_client: ClientFile) -> Decision:
    draft = filing.save_draft(
        application=LoanApplicationFactory.build(
            filed_by=banker, client_number=known_client.client_id
        ),
        filed_by=banker,
    )
    decision = filing.submit(application_id=draft.pk, submitted_by=banker)
    scoring.services.explain(prediction_id=decision.prediction_id)
    return decision


def _address(name: str, decision: Decision) -> str:
    return reverse(f"applications:{name}", args=[decision.application_id])


def _letter(decision: Decision, by: User) -> Letter:
    with transaction.atomic():
        letter = Letter.objects.create(
            decision=decision,
            language="en",
            pdf=b"%PDF",
            sha256=hashlib.sha256(b"%PDF").hexdigest(),
            made_by=by,
        )
        journal.write(
            Entry.Kind.LETTER_MADE, application=decision.application, actor=by, about=[letter]
        )
    return letter


def test_the_page_holds_it_all(
    decision: Decision, champion: ModelVersion, manager: User, logged_in: LogIn
) -> None:
    letter = _letter(decision, manager)

    html = logged_in(manager).get(_address("dossier", decision)).content.decode()

    shown = decision.prediction
    assert shown.model_sha256 in html
    assert repr(shown.raw_score) in html
    assert "AMT_CREDIT" in html
    assert "The feature vector" in html
    assert letter.sha256 in html
    assert all(entry.hash in html for entry in Entry.objects.all())
    assert "style=" not in html


def test_queries_of_the_page(decision: Decision, manager: User, logged_in: LogIn) -> None:
    _letter(decision, manager)
    client = logged_in(manager)

    with CaptureQueriesContext(connection) as queries:
        client.get(_address("dossier", decision))
    with CaptureQueriesContext(connection) as checking:
        client.get(_address("verify", decision))

    # Session, user, own and group permissions, application; decisions with score and reasons,
    # model, entries, letters, attachments.
    assert len(queries) <= 11  # the model is read from disk by the first page alone
    # Session to application with its case; head, entries with their neighbours, decisions with
    # score, letters, activations, count in the navigation. Notes, overrides and attachments would
    # be one query each.
    assert len([q for q in checking if "SAVEPOINT" not in q["sql"]]) <= 11


def test_features_add_up_to_the_raw_score(decision: Decision) -> None:
    found = dossier.of(decision.application)

    assert found is not None
    assert found.explanation is not None
    base = found.explanation.base_value
    assert base is not None
    total = base + sum(group.contribution or 0 for group in found.groups)
    assert total == pytest.approx(decision.prediction.raw_score)
    assert sum(len(group.rows) for group in found.groups) == len(decision.prediction.feature_vector)


def test_the_file_can_be_checked_without_the_site(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    """With nothing but JSON and SHA-256, as the key `journal` says."""

    def sha256(content: Any) -> str:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    _letter(decision, manager)
    answer = logged_in(manager).get(_address("dossier-json", decision))
    file = json.loads(answer.content)

    assert f"{decision.application.reference}.json" in answer["Content-Disposition"]
    assert set(file["keys"]) == set(file) - {"format", "made_at", "made_by", "keys"}
    entries = file["journal"]["entries"]
    assert len(entries) == 4
    told: dict[str, str] = {}
    for entry in entries:
        assert sha256(entry["content"]) == entry["hash"]
        assert entry["content"]["previous"] == entry["before"]
        for name, digest in entry["content"]["data"]["records"].items():
            assert sha256(file["journal"]["records"][name]) == digest
        told |= entry["content"]["data"]["states"]
    assert {name.partition(":")[0] for name in told} == {"case", "letter", "loanapplication"}
    for name, digest in told.items():
        assert sha256(file["journal"]["states"][name]) == digest
    assert file["journal"]["head"] == {"sequence": 4, "hash": entries[-1]["hash"]}
    vector = base64.b64decode(file["prediction"]["features_base64"])
    assert hashlib.sha256(vector).hexdigest() == file["prediction"]["features"]
    assert base64.b64decode(file["letters"][0]["pdf_base64"]) == b"%PDF"


def test_letters_are_read_together(decision: Decision, manager: User, logged_in: LogIn) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert logged_in(manager).get(_address("dossier-json", decision)).status_code == 200
        return sum('FROM "applications_letter"' in query["sql"] for query in found)

    one = _letter(decision, manager)
    few = queries()
    with transaction.atomic():
        one.pk, one.language, one._state.adding = None, "fr", True
        one.save()

    assert queries() == few


def test_findings_are_told_as_on_the_result(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    finding = {"code": "maximum_debt_ratio", "value": 0.452, "limit": 0.35, "outcome": "refer"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_decision SET findings = %s", [json.dumps([finding])])

    html = logged_in(manager).get(_address("dossier", decision)).content.decode()

    assert "45.2\u00a0%; the limit is 35\u00a0%" in html


def test_a_vector_of_another_length_is_shown_without_values(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    execute("UPDATE monitoring_prediction SET features = x'00000000'")

    answer = logged_in(manager).get(_address("dossier", decision))

    assert answer.status_code == 200


def test_without_the_model_the_dossier_says_so(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    ModelVersion.objects.all().delete()

    html = logged_in(manager).get(_address("dossier", decision)).content.decode()

    assert "The features cannot be named" in html
    assert "is not registered here" in html


@pytest.mark.parametrize("htmx", [True, False])
def test_verification_tells_what_was_changed(
    htmx: bool, decision: Decision, banker: User, logged_in: LogIn
) -> None:
    client = logged_in(banker)
    headers = {"HX-Request": "true"} if htmx else {}

    before = client.get(_address("verify", decision), headers=headers).content.decode()
    execute("UPDATE applications_decision SET reason = 'x'")
    after = client.get(_address("verify", decision), headers=headers).content.decode()

    assert "Nothing was changed or deleted: 3 entries and 4 records" in before
    assert f"The decision {decision.pk} was changed after entry 3 told of it." in after
    assert ("<html" in before) is not htmx


def test_a_replay_confirms_and_is_journalled(
    decision: Decision, manager: User, logged_in: LogIn
) -> None:
    page = logged_in(manager).post(_address("replay", decision), follow=True)

    entry = Entry.objects.get(kind=Entry.Kind.REPLAYED)
    assert entry.actor == manager
    assert entry.data["confirmed"] is True
    assert entry.data["pd_again"] == decision.prediction.pd
    html = page.content.decode()
    assert "Confirmed to the last digit" in html
    assert html.count(f">{decision.prediction.raw_score!r}<") >= 2


def test_only_managers_have_it_computed_again(
    decision: Decision, banker: User, logged_in: LogIn
) -> None:
    with pytest.raises(PermissionDenied):
        replaying.replay(decision=decision, asked_by=banker)

    html = logged_in(banker).get(_address("dossier", decision)).content.decode()
    assert "A manager can have it computed again" in html


def test_a_draft_has_no_dossier(banker: User, logged_in: LogIn) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    address = reverse("applications:dossier", args=[draft.pk])

    assert logged_in(banker).get(address).status_code == 404


def test_the_journal_speaks_the_words_of_people() -> None:
    data = {
        "outcome": "refer",
        "made": "automatic",
        "pd": 0.0187,
        "due_on": "2026-03-01",
        "something": "else",
        "size": 2048,
        "records": {"decision:1": "0" * 64},
        "states": {"case:1": "0" * 64},
        "agreed_by": "",
    }

    told = dict(journal_words.told(Entry(data=data)))

    assert told == {
        "Decision": "Referred",
        "Made": "Automatically",
        "PD": "1.87\u00a0%",
        "Due": "01/03/2026",
        "something": "else",
        "Size": "2.0\u00a0KB",
    }
