"""What a manager types for a letter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class WordingForm(forms.Form):
    """The reason of a refusal in words for the applicant, where its code says too little."""

    wording = forms.CharField(
        label=_("Reason, in words for the applicant"),
        min_length=15,
        max_length=200,
        help_text=_(
            "One specific sentence in the language of the letter. Name no other person, and "
            "nothing about age, sex, family, health or origin."
        ),
        widget=forms.Textarea(
            attrs={
                "class": "form-control",
                "rows": 3,
                "aria-describedby": "id_wording_helptext id_wording_error",
            }
        ),
        error_messages={
            "required": _("Write the reason that the applicant is told."),
            "min_length": _("Say more: an applicant must understand what spoke against the loan."),
            "max_length": _("Shorten the reason to 200 characters, so that it fits the letter."),
        },
    )
