"""Amounts with the bank's currency, in the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override
from pytest_django import Settings

from applications.models import LoanApplication
from applications.summary import in_words, money


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (450_000.0, "€450,000", "450 000 €"),
        (24_700.5, "€24,700.50", "24 700,50 €"),
        (450_000, "€450,000", "450 000 €"),
        (0.5, "€0.50", "0,50 €"),
        (-1_200.0, "-€1,200", "-1 200 €"),
        (None, "–", "–"),
    ],
)
def test_as_each_language_writes_it(value: float | None, english: str, french: str) -> None:
    with override("en"):
        assert money(value) == english
    with override("fr"):
        assert money(value).replace("\u00a0", " ").replace("\u202f", " ") == french


def test_a_currency_without_a_sign_of_its_own_is_named(settings: Settings) -> None:
    settings.BANK = {**settings.BANK, "currency": "CHF"}

    assert money(450_000.0) == "CHF\u00a0450,000"
    with override("fr"):
        assert money(450_000.0).endswith("\u00a0CHF")


def test_what_was_filed_bears_it() -> None:
    application = LoanApplication(amount=450_000.0, children=2)

    assert in_words(application, "amount") == "€450,000"
    assert in_words(application, "children") == "2"
