"""What became of loans, told by other systems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from applications.api.serializers.outcomes import MOST
from monitoring.exceptions import ImmutableRecord
from monitoring.models import LoanOutcome, Prediction, ReplacedOutcome
from monitoring.services import record_outcome
from tests.applications.factories import CaseFactory, PredictionFactory, UserFactory

Calling = Callable[[User], APIClient]
URL = "/api/v1/outcomes/"
SCORED = datetime(2026, 2, 14, 12, tzinfo=UTC)
SEEN = date(2026, 11, 2)


def told(**entry: Any) -> dict[str, Any]:
    return {"defaulted": True, "observed_on": SEEN.isoformat(), **entry}


def wrong(answer: Any) -> set[str]:
    assert answer.status_code == 400, answer.json()
    assert not LoanOutcome.objects.exists()
    return {error["field"] for error in answer.json()["errors"]}


@pytest.fixture
def score(partner: User) -> Prediction:
    return PredictionFactory(requested_by=partner, created_at=SCORED, client_id=7)


def test_one_loan_by_its_score(api: APIClient, partner: User, score: Prediction) -> None:
    answer = api.post(URL, told(score_id=score.pk))

    assert answer.json() == {"new": 1, "corrected": 0, "unchanged": 0}
    stored = LoanOutcome.objects.get()
    assert (stored.prediction, stored.defaulted, stored.observed_on) == (score, True, SEEN)
    assert stored.recorded_by == partner


def test_loans_by_each_of_their_names(api: APIClient, partner: User, score: Prediction) -> None:
    case = CaseFactory(
        decision__application__filed_by=partner,
        decision__prediction__requested_by=partner,
        decision__prediction__created_at=SCORED,
    )
    other = PredictionFactory(requested_by=partner, created_at=SCORED)

    answer = api.post(
        URL,
        [
            told(client_id=7, scored_on="2026-02-14"),
            told(reference=case.application.reference, defaulted=False),
            told(score_id=other.pk),
        ],
    )

    assert answer.json()["new"] == 3
    assert set(LoanOutcome.objects.values_list("pk", "defaulted")) == {
        (score.pk, True),
        (case.decision.prediction_id, False),
        (other.pk, True),
    }


def test_a_correction_keeps_what_was_said(api: APIClient, score: Prediction) -> None:
    api.post(URL, told(score_id=score.pk))
    assert api.post(URL, told(score_id=score.pk)).json()["unchanged"] == 1
    assert not ReplacedOutcome.objects.exists()

    assert api.post(URL, told(score_id=score.pk, defaulted=False)).json()["corrected"] == 1

    assert not LoanOutcome.objects.get().defaulted
    before = ReplacedOutcome.objects.get()
    assert (before.prediction, before.defaulted, before.observed_on) == (score, True, SEEN)
    for change in (before.save, before.delete, ReplacedOutcome.objects.all().delete):
        with pytest.raises(ImmutableRecord):
            change()


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({}, "non_field_errors"),
        ({"client_id": 7}, "non_field_errors"),
        ({"score_id": "x"}, "score_id"),
        ({"score_id": "00000000-0000-0000-0000-000000000000"}, "score_id"),
        ({"reference": "A-2026-000001"}, "reference"),
        ({"client_id": 8, "scored_on": "2026-02-14"}, "client_id"),
        ({"client_id": 7, "scored_on": "2026-02-15"}, "client_id"),
        ({"client_id": 7, "scored_on": "0001-01-01"}, "client_id"),
        ({"client_id": 7, "scored_on": "9999-12-31"}, "client_id"),
        ({"client_id": 2**70, "scored_on": "2026-02-14"}, "client_id"),
        ({"defaulted": 1}, "defaulted"),
        ({"defaulted": None}, "defaulted"),
        ({"observed_on": "2026-02-13"}, "observed_on"),
        ({"observed_on": "2999-01-01"}, "observed_on"),
        ({"observed_on": "yesterday"}, "observed_on"),
        ({"default": True}, "default"),
    ],
)
def test_a_wrong_entry_is_named(
    api: APIClient, score: Prediction, entry: dict[str, Any], field: str
) -> None:
    if "client_id" not in entry and "reference" not in entry and entry:
        entry = {"score_id": str(score.pk), **entry}
    good = PredictionFactory(requested_by=score.requested_by, created_at=SCORED)

    assert wrong(api.post(URL, told(**entry))) == {field}
    assert wrong(api.post(URL, [told(score_id=good.pk), told(**entry)])) == {f"1.{field}"}


def test_two_scores_of_a_day_are_not_told_apart(api: APIClient, score: Prediction) -> None:
    PredictionFactory(requested_by=score.requested_by, created_at=SCORED, client_id=7)

    answer = api.post(URL, told(client_id=7, scored_on="2026-02-14"))

    assert "several scores" in answer.json()["errors"][0]["detail"]
    assert wrong(answer) == {"client_id"}


def test_a_loan_is_sent_once(api: APIClient, score: Prediction) -> None:
    sent = [told(score_id=score.pk), told(client_id=7, scored_on="2026-02-14", defaulted=False)]

    assert wrong(api.post(URL, sent)) == {"1.client_id"}


@pytest.mark.parametrize("sent", [[], [3], "x", None, [[]], 3])
def test_no_body_breaks_it(api: APIClient, sent: Any) -> None:
    assert api.post(URL, sent, format="json").status_code == 400


def test_too_many_are_refused(api: APIClient) -> None:
    answer = api.post(URL, [{}] * (MOST + 1))

    assert answer.status_code == 400
    assert "5000" in str(answer.json()["errors"])


def test_partners_tell_of_their_own_loans_alone(
    api: APIClient, score: Prediction, calling: Calling, banker: User
) -> None:
    other = calling(UserFactory(role="Integrators"))
    administrator = calling(UserFactory(role="Administrators"))

    assert wrong(other.post(URL, told(score_id=score.pk))) == {"score_id"}
    assert wrong(other.post(URL, told(client_id=7, scored_on="2026-02-14"))) == {"client_id"}
    assert calling(banker).post(URL, told(score_id=score.pk)).status_code == 403
    assert APIClient().post(URL).status_code == 401
    assert administrator.post(URL, told(score_id=score.pk)).json()["new"] == 1


@pytest.mark.parametrize(("rows", "most"), [(2, 12), (100, 12), (2_000, 30)])
def test_many_take_few_queries(
    rows: int, most: int, api: APIClient, partner: User, django_assert_max_num_queries: Any
) -> None:
    """On SQLite the rows of one statement are limited by its parameters: 199 of them."""
    made = Prediction.objects.bulk_create(
        PredictionFactory.build(requested_by=partner, created_at=SCORED, client_id=n)
        for n in range(rows)
    )
    sent = [told(score_id=str(one.pk)) for one in made]
    api.post(URL, sent[: rows // 2])

    with django_assert_max_num_queries(most):
        answer = api.post(URL, [{**entry, "defaulted": False} for entry in sent])

    assert answer.json() == {"new": rows - rows // 2, "corrected": rows // 2, "unchanged": 0}


def test_a_single_outcome_is_recorded_the_same_way(score: Prediction) -> None:
    day = timezone.localdate()
    record_outcome(prediction=score, defaulted=True, observed_on=day - timedelta(days=1))
    again = record_outcome(prediction=score, defaulted=False, observed_on=day)

    assert not again.defaulted
    assert ReplacedOutcome.objects.get().defaulted
