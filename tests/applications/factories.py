"""Applications, predictions and people made up for tests."""

from __future__ import annotations

from datetime import date

import factory
import numpy as np
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils import timezone

from applications import choices
from applications.models import Case, Decision, LoanApplication, WatchListEntry
from monitoring.models import Completeness, Outcome, Prediction, Source
from scoring.models import Strategy


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")
    password = make_password(None)  # hashing a real one takes most of a test's time

    @factory.post_generation
    def role(self: User, create: bool, role: str | None) -> None:  # type: ignore[misc]
        if role:
            self.groups.add(Group.objects.get(name=role))


class LoanApplicationFactory(factory.django.DjangoModelFactory[LoanApplication]):
    """A complete draft."""

    class Meta:
        model = LoanApplication

    reference = factory.Sequence(lambda n: f"A-2020-{n:06d}")
    filed_by = factory.SubFactory(UserFactory, role="Bankers")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")
    birth_date = date(1985, 4, 12)
    education = choices.Education.HIGHER
    children = 1
    family_members = 3
    housing_type = choices.Housing.OWN
    owns_realty = True
    owns_car = False
    income_type = choices.IncomeType.WORKING
    employment = choices.Employment.IN_WORK
    employed_since = date(2015, 9, 1)
    monthly_income = 180_000.0
    contract_type = choices.Contract.CASH
    amount = 450_000.0
    annuity = 24_700.5
    external_score_2 = 0.6


class PredictionFactory(factory.django.DjangoModelFactory[Prediction]):
    class Meta:
        model = Prediction

    source = Source.WEB
    inputs = factory.LazyFunction(dict)
    completeness = Completeness.FORM
    features = np.zeros(3, dtype="<f4").tobytes()
    model_name = "test"
    model_version = "1"
    model_sha256 = "0" * 64
    raw_score = -2.0
    pd = 0.05
    refer_from = 0.09
    decline_from = 0.15
    outcome = Outcome.APPROVE
    latency_ms = 3.0


class DecisionFactory(factory.django.DjangoModelFactory[Decision]):
    """A submitted application with the decision on it."""

    class Meta:
        model = Decision

    application = factory.SubFactory(
        LoanApplicationFactory,
        status=LoanApplication.Status.SUBMITTED,
        submitted_at=factory.LazyFunction(timezone.now),
    )
    prediction = factory.SubFactory(PredictionFactory, outcome=factory.SelfAttribute("..outcome"))
    outcome = Outcome.APPROVE


class CaseFactory(factory.django.DjangoModelFactory[Case]):
    """The case of a submitted application: decided, or waiting if it was referred."""

    class Meta:
        model = Case

    decision = factory.SubFactory(DecisionFactory)
    application = factory.SelfAttribute("decision.application")
    stage = factory.LazyAttribute(
        lambda case: "referred" if case.decision.outcome == Outcome.REFER else "decided"
    )
    referred_at = factory.LazyAttribute(
        lambda case: timezone.now() if case.stage == "referred" else None
    )
    referral_reasons = factory.LazyAttribute(
        lambda case: ["pd"] if case.stage == "referred" else []
    )


class StrategyFactory(factory.django.DjangoModelFactory[Strategy]):
    """A proposal; with `settled_by` and `settled_at`, whatever `status` says."""

    class Meta:
        model = Strategy

    version = factory.Sequence(lambda n: n + 1)
    refer_from = 0.08
    decline_from = 0.12
    cost_ratio = 10.0
    comment = "Because."
    effective_from = factory.LazyFunction(timezone.now)
    proposed_by = factory.SubFactory(UserFactory, role="Managers")

    class Params:
        approved = factory.Trait(
            status=Strategy.Status.APPROVED,
            settled_by=factory.SubFactory(UserFactory, role="Managers"),
            settled_at=factory.SelfAttribute("effective_from"),
        )


class WatchListEntryFactory(factory.django.DjangoModelFactory[WatchListEntry]):
    class Meta:
        model = WatchListEntry

    client_number = factory.Sequence(lambda n: 900_000 + n)
    reason = "A secret reason."
    added_by = factory.SubFactory(UserFactory, role="Managers")
