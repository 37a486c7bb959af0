"""Notes, documents and the timeline over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from rest_framework.test import APIClient

from applications import journal
from applications.models import Attachment, Case, Entry, Note
from tests.applications.factories import CaseFactory, LoanApplicationFactory
from tests.applications.files import pdf

PDF = pdf()


@pytest.fixture
def case(partner: User) -> Case:
    return CaseFactory(decision__application__filed_by=partner)


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Any) -> None:
    options = {"location": tmp_path, "base_url": None}
    backend = "applications.storage.DurableStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {"BACKEND": backend, "OPTIONS": options},
    }


def at(case: Case, what: str) -> str:
    return f"/api/v1/applications/{case.pk}/{what}/"


def _file(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_notes(api: APIClient, case: Case) -> None:
    first = api.post(at(case, "notes"), {"text": "Called."})
    assert first.status_code == 201
    assert api.post(at(case, "notes"), {"text": "Called."}).json() == first.json()
    api.post(at(case, "notes"), {"text": "Came by."})

    rows = api.get(at(case, "notes")).json()["results"]
    assert [row["text"] for row in rows] == ["Came by.", "Called."]
    assert api.post(at(case, "notes"), {"text": " "}).status_code == 400
    assert api.post(at(case, "notes"), {"note": "x"}).status_code == 400


def test_a_document_up_and_down(api: APIClient, case: Case) -> None:
    up = api.post(
        at(case, "attachments"),
        {"documents": [_file("a.pdf"), _file("b.pdf", PDF + b"b")]},
        "multipart",
    )
    assert (up.status_code, up.json()["added"]) == (201, 2)
    again = api.post(at(case, "attachments"), {"documents": [_file("c.pdf")]}, "multipart")
    assert again.json()["added"] == 0

    listed = api.get(at(case, "attachments")).json()["attachments"]
    assert {one["name"] for one in listed} == {"a.pdf", "b.pdf"}
    url = next(one["url"] for one in listed if one["name"] == "a.pdf")
    for accepted in ("*/*", "application/pdf", "application/json"):
        down = api.get(url, headers={"accept": accepted})
        assert b"".join(down.streaming_content) == PDF
    assert "sandbox" in down["Content-Security-Policy"]
    assert 'attachment; filename="a.pdf"' in down["Content-Disposition"]


@pytest.mark.parametrize("name", ["a.txt", "a.exe", "a.png"])
def test_the_desks_checks_hold(api: APIClient, case: Case, name: str) -> None:
    answer = api.post(
        at(case, "attachments"), {"documents": [_file("ok.pdf"), _file(name)]}, "multipart"
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "documents"
    assert name in answer.json()["errors"][0]["detail"]
    assert not Attachment.objects.exists()


def test_no_documents(api: APIClient, case: Case) -> None:
    assert api.post(at(case, "attachments"), {}, "multipart").status_code == 400
    assert api.post(at(case, "attachments"), {"documents": []}).status_code == 415


def test_what_is_gone_from_disk_is_not_found(api: APIClient, case: Case, partner: User) -> None:
    lost = Attachment.objects.create(
        application=case.application, file="nowhere", name="a.pdf", size=1, added_by=partner
    )

    answer = api.get(f"{at(case, 'attachments')}{lost.pk}/", headers={"accept": "application/pdf"})

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_draft_takes_none(api: APIClient, partner: User) -> None:
    url = f"/api/v1/applications/{LoanApplicationFactory(filed_by=partner).pk}/"

    assert api.post(f"{url}notes/", {"text": "x"}).status_code == 409
    sent = {"documents": [_file("a.pdf")]}
    assert api.post(f"{url}attachments/", sent, "multipart").status_code == 409
    assert not Note.objects.exists()


def test_the_timeline(api: APIClient, case: Case) -> None:
    api.post(at(case, "notes"), {"text": "Called."})

    event = api.get(at(case, "timeline")).json()["events"][0]

    assert (event["kind"], event["text"], event["title"]) == ("noted", "Called.", "Note written")
    assert event["at"].endswith("Z")


@pytest.mark.parametrize("what", ["notes", "attachments", "timeline"])
def test_others_are_not_there(api: APIClient, what: str) -> None:
    other = CaseFactory()

    assert api.get(at(other, what)).status_code == 404


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.django_db(transaction=False)
def test_lists_take_few_queries(
    rows: int, api: APIClient, case: Case, partner: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        Note.objects.create(application=case.application, author=partner, text=str(number))
        Attachment.objects.create(application=case.application, size=1, added_by=partner)
        journal.write(Entry.Kind.NOTED, application=case.application, actor=partner)

    for what in ("notes", "attachments", "timeline"):
        with django_assert_max_num_queries(6):
            api.get(at(case, what))
