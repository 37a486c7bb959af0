"""Errors that scoring raises."""

from __future__ import annotations

from collections.abc import Mapping


class InvalidInput(Exception):
    """The inputs of a score are wrong.

    `errors` maps the path of each wrong field (`application.AMT_CREDIT`,
    `history.bureau[2].DAYS_CREDIT`) to what is wrong with it.
    """

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{field}: {' '.join(m)}" for field, m in errors.items()))


class NoChampion(Exception):
    """There is no model to score with, or its files are damaged."""


class OutdatedHistory(Exception):
    """An earlier score's history is laid out for other features than today's."""


class StrategyRefused(Exception):
    """A strategy cannot be proposed or settled so; the message is a sentence for the user."""
