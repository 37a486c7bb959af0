"""The endurance run sees whatever is lost or doubled."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from benchmarks import endurance
from scoring.api.idempotency import digest
from scoring.models import KeptAnswer
from tests.applications.factories import PredictionFactory
from tests.scoring.factories import partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return partner()


@pytest.fixture
def told(user: User) -> endurance.Told:
    """Two scores, both acknowledged and stored."""
    scores = {key: str(PredictionFactory(requested_by=user).pk) for key in ("first", "second")}
    for key in scores:
        KeptAnswer.objects.create(key=digest(user.pk, "/api/v1/scores/", key), fingerprint="")
    return endurance.Told(scores=scores)


def wrong(user: User, told: endurance.Told) -> list[str]:
    return endurance._compare(user.pk, told)


def test_all_is_well(user: User, told: endurance.Told) -> None:
    PredictionFactory()  # somebody else's
    assert wrong(user, told) == []


def test_a_score_that_is_lost(user: User, told: endurance.Told) -> None:
    told.scores["second"] = str(uuid4())
    assert wrong(user, told) == [
        "1 scores acknowledged but not stored",
        "1 scores stored but never acknowledged",
    ]


def test_a_score_that_was_made_twice(user: User, told: endurance.Told) -> None:
    PredictionFactory(requested_by=user)
    assert wrong(user, told) == ["1 scores stored but never acknowledged"]


def test_a_key_that_is_lost_or_shared(user: User, told: endurance.Told) -> None:
    told.scores["third"] = told.scores["first"]
    assert wrong(user, told) == ["1 keys that share a score", "1 keys acknowledged but not kept"]


def test_an_error(user: User, told: endurance.Told) -> None:
    told.errors.append("503 b''")
    assert wrong(user, told) == ["1 answers that were errors", "503 b''"]


def test_nothing_at_all(user: User) -> None:
    assert wrong(user, endurance.Told()) == ["nothing was scored"]
