"""Where a form and the draft that another window saved meanwhile disagree."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from applications.forms import ApplicationForm
from applications.models import LoanApplication
from applications.summary import in_words


@dataclass(frozen=True)
class Conflict:
    """A field that differs: as it was typed here, and as it is stored."""

    label: Promise | str
    typed: str
    stored: str


def conflicts(form: ApplicationForm, stored: LoanApplication) -> list[Conflict]:
    """Return the fields in which a valid form differs from the stored draft."""
    both = ((name, in_words(form.instance, name), in_words(stored, name)) for name in form.fields)
    return [Conflict(form[name].label, typed, kept) for name, typed, kept in both if typed != kept]
