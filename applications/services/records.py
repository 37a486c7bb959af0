"""Notes and documents on an application."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from applications import documents, journal
from applications.exceptions import NotAllowed
from applications.models import Attachment, Entry, LoanApplication, Note

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def write_note(*, application_id: UUID, author: User, text: str) -> Note:
    """Add a note; the same words sent twice in a row are one note.

    Raises
    ------
    NotAllowed
        If `author` may not see the application.
    """
    application = _locked(application_id, author)
    latest = application.notes.order_by("-written_at", "-pk").first()
    if latest is not None and (latest.author_id, latest.text) == (author.pk, text):
        return latest
    return add_note(application=application, author=author, text=text)


def add_note(
    *, application: LoanApplication, author: User, text: str, at: datetime | None = None
) -> Note:
    """Add a note in the transaction of what it explains."""
    note = Note.objects.create(
        application=application, author=author, text=text, written_at=at or timezone.now()
    )
    journal.write(
        Entry.Kind.NOTED,
        application=application,
        actor=author,
        about=[note],
        at=note.written_at,
        text=text,
    )
    return note


def attach(*, application_id: UUID, added_by: User, files: Iterable[UploadedFile[Any]]) -> int:
    """Add documents, all or none; return how many. What is on file already is left out.

    Raises
    ------
    NotAllowed
        If `added_by` may not see the application.
    ValidationError
        If one of them cannot be accepted, or there would be too many.
    """
    with on_disk(application_id, added_by, files) as written, transaction.atomic():
        application = _locked(application_id, added_by)
        return file_documents(application, added_by, written)


@contextmanager
def on_disk(
    application_id: UUID, added_by: User, files: Iterable[UploadedFile[Any]]
) -> Iterator[list[Attachment]]:
    """Write files to disk and yield their rows, not yet saved; remove them if the block fails.

    So a row is never committed before its file lies on disk, and none is left without a row.
    """
    written: list[Attachment] = []
    try:
        for file in files:
            attachment = _row(application_id, added_by, file)
            written.append(attachment)
            attachment.file.save(attachment.name, file, save=False)
        yield written
    except BaseException:
        for attachment in written:
            _remove(attachment)
        raise


def file_documents(
    application: LoanApplication,
    added_by: User,
    written: Iterable[Attachment],
    *,
    at: datetime | None = None,
) -> int:
    """Save the rows of files on disk, in the caller's transaction; return how many are new."""
    now = at or timezone.now()
    known = set(application.attachments.values_list("sha256", flat=True))
    new = {attachment.sha256: attachment for attachment in written}
    for attachment in written:
        if attachment.sha256 in known or attachment is not new[attachment.sha256]:
            _remove(attachment)
    kept = [attachment for sha256, attachment in new.items() if sha256 not in known]
    if len(known) + len(kept) > documents.MOST_PER_APPLICATION:
        raise documents.too_many()
    for attachment in kept:
        attachment.added_at = now
        attachment.save(force_insert=True)
        journal.write(
            Entry.Kind.ATTACHED,
            application=application,
            actor=added_by,
            about=[attachment],
            at=now,
            document=str(attachment.pk),
            name=attachment.name,
            size=attachment.size,
        )
    return len(kept)


def _locked(application_id: UUID, user: User) -> LoanApplication:
    # Its key stays free to be pointed at: journal entries of other people do so meanwhile.
    found = LoanApplication.objects.submitted().visible_to(user).select_for_update(no_key=True)
    application = found.filter(pk=application_id).first()
    if application is None:
        raise NotAllowed("Only who sees an application adds to it.")
    return application


def _row(application_id: UUID, added_by: User, file: UploadedFile[Any]) -> Attachment:
    return Attachment(
        application_id=application_id,
        name=file.name or "",
        content_type=documents.content_type(file),
        size=file.size or 0,
        sha256=_sha256(file),
        added_by=added_by,
    )


def _sha256(file: UploadedFile[Any]) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def _remove(attachment: Attachment) -> None:
    """Delete the file, also one of which only a part was written."""
    name = attachment.file.field.generate_filename(attachment, attachment.name)
    attachment.file.storage.delete(name)
