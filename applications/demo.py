"""Three months at an example desk, played through the same services as real ones.

Bankers file, managers decide referrals and overrule, letters go out, loans are repaid or not.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

import scoring.services
from applications import home_credit
from applications.choices import OverrideReason
from applications.exceptions import NothingToTell
from applications.models import Case, Decision, LoanApplication, Override
from applications.services import deciding, filing, lettering, records, steering
from applications.services.deciding import Seen, Verdict
from monitoring.models import Outcome
from monitoring.services import record_outcome
from scoring.exceptions import NoChampion
from scoring.models import ClientFile, Strategy
from scoring.strategies import StrategyTerms, in_force

EXAMPLES = 120
_DAYS = 90
_FIRST_NAMES = [
    "Amélie",
    "Bruno",
    "Chantal",
    "Didier",
    "Élise",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Karim",
    "Léa",
    "Malik",
    "Nadia",
    "Olivier",
    "Pauline",
    "Quentin",
    "Rachid",
    "Sophie",
    "Thomas",
    "Ulysse",
    "Valérie",
    "William",
    "Yasmine",
    "Zoé",
]
_LAST_NAMES = [
    "Arnaud",
    "Bernard",
    "Caron",
    "Dubois",
    "Étienne",
    "Fontaine",
    "Garnier",
    "Haddad",
    "Imbert",
    "Jacquet",
    "Klein",
    "Lambert",
    "Moreau",
    "Nguyen",
    "Olivier",
    "Petit",
    "Roche",
    "Simon",
    "Traoré",
    "Vidal",
    "Weber",
]


_SHARES = {"banker": 5, "banker2": 4, "banker3": 3}  # of the applications, by banker
_LIMITS = {"large_amount": 1_200_000.0, "maximum_debt_ratio": 0.3}
_LAST_LETTERS = timedelta(days=9)  # letters younger than this still wait, older ones went out
_KNOWN_AFTER = timedelta(days=25)  # what becomes of the loans of the demo
_COMMENTS = {
    OverrideReason.NEW_DOCUMENTS: "Pay slips of the last six months seen; the income is steady.",
    OverrideReason.BUDGET: "Went through the household budget with the applicant.",
    OverrideReason.RELATIONSHIP: "Three loans with us, all repaid on time.",
    OverrideReason.HIDDEN_RISK: "The employer announced that the plant will close.",
}


def play(*, outcomes: Mapping[int, bool], progress: Callable[[int, int], None]) -> None:
    """Play the last three months once; an interrupted run goes on with the next application.

    Parameters
    ----------
    outcomes : mapping of client number to bool
        Whether the client's loan was not repaid, for those of whom it is known.
    """
    done = LoanApplication.objects.count()
    if done >= EXAMPLES:
        return
    desk = _Desk(random.Random(done), outcomes)  # noqa: S311 - examples, not secrets
    start = timezone.now() - timedelta(days=_DAYS)
    if not Strategy.objects.exists():
        desk.agree_on_a_strategy(start)
    known = ClientFile.objects.exclude(application={}).filter(pk__in=list(outcomes))
    clients = list(known.order_by("-client_id")[:EXAMPLES])
    for number, client in enumerate(clients[done:], start=done + 1):
        days = _DAYS * number / (EXAMPLES + 1)
        desk.wait_until(start + timedelta(days=days, minutes=desk.rng.randint(-300, 0)))
        desk.file(client)
        progress(number, len(clients))
    desk.wait_until(timezone.now())
    desk.leave_something_to_do(known.order_by("client_id")[:3])


class _Desk:
    """People at work, and what they will do later: a queue of events in the order of time."""

    def __init__(self, rng: random.Random, outcomes: Mapping[int, bool]) -> None:
        self.rng = rng
        self.outcomes = outcomes
        # The first of them is the one the tour logs in as: what waits for a banker waits for her.
        self.bankers = list(User.objects.filter(username__in=_SHARES).order_by("username"))
        self.manager = User.objects.get(username="manager")
        self.second = User.objects.get(username="manager2")
        self.now = timezone.now()
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def wait_until(self, moment: datetime) -> None:
        """Let happen what was planned until then."""
        while self._later and self._later[0][0] <= moment:
            self.now, _order, event = heapq.heappop(self._later)
            event()
        self.now = moment

    def agree_on_a_strategy(self, start: datetime) -> None:
        before = start - timedelta(days=3)
        terms = self._terms(before)
        rules = {code: {"outcome": "refer", "limit": limit} for code, limit in _LIMITS.items()}
        strategy = steering.propose_strategy(
            terms=StrategyTerms(
                refer_from=round(terms.refer_from, 3),
                decline_from=round(terms.decline_from, 3),
                cost_ratio=terms.cost_ratio,
                rules=rules | {"watch_list": {"outcome": "refer"}},
                second_manager_amount=1_000_000.0,
                second_manager_pd=0.15,
            ),
            comment="Cut-offs of lowest cost, and a person looks at large loans.",
            proposed_by=self.manager,
            at=before,
        )
        steering.approve_strategy(
            version=strategy.version, settled_by=self.second, answer="Agreed.", at=start
        )

    def file(self, client: ClientFile, *, by: User | None = None, **changes: object) -> Decision:
        banker = by or self._banker()
        on = timezone.localtime(self.now).date()
        application = LoanApplication(
            client_number=client.client_id,
            first_name=self.rng.choice(_FIRST_NAMES),
            last_name=self.rng.choice(_LAST_NAMES),
            **{**home_credit.fields(client.application, on=on), **changes},
        )
        draft = filing.save_draft(application=application, filed_by=banker, at=self.now)
        decision = filing.submit(application_id=draft.pk, submitted_by=banker, at=self.now)
        self._plan(decision)
        return decision

    def leave_something_to_do(self, clients: Iterable[ClientFile]) -> None:
        """Large loans to look at, a question to the banker, a proposal to agree to."""
        first = self.bankers[0]
        large = [self.file(client, by=first, amount=1_350_000.0) for client in clients]
        referred = [decision for decision in large if decision.outcome == Outcome.REFER]
        if referred:
            self._ask_back(self._case(referred[0].application_id))
        declined = Decision.objects.filter(outcome=Outcome.DECLINE, kind="automatic")
        if decision := declined.order_by("-decided_at").first():
            self._overrule(decision, Outcome.APPROVE, OverrideReason.RELATIONSHIP)
        terms = self._terms(self.now)
        steering.propose_strategy(
            terms=replace(terms, refer_from=round(0.8 * terms.refer_from, 3)),
            comment="More referrals before the holidays, while two colleagues can take them.",
            proposed_by=self.manager,
        )
        steering.add_to_watch_list(
            reason="Papers of a namesake were reported stolen.",
            added_by=self.manager,
            client_number=min(self.outcomes),
        )

    def _plan(self, decision: Decision) -> None:
        if decision.outcome == Outcome.REFER:
            self._in(timedelta(hours=self.rng.randint(3, 160)), lambda: self._settle(decision))
        elif decision.outcome == Outcome.DECLINE and self.rng.random() < 0.15:
            reason = self.rng.choice([OverrideReason.NEW_DOCUMENTS, OverrideReason.RELATIONSHIP])
            self._in(
                timedelta(hours=self.rng.randint(20, 90)),
                lambda: self._overrule(decision, Outcome.APPROVE, reason),
            )
        elif decision.outcome == Outcome.APPROVE and self.rng.random() < 0.04:
            self._in(
                timedelta(hours=30),
                lambda: self._overrule(decision, Outcome.DECLINE, OverrideReason.HIDDEN_RISK),
            )
        self._in(_LAST_LETTERS, lambda: self._write(decision.application))
        self._in(_KNOWN_AFTER, lambda: self._learn(decision.application))

    def _in(self, delay: timedelta, event: Callable[[], None]) -> None:
        heapq.heappush(self._later, (self.now + delay, next(self._order), event))

    def _settle(self, decision: Decision) -> None:
        """A manager claims a referral and decides it by the odds, mostly."""
        key, pd = decision.application_id, decision.prediction.pd
        case = self._case(key)
        deciding.claim(application_id=key, by=self.manager, seen=Seen.of(case), at=self.now)
        grants = pd < decision.prediction.decline_from and self.rng.random() < 0.65
        reason = self.rng.choice([OverrideReason.BUDGET, OverrideReason.NEW_DOCUMENTS])
        outcome = Outcome.APPROVE if grants else Outcome.DECLINE
        self._decide(key, outcome, reason if grants else OverrideReason.HIDDEN_RISK)

    def _overrule(self, decision: Decision, outcome: Outcome, reason: OverrideReason) -> None:
        self._decide(decision.application_id, outcome, reason)

    def _decide(self, key: UUID, outcome: Outcome, reason: OverrideReason) -> None:
        case = self._case(key)
        made = deciding.decide(
            application_id=case.pk,
            by=self.manager,
            verdict=Verdict(outcome.value, reason.value, _COMMENTS[reason]),
            seen=Seen.of(case),
            at=self.now,
        )
        if isinstance(made, Override) and self.now < timezone.now() - timedelta(hours=1):
            deciding.settle(
                override_id=made.pk, by=self.second, agrees=True, answer="Agreed.", at=self.now
            )

    def _ask_back(self, case: Case) -> None:
        key = case.pk
        deciding.claim(application_id=key, by=self.manager, seen=Seen.of(self._case(key)))
        records.write_note(
            application_id=key, author=self.manager, text="The income looks high for this work."
        )
        deciding.ask_back(
            application_id=key,
            by=self.manager,
            question="Could you please see a recent pay slip and attach a copy?",
            seen=Seen.of(self._case(key)),
        )

    def _write(self, application: LoanApplication) -> None:
        """Some letters are made at the desk; the rest had been written before it had any."""
        case = self._case(application.pk)
        if case.decision.outcome == Outcome.REFER:
            return
        if self.now < timezone.now() - timedelta(days=10):
            lettering.note_letter_from_elsewhere(
                decision=case.decision, by=application.filed_by, at=self.now
            )
            return
        scoring.services.explain(prediction_id=case.decision.prediction_id)
        try:
            letter = lettering.make(
                decision_id=case.decision_id,
                language="en",
                made_by=application.filed_by,
                at=self.now,
            )
        except NothingToTell:  # a person has to word the reason
            return
        lettering.hand_over(letter_id=letter.pk, by=application.filed_by, at=self.now)

    def _learn(self, application: LoanApplication) -> None:
        """What became of a loan that was granted."""
        decision = self._case(application.pk).decision
        defaulted = self.outcomes.get(application.client_number or 0)
        if decision.outcome == Outcome.APPROVE and defaulted is not None:
            record_outcome(
                prediction=decision.prediction,
                defaulted=defaulted,
                observed_on=timezone.localtime(self.now).date(),
            )

    def _banker(self) -> User:
        shares = [_SHARES[banker.username] for banker in self.bankers]
        return self.rng.choices(self.bankers, shares)[0]

    def _terms(self, at: datetime) -> StrategyTerms:
        found = in_force(at)
        if found is None:
            raise NoChampion
        return found.terms

    def _case(self, key: UUID) -> Case:
        cases = Case.objects.select_related("application", "decision__prediction")
        return cases.get(pk=key)
