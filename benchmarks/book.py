"""A whole book of made-up applications, written straight into the database.

Far quicker than filing each: nothing is scored. The journal is chained as the desk would.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from applications import choices, journal
from applications.models import Case, Decision, Entry, JournalHead, LoanApplication
from applications.services.filing import raw_columns
from ml.features import HISTORY
from ml.progress import Step
from monitoring.models import Completeness, LoanOutcome, Outcome, Prediction, Source
from scoring.models import Explanation, Strategy

DAYS = 3 * 365
_CHUNK = 2_000
_FEATURES = 354
_NAMES = ("Arnaud", "Bernard", "Caron", "Dubois", "Fontaine", "Garnier", "Klein", "Moreau", "Weber")
_FIRST_NAMES = ("Amélie", "Bruno", "Chantal", "Farid", "Hugo", "Léa", "Nadia", "Sophie", "Zoé")


def fill(*, applications: int, progress: Step, seed: int = 1) -> None:
    """Write the book of 40 bankers over three years, oldest first; once."""
    if LoanApplication.objects.count() >= applications:
        return
    rng = random.Random(seed)  # noqa: S311 - made-up data
    bankers, managers = _people("banker", 40, "Bankers"), _people("manager", 2, "Managers")
    strategy = _strategy(managers)
    first = timezone.now() - timedelta(days=DAYS)
    for start in range(0, applications, _CHUNK):
        numbers = range(start, min(start + _CHUNK, applications))
        moments = [first + timedelta(days=DAYS * n / applications) for n in numbers]
        rows = [
            _application(n, at, rng.choice(bankers), rng)
            for n, at in zip(numbers, moments, strict=True)
        ]
        with transaction.atomic():
            _write(rows, managers, strategy, rng)
        progress("Writing the book", numbers[-1] + 1, applications)


def _people(name: str, count: int, role: str) -> list[User]:
    group = Group.objects.get(name=role)
    people = []
    for n in range(1, count + 1):
        user, _created = User.objects.get_or_create(
            username=f"{name}{n}", defaults={"first_name": name.title(), "last_name": str(n)}
        )
        user.groups.add(group)
        people.append(user)
    return people


def _strategy(managers: list[User]) -> Strategy:
    strategy, _created = Strategy.objects.get_or_create(
        version=1,
        defaults={
            "refer_from": 0.08,
            "decline_from": 0.15,
            "cost_ratio": 10,
            "comment": "To begin with",
            "status": Strategy.Status.APPROVED,
            "effective_from": timezone.now() - timedelta(days=DAYS),
            "proposed_by": managers[0],
            "settled_by": managers[1],
            "settled_at": timezone.now() - timedelta(days=DAYS),
        },
    )
    return strategy


def _application(n: int, at: datetime, banker: User, rng: random.Random) -> LoanApplication:
    born = date(rng.randint(1955, 2003), rng.randint(1, 12), rng.randint(1, 28))
    amount = float(rng.randrange(45, 900) * 1_000)
    return LoanApplication(
        reference=f"A-{at.year}-{n + 1:06d}",
        filed_by=banker,
        status=LoanApplication.Status.SUBMITTED,
        created_at=at,
        submitted_at=at,
        client_number=100_000 + rng.randrange(200_000) if rng.random() < 0.7 else None,
        first_name=rng.choice(_FIRST_NAMES),
        last_name=f"{rng.choice(_NAMES)}-{rng.choice(_NAMES)}",
        birth_date=born,
        education=rng.choice(choices.Education.values),
        gender=rng.choice(("F", "M")),
        income_type=choices.IncomeType.WORKING,
        employment=choices.Employment.IN_WORK,
        employed_since=date(2015, 9, 1),
        monthly_income=float(rng.randrange(20, 300) * 1_000),
        contract_type=choices.Contract.REVOLVING if rng.random() < 0.1 else choices.Contract.CASH,
        amount=amount,
        annuity=amount / 20,
        external_score_2=rng.random(),
    )


def _write(
    rows: list[LoanApplication], managers: list[User], strategy: Strategy, rng: random.Random
) -> None:
    LoanApplication.objects.bulk_create(rows)
    predictions = [_prediction(row, strategy, rng) for row in rows]
    Prediction.objects.bulk_create(predictions)
    Explanation.objects.bulk_create(
        [
            Explanation(
                prediction=p, status=Explanation.Status.READY, base_value=-2.5, contributions=b""
            )
            for p in predictions
        ]
    )
    automatic = [
        Decision(application=row, prediction=p, outcome=p.outcome, decided_at=p.created_at)
        for row, p in zip(rows, predictions, strict=True)
    ]
    by_people = [
        decision
        for first in automatic
        if (decision := _by_person(first, managers, rng)) is not None
    ]
    Decision.objects.bulk_create(automatic)
    Decision.objects.bulk_create(by_people)
    in_force = {d.application_id: d for d in (*automatic, *by_people)}.values()
    Case.objects.bulk_create([_case(decision) for decision in in_force])
    LoanOutcome.objects.bulk_create(_outcomes(in_force, rng))
    Entry.objects.bulk_create(_chained([*automatic, *by_people]))


def _prediction(row: LoanApplication, strategy: Strategy, rng: random.Random) -> Prediction:
    pd = min(rng.betavariate(1.2, 12), 0.99)
    assert row.submitted_at is not None  # noqa: S101 - just written
    return Prediction(
        created_at=row.submitted_at,
        source=Source.WEB if rng.random() < 0.8 else Source.API,
        requested_by=row.filed_by,
        client_id=row.client_number,
        inputs=raw_columns(row, at=row.submitted_at),
        history=np.full(len(HISTORY), rng.random(), dtype="<f8").tobytes(),
        history_used=["bureau"],
        completeness=rng.choice(Completeness.values),
        features=np.full(_FEATURES, rng.random(), dtype="<f4").tobytes(),
        model_name="made up",
        model_version="1",
        model_sha256="0" * 64,
        raw_score=float(np.log(pd / (1 - pd))),
        pd=pd,
        refer_from=strategy.refer_from,
        decline_from=strategy.decline_from,
        cut_offs_version=strategy.version,
        outcome=strategy.cut_offs.decide(pd).value,
        latency_ms=5.0,
    )


def _by_person(first: Decision, managers: list[User], rng: random.Random) -> Decision | None:
    """Referrals are decided but for the newest, and few other decisions are overruled."""
    referred = first.outcome == Outcome.REFER
    if rng.random() > (0.95 if referred else 0.02):
        return None
    override = not referred
    approve = rng.random() < 0.5 if referred else first.outcome == Outcome.DECLINE
    return Decision(
        application=first.application,
        prediction=first.prediction,
        number=2,
        outcome=Outcome.APPROVE if approve else Outcome.DECLINE,
        kind=Decision.Kind.OVERRIDE if override else Decision.Kind.MANUAL,
        reason_code=rng.choice(choices.OverrideReason.values) if override else "",
        reason="Seen in person",
        decided_by=rng.choice(managers),
        decided_at=first.decided_at + timedelta(hours=5),
    )


def _case(decision: Decision) -> Case:
    referred = decision.outcome == Outcome.REFER
    return Case(
        application=decision.application,
        decision=decision,
        stage=Case.Stage.REFERRED if referred else Case.Stage.DECIDED,
        since=decision.decided_at,
        referred_at=decision.decided_at if referred else None,
        letter_due_on=None,
    )


def _outcomes(decisions: Any, rng: random.Random) -> Iterator[LoanOutcome]:
    """What became of two thirds of the loans older than a year."""
    known = timezone.now() - timedelta(days=365)
    for decision in decisions:
        old = decision.decided_at < known and decision.outcome == Outcome.APPROVE
        if old and rng.random() < 0.67:
            yield LoanOutcome(
                prediction=decision.prediction,
                defaulted=rng.random() < decision.prediction.pd,
                observed_on=(decision.decided_at + timedelta(days=365)).date(),
            )


def _chained(decisions: list[Decision]) -> list[Entry]:
    """One entry for each decision; the first of an application tells of its submission too."""
    head, _created = JournalHead.objects.get_or_create(pk=1)
    entries = []
    for decision in decisions:
        about: list[Any] = [decision]
        if decision.number == 1:
            about += [decision.application, decision.prediction]
        entry = Entry(
            sequence=head.sequence + 1,
            application=decision.application,
            at=decision.decided_at,
            actor_id=decision.decided_by_id,
            kind=Entry.Kind.DECIDED,
            data={
                "outcome": str(decision.outcome),
                "made": str(decision.kind),
                **journal.digests(about),
            },
            previous_hash=head.hash,
        )
        entry.hash = journal.hash_of(entry)
        head.sequence, head.hash = entry.sequence, entry.hash
        entries.append(entry)
    head.save()
    return entries
