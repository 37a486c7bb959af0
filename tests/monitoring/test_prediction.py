"""Predictions are written once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from monitoring.exceptions import ImmutableRecord
from monitoring.models import Completeness, Prediction
from monitoring.services import completeness
from tests.applications.factories import PredictionFactory

pytestmark = pytest.mark.django_db


def test_it_cannot_be_changed_or_deleted() -> None:
    prediction = PredictionFactory()
    prediction.pd = 0.5
    with pytest.raises(ImmutableRecord):
        prediction.save()
    with pytest.raises(ImmutableRecord):
        prediction.delete()


def test_nor_in_bulk() -> None:
    PredictionFactory()
    with pytest.raises(ImmutableRecord):
        Prediction.objects.update(pd=0.5)
    with pytest.raises(ImmutableRecord):
        Prediction.objects.all().delete()
    with pytest.raises(ImmutableRecord):
        Prediction.objects.bulk_update(Prediction.objects.all(), ["pd"])


@pytest.mark.parametrize("changes", [{"pd": 1.5}, {"refer_from": 0.9, "decline_from": 0.1}])
def test_impossible_values_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(IntegrityError):
        PredictionFactory(**changes)


@pytest.mark.parametrize(
    ("tables", "tier"),
    [
        ([], Completeness.FORM),
        (["bureau", "bureau_balance"], Completeness.BUREAU),
        (["installments_payments"], Completeness.PREVIOUS),
        (["bureau", "credit_card_balance"], Completeness.FULL),
    ],
)
def test_completeness(tables: list[str], tier: Completeness) -> None:
    assert completeness(tables) == tier
