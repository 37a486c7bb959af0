"""Notes, documents, and what happened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from applications.api.fields import Body, Moment
from applications.api.serializers.applications import address
from applications.documents import ALLOWED
from applications.models import Attachment, Note
from applications.people import name_of
from applications.story import Event


class NoteBody(Body):
    text = serializers.CharField(max_length=4_000)


class NoteOut(serializers.ModelSerializer[Note]):
    """What somebody wrote down."""

    author = serializers.SerializerMethodField()
    written_at = Moment()

    class Meta:
        model = Note
        fields = ["id", "author", "text", "written_at"]

    def get_author(self, note: Note) -> str:
        return name_of(note.author)


class DocumentsBody(serializers.Serializer[Any]):
    """Files to attach, one part each."""

    documents = serializers.ListField(child=serializers.FileField(), help_text=ALLOWED)


class AttachmentOut(serializers.ModelSerializer[Attachment]):
    """A document of the applicant."""

    added_by = serializers.SerializerMethodField()
    added_at = Moment()
    url = serializers.SerializerMethodField(help_text=_("Where the file itself is."))

    class Meta:
        model = Attachment
        fields = ["id", "name", "content_type", "size", "sha256", "added_by", "added_at", "url"]

    def get_added_by(self, attachment: Attachment) -> str:
        return name_of(attachment.added_by)

    def get_url(self, attachment: Attachment) -> str:
        return address(self, "api-attachment", attachment.application_id, attachment.pk)


class Attached(serializers.Serializer[Any]):
    added = serializers.IntegerField(
        help_text=_("How many are new; what was on file already is left out.")
    )
    attachments = AttachmentOut(many=True, help_text=_("All that are on file now."))


class EventOut(serializers.Serializer[Any]):
    """One thing that happened."""

    at = Moment()
    kind = serializers.CharField(
        source="mark", help_text=_("A stable code, such as `submitted`, `approve` or `noted`.")
    )
    title = serializers.CharField()
    who = serializers.SerializerMethodField(help_text=_("Null where nobody in particular did it."))
    facts = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField(source="quote", help_text=_("What somebody wrote."))
    document = serializers.SerializerMethodField(help_text=_("Key of the attachment it brought."))

    def get_who(self, event: Event) -> str | None:
        return event.who or None

    def get_document(self, event: Event) -> str | None:
        return event.document or None


class Timeline(serializers.Serializer[Any]):
    events = EventOut(many=True, help_text=_("The latest first."))
