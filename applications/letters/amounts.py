"""Amounts and dates as letters write them, in the active language."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import formats

from applications.summary import number


def money(value: float) -> str:
    """An amount with the bank's currency: 24,700.50 EUR."""
    return f"{number(round(value, 2))}\u00a0{settings.BANK['currency']}"


def day(value: date) -> str:
    """A day in full: 24 November 2026."""
    return formats.date_format(value, "j F Y")
