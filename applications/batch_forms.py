"""The form that sends a file of applications."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.batches.exceptions import Unusable


class BatchForm(forms.Form):
    """A file, and whether reasons are wanted."""

    file = forms.FileField(
        label=_("File of applications"),
        help_text=_(
            "CSV, JSON Lines or Parquet with the columns of Home Credit’s application table, or a "
            "zip of its tables. SK_ID_CURR names clients whose loan history is on file."
        ),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty."),
        },
        widget=forms.ClearableFileInput(
            attrs={"class": "form-control", "accept": ".csv,.jsonl,.ndjson,.parquet,.zip"}
        ),
    )
    explain = forms.BooleanField(
        label=_("With reasons"),
        required=False,
        help_text=_("Names the strongest reasons in the results. Takes about ten times as long."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def refuse(self, error: Unusable) -> None:
        """Tell what is wrong with the file, column by column."""
        self.add_error("file", str(error.args[0]))
        for column, wrong in error.columns.items():
            self.add_error("file", f"{column}: {wrong}" if column else wrong)
