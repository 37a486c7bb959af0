"""Notes and documents: what is accepted, what lies on disk, and who gets it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from applications import documents, journal
from applications.exceptions import NotAllowed
from applications.models import Attachment, Decision, LoanApplication, Note
from applications.services import records
from tests.applications.factories import DecisionFactory, LoanApplicationFactory
from tests.applications.files import pdf, picture, with_attachment, with_password, with_script
from tests.applications.journals import edited

LogIn = Callable[[User], Client]
PDF = pdf()


@pytest.fixture(autouse=True)
def disk(settings: Settings, tmp_path: Path) -> Path:
    """A folder of this test alone for attachments."""
    folder = tmp_path / "attachments"
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "applications.storage.DurableStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        },
    }
    field = Attachment._meta.get_field("file")
    with mock.patch.object(field, "storage", storages["attachments"]):
        yield folder


@pytest.fixture
def application(banker: User) -> LoanApplication:
    decision: Decision = DecisionFactory(application__filed_by=banker)
    return decision.application


def _file(name: str = "Payslip.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/x-whatever")


def _upload(client: Client, application: LoanApplication, *files: SimpleUploadedFile) -> Any:
    address = reverse("applications:attach", args=[application.pk])
    return client.post(address, {"documents": list(files)})


def _on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# --- notes -------------------------------------------------------------------


def test_a_note_is_written_and_shown(
    application: LoanApplication, manager: User, banker: User, logged_in: LogIn
) -> None:
    address = reverse("applications:write-note", args=[application.pk])
    logged_in(manager).post(address, {"text": "Called <b>the employer</b>."})

    html = (
        logged_in(banker)
        .get(reverse("applications:detail", args=[application.pk]))
        .content.decode()
    )
    assert "Called &lt;b&gt;the employer&lt;/b&gt;." in html
    assert Note.objects.get().author == manager
    assert edited() == []


def test_the_same_note_sent_twice_is_one(application: LoanApplication, banker: User) -> None:
    for text in ("Called.", "Called.", "No answer.", "Called."):
        records.write_note(application_id=application.pk, author=banker, text=text)
    assert Note.objects.count() == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [(" ", "Write the note first."), ("x" * 4_001, "Shorten this to 4000 characters")],
)
def test_a_wrong_note_is_not_lost(
    text: str, complaint: str, application: LoanApplication, banker: User, logged_in: LogIn
) -> None:
    address = reverse("applications:write-note", args=[application.pk])
    answer = logged_in(banker).post(address, {"text": text})
    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert not Note.objects.exists()


def test_only_who_sees_an_application_adds_to_it(
    application: LoanApplication, other_banker: User, banker: User, disk: Path
) -> None:
    draft = LoanApplicationFactory(filed_by=banker)
    for key, person in ((application.pk, other_banker), (draft.pk, banker)):
        with pytest.raises(NotAllowed):
            records.write_note(application_id=key, author=person, text="x")
        with pytest.raises(NotAllowed):
            records.attach(application_id=key, added_by=person, files=[_file()])
    assert _on_disk(disk) == []


# --- documents ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Payslip.pdf", PDF, "application/pdf"),
        ("Scan.JPG", picture("JPEG"), "image/jpeg"),
        ("scan.jpeg", picture("JPEG"), "image/jpeg"),
        ("card.png", picture("PNG"), "image/png"),
        ("Père Noël ⛄.pdf", PDF, "application/pdf"),
    ],
)
def test_what_is_accepted(  # noqa: PLR0917 - fixtures
    name: str,
    content: bytes,
    kind: str,
    application: LoanApplication,
    banker: User,
    logged_in: LogIn,
    disk: Path,
) -> None:
    client = logged_in(banker)
    assert _upload(client, application, _file(name, content)).status_code == 302

    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.content_type) == (name, kind)
    assert attachment.size == len(content)
    assert [path.read_bytes() for path in _on_disk(disk)] == [content]
    assert _on_disk(disk)[0].relative_to(disk).parts == (str(application.pk), str(attachment.pk))
    answer = client.get(reverse("applications:document", args=[attachment.pk]))
    assert b"".join(answer.streaming_content) == content
    assert edited() == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("empty.pdf", b"", "“empty.pdf” is empty"),
        ("big.pdf", PDF + b"0" * documents.MOST_BYTES, "“big.pdf” is larger than 10 MB"),
        ("page.pdf", b"<html><script>alert(1)</script>", "“page.pdf” is neither a PDF nor"),
        ("run.pdf", b"MZ\x90\x00" + b"\0" * 200, "“run.pdf” is neither a PDF nor"),
        ("anim.png", picture("GIF"), "“anim.png” is neither a PDF nor"),
        ("run.exe", PDF, "“run.exe” must be called what it is: rename it to end in .pdf"),
        ("scan", picture("PNG"), "rename it to end in .png"),
        ("x" * 150 + ".pdf", PDF, "shorten it to 150 characters"),
        ("broken.pdf", b"%PDF-1.4\n%%EOF\n", "“broken.pdf” is damaged"),
        ("none.pdf", pdf(pages=0), "“none.pdf” has no pages"),
        ("locked.pdf", pdf(with_password), "“locked.pdf” is protected by a password"),
        ("script.pdf", pdf(with_script), "“script.pdf” carries programs"),
        ("parcel.pdf", pdf(with_attachment), "“parcel.pdf” carries programs"),
        ("cut.png", picture("PNG")[:-20], "“cut.png” is damaged"),
        ("cut.jpg", picture("JPEG", 400)[:-200], "“cut.jpg” is damaged"),
        ("bomb.png", picture("PNG", 7_800), "“bomb.png” has too many pixels"),
    ],
)
def test_what_is_refused(  # noqa: PLR0917 - fixtures
    name: str,
    content: bytes,
    complaint: str,
    application: LoanApplication,
    banker: User,
    logged_in: LogIn,
    disk: Path,
) -> None:
    answer = _upload(logged_in(banker), application, _file(), _file(name, content))

    html = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in html
    assert "PDF, JPEG or PNG, at most 10 MB each" in html
    assert application.reference in html
    assert not Attachment.objects.exists()
    assert _on_disk(disk) == []


def test_nothing_chosen(application: LoanApplication, banker: User, logged_in: LogIn) -> None:
    answer = _upload(logged_in(banker), application)
    assert answer.status_code == 422
    assert "Choose at least one document." in answer.content.decode()


def test_twenty_and_no_more(
    application: LoanApplication, banker: User, logged_in: LogIn, disk: Path
) -> None:
    files = [_file(f"{n}.pdf", PDF + bytes([n])) for n in range(20)]
    assert records.attach(application_id=application.pk, added_by=banker, files=files) == 20

    answer = _upload(logged_in(banker), application, _file("more.pdf", PDF + b"more"))

    assert answer.status_code == 422
    assert "holds at most 20 documents" in answer.content.decode()
    assert Attachment.objects.count() == len(_on_disk(disk)) == 20


def test_the_same_document_twice_is_one(
    application: LoanApplication, banker: User, logged_in: LogIn, disk: Path
) -> None:
    client = logged_in(banker)
    _upload(client, application, _file(), _file("Copy.pdf"))
    _upload(client, application, _file())
    assert Attachment.objects.count() == len(_on_disk(disk)) == 1


def test_a_row_that_fails_leaves_no_file(
    application: LoanApplication, banker: User, disk: Path
) -> None:
    with (
        mock.patch.object(journal, "write", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        records.attach(application_id=application.pk, added_by=banker, files=[_file()])
    assert not Attachment.objects.exists()
    assert _on_disk(disk) == []


def test_a_file_half_written_is_removed(
    application: LoanApplication, banker: User, disk: Path
) -> None:
    with (
        mock.patch("applications.storage._sync", side_effect=OSError("disk full")),
        pytest.raises(OSError, match="disk full"),
    ):
        records.attach(application_id=application.pk, added_by=banker, files=[_file()])
    assert _on_disk(disk) == []


def test_the_service_checks_documents_itself(
    application: LoanApplication, banker: User, disk: Path
) -> None:
    with pytest.raises(ValidationError, match="neither a PDF"):
        records.attach(
            application_id=application.pk, added_by=banker, files=[_file(), _file("a.pdf", b"MZ")]
        )
    assert _on_disk(disk) == []


def test_a_download_is_never_a_page_of_the_desk(
    application: LoanApplication, banker: User, logged_in: LogIn
) -> None:
    name = 'a"; filename=evil.html.pdf'
    records.attach(application_id=application.pk, added_by=banker, files=[_file(name)])
    address = reverse("applications:document", args=[Attachment.objects.get().pk])

    answer = logged_in(banker).get(address)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="a\\"; filename=evil.html.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert b"".join(answer.streaming_content) == PDF


def test_a_document_is_for_those_who_see_the_application(
    application: LoanApplication, banker: User, other_banker: User, logged_in: LogIn
) -> None:
    records.attach(application_id=application.pk, added_by=banker, files=[_file()])
    address = reverse("applications:document", args=[Attachment.objects.get().pk])
    assert logged_in(other_banker).get(address).status_code == 404


def test_a_file_that_is_gone_is_said(
    application: LoanApplication, banker: User, logged_in: LogIn, disk: Path
) -> None:
    records.attach(application_id=application.pk, added_by=banker, files=[_file()])
    _on_disk(disk)[0].unlink()
    address = reverse("applications:document", args=[Attachment.objects.get().pk])

    answer = logged_in(banker).get(address, follow=True)

    assert "“Payslip.pdf” is missing on disk" in answer.content.decode()
