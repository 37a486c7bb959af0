"""Errors that applications raise. Each message is a sentence for the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from applications.models import LoanApplication


class ApplicationError(Exception):
    """Something asked of an application cannot be done."""


class Frozen(ApplicationError):
    """A submitted application, or a decision, was about to be changed."""


class AlreadySubmitted(ApplicationError):
    """The application has its decision; a second submission changes nothing."""


class ChangedMeanwhile(ApplicationError):
    """A draft was changed, or deleted, since it was read; nothing was saved over it.

    `stored` is the draft as it is now, None if it is gone.
    """

    def __init__(self, stored: LoanApplication | None) -> None:
        self.stored = stored
        super().__init__("The draft was changed since it was read.")


class NameTaken(ApplicationError):
    """Something of the same kind has this name already."""


class ScoringUnavailable(ApplicationError):
    """No score could be computed; the draft is kept."""


class AlreadyOffered(ApplicationError):
    """There is such a version already; `version` is its key."""

    def __init__(self, message: str, version: UUID) -> None:
        self.version = version
        super().__init__(message)


class Outdated(ApplicationError):
    """The model, the cut-offs or the versions changed since the banker looked."""


class NotAccepted(ApplicationError):
    """The score refused some values.

    `errors` maps a form field to its messages; the key `""` holds those of values on file
    that the form does not show.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(message for m in self.errors.values() for message in m))


class NotAllowed(ApplicationError, PermissionDenied):
    """Somebody asked for what is not theirs to do; a page answers with 403."""


class Stale(ApplicationError):
    """The case has moved on since its page was opened."""


class NothingToTell(ApplicationError):
    """There is nothing to write yet: reasons are lacking, or another decision is proposed."""
