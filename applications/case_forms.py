"""Forms of a case: what a manager decides or asks, what a banker answers, notes and documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from applications import documents
from applications.choices import OverrideReason
from applications.models import Case
from applications.services.deciding import OUTCOMES, Seen, Verdict, needing_second_manager
from monitoring.models import Outcome

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_VERBS = {Outcome.APPROVE: _("Approve"), Outcome.DECLINE: _("Decline")}


class _Text(forms.CharField):
    """Some lines of text that cannot be left out."""

    def __init__(self, *, required: _StrPromise, most: int, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(
            max_length=most,
            widget=forms.Textarea(attrs={"class": "form-control", "rows": rows}),
            error_messages={
                "required": required,
                "max_length": _(
                    "Shorten this to %(limit_value)d characters; it has %(show_value)d."
                ),
            },
            **kwargs,
        )


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class _Files(forms.FileField):
    """Any number of documents, each of a type that may be attached."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "form-control", "accept": documents.ACCEPT}
        super().__init__(
            widget=_FilesInput(attrs=attrs),
            help_text=documents.ALLOWED,
            error_messages={"required": _("Choose at least one document.")},
            allow_empty_file=True,  # the check below names the file
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        if not data:
            super().clean(None, initial)
            return []
        wrong = []
        for file in data:
            try:
                documents.content_type(file)
            except forms.ValidationError as error:
                wrong.append(error)
        if wrong:
            raise forms.ValidationError(wrong)
        return list(data)


class SeenForm(forms.Form):
    """What its page showed of a case. Alone, it is a button: claim, take over, put back."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    stage = forms.ChoiceField(choices=Case.Stage, widget=forms.HiddenInput)

    # The field whose words are shown again when the case has moved on.
    words: ClassVar[str] = ""

    def __init__(self, data: Any = None, files: Any = None, *, case: Case) -> None:
        seen = Seen.of(case)
        super().__init__(
            data, files, initial={"number": seen.number, "stage": seen.stage}, prefix=self.name()
        )

    @classmethod
    def name(cls) -> str:
        """Keeps the fields of several forms on one page apart."""
        return cls.__name__.removesuffix("Form").lower()

    @property
    def seen(self) -> Seen:
        return Seen(number=self.cleaned_data["number"], stage=self.cleaned_data["stage"])


class DecideForm(SeenForm):
    """A manager's decision: on a referral either way, else the opposite of what is in force."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether to approve or to decline.")},
    )
    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose…")), *OverrideReason.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": _("Choose the reason that comes closest.")},
    )
    comment = _Text(
        label=_("Comment"),
        required=_("Say in a sentence or two why."),
        most=2_000,
        help_text=_("The banker reads it, and so does whoever audits the decision."),
    )
    words = "comment"

    def __init__(self, data: Any = None, files: Any = None, *, case: Case) -> None:
        super().__init__(data, files, case=case)
        offered = [outcome for outcome in OUTCOMES if outcome != case.decision.outcome]
        field = self.fields["outcome"]
        field.choices = [(o.value, _VERBS[o]) for o in offered]  # type: ignore[attr-defined]  # a choice field's
        if len(offered) == 1:
            self.initial["outcome"] = offered[0].value
        self.needing_second = [o for o in needing_second_manager(case) if o in offered]

    @property
    def verdict(self) -> Verdict:
        typed = self.cleaned_data
        return Verdict(typed["outcome"], typed["reason_code"], typed["comment"])


class QuestionForm(SeenForm):
    question = _Text(
        label=_("Question to the banker"),
        required=_("Write what the banker should answer."),
        most=2_000,
        help_text=_("The case comes back to you with the answer."),
    )
    words = "question"


class AnswerForm(SeenForm):
    text = _Text(
        label=_("Your answer"), required=_("Write the answer for the manager."), most=4_000
    )
    documents = _Files(label=_("Documents, if they help"), required=False)
    words = "text"


class SettleForm(SeenForm):
    """Which of two buttons was pressed, and why."""

    answer = _Text(
        label=_("Comment"),
        required=_("Say why you agree or refuse."),
        most=2_000,
        rows=2,
        help_text=_("Needed whether you agree or refuse. It is kept with the decision."),
    )
    verdict = forms.ChoiceField(
        choices=[("agree", _("Agree")), ("refuse", _("Refuse"))], widget=forms.HiddenInput
    )
    words = "answer"

    @property
    def agrees(self) -> bool:
        return bool(self.cleaned_data["verdict"] == "agree")


class NoteForm(forms.Form):
    text = _Text(label=_("New note"), required=_("Write the note first."), most=4_000, rows=2)


class DocumentsForm(forms.Form):
    documents = _Files(label=_("Add documents"))

    def refuse(self, errors: Iterable[str]) -> None:
        """Show what was found only when the documents were filed."""
        for error in errors:
            self.add_error("documents", error)
