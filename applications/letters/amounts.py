"""Amounts and dates as letters write them, in the active language."""

from __future__ import annotations

from datetime import date

from django.utils import formats

from applications.summary import money

__all__ = ["day", "money"]  # letters write amounts as the desk does


def day(value: date) -> str:
    """A day in full: 24 November 2026."""
    return formats.date_format(value, "j F Y")
