"""Errors of batches."""

from __future__ import annotations

from collections.abc import Mapping


class Unusable(Exception):
    """A file that cannot be scored at all; the message is one sentence for the user.

    `columns` maps each wrong column to what is wrong with it, where columns are to blame.
    """

    def __init__(self, message: str, columns: Mapping[str, str] | None = None) -> None:
        self.columns = dict(columns or {})
        super().__init__(message)

    def __str__(self) -> str:
        told = "; ".join(f"{column}: {wrong}" for column, wrong in self.columns.items())
        return f"{self.args[0]} {told}" if told else str(self.args[0])


class TooLarge(Exception):
    """An upload that is larger than this site takes."""


class NotNow(Exception):
    """A batch is not in the state for this; the message is one sentence for the user."""
