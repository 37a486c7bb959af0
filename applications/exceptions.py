"""Errors that applications raise. Each message is a sentence for the user."""

from __future__ import annotations

from collections.abc import Mapping


class ApplicationError(Exception):
    """Something asked of an application cannot be done."""


class Frozen(ApplicationError):
    """A submitted application, or a decision, was about to be changed."""


class AlreadySubmitted(ApplicationError):
    """The application has its decision; a second submission changes nothing."""


class NameTaken(ApplicationError):
    """Something of the same kind has this name already."""


class ScoringUnavailable(ApplicationError):
    """No score could be computed; the draft is kept."""


class NotAccepted(ApplicationError):
    """The score refused some values.

    `errors` maps a form field to its messages; the key `""` holds those of values on file
    that the form does not show.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(message for m in self.errors.values() for message in m))
