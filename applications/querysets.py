"""Named reads of applications and decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Avg, Count, Q
from django.db.models.functions import TruncDate

from applications.exceptions import Frozen

if TYPE_CHECKING:
    from applications.models import (  # noqa: F401 - named by base classes
        Case,
        Decision,
        Entry,
        LoanApplication,
    )


class DayOfDecisions(TypedDict):
    day: date
    outcome: str
    decisions: int


class Summary(TypedDict):
    total: int
    approved: int
    referred: int
    declined: int
    mean_pd: float | None


class LoanApplicationQuerySet(models.QuerySet["LoanApplication"]):
    def drafts(self) -> LoanApplicationQuerySet:
        return self.filter(status="draft")

    def submitted(self) -> LoanApplicationQuerySet:
        return self.filter(status="submitted")

    def filed_by(self, user: User | AnonymousUser) -> LoanApplicationQuerySet:
        return self.filter(filed_by_id=user.pk)

    def visible_to(self, user: User) -> LoanApplicationQuerySet:
        """One's own; for a manager also what any other banker has submitted."""
        if user.has_perm("applications.view_all_applications"):
            return self.filter(Q(filed_by_id=user.pk) | Q(status="submitted"))
        return self.filed_by(user)

    def matching(self, words: str) -> LoanApplicationQuerySet:
        """Those whose reference, applicant or client number holds every word."""
        return self.filter(_holds(words, prefix=""))

    def with_decision(self) -> LoanApplicationQuerySet:
        """Read each application's decisions and their scores along, in two queries more."""
        from applications.models import Decision  # noqa: PLC0415 - models import this module

        return self.prefetch_related(
            models.Prefetch("decisions", queryset=Decision.objects.with_score())
        )

    def update(self, **kwargs: Any) -> int:
        """Change drafts only: what was submitted is frozen, whatever was selected."""
        return super(LoanApplicationQuerySet, self.drafts()).update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]  # as on Django's own method


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions are written once: every bulk way to change them is closed as well."""

    def with_score(self) -> DecisionQuerySet:
        """Join the prediction, leaving its large fields where they are."""
        return self.select_related("prediction").defer(
            "prediction__inputs", "prediction__history", "prediction__features"
        )

    def for_history(self) -> DecisionQuerySet:
        """Join all that one line of the decision history shows."""
        return self.with_score().select_related("application", "application__filed_by")

    def visible_to(self, user: User) -> DecisionQuerySet:
        if user.has_perm("applications.view_all_applications"):
            return self.all()
        return self.filter(application__filed_by_id=user.pk)

    def matching(self, words: str) -> DecisionQuerySet:
        """Those whose application's reference, applicant or client number holds every word."""
        return self.filter(_holds(words, prefix="application__"))

    def since(self, moment: datetime) -> DecisionQuerySet:
        return self.filter(decided_at__gte=moment)

    def automatic(self, since: datetime | None = None) -> DecisionQuerySet:
        """Those that the cut-offs and the policy made, in no order, for counting."""
        made = self.filter(kind="automatic").order_by()
        return made if since is None else made.since(since)

    def per_day(self) -> models.QuerySet[Decision, DayOfDecisions]:
        """How many decisions of each outcome fell on each day, oldest first. One query."""
        return (
            self.order_by()
            .values("outcome", day=TruncDate("decided_at"))
            .annotate(decisions=Count("pk"))
            .order_by("day", "outcome")
        )

    def summary(self) -> Summary:
        """Count the outcomes and average the PD. One query."""
        return self.order_by().aggregate(  # type: ignore[return-value]  # the keys below
            total=Count("pk"),
            approved=Count("pk", filter=Q(outcome="approve")),
            referred=Count("pk", filter=Q(outcome="refer")),
            declined=Count("pk", filter=Q(outcome="decline")),
            mean_pd=Avg("prediction__pd"),
        )

    def update(self, **kwargs: Any) -> NoReturn:
        raise Frozen("A decision cannot be changed.")

    def delete(self) -> NoReturn:
        raise Frozen("A decision cannot be deleted.")


class CaseQuerySet(models.QuerySet["Case"]):
    def with_application(self) -> CaseQuerySet:
        """Join all that one line of a queue shows."""
        return self.select_related(
            "application", "application__filed_by", "claimed_by", "decision", "decision__prediction"
        ).defer(
            "decision__prediction__inputs",
            "decision__prediction__history",
            "decision__prediction__features",
        )

    def of_banker(self, user: User) -> CaseQuerySet:
        return self.filter(application__filed_by_id=user.pk)

    def referred(self) -> CaseQuerySet:
        """Those that wait for a manager, or are with one, the oldest first."""
        return self.filter(stage__in=["referred", "claimed"]).order_by("since")

    def returned(self) -> CaseQuerySet:
        """Those that a manager sent back with a question, the oldest first."""
        return self.filter(stage="returned").order_by("since")

    def letters_due(self) -> CaseQuerySet:
        """Those whose applicant still has to be written to, the most urgent first."""
        return self.filter(letter_due_on__isnull=False).order_by("letter_due_on")


class EntryQuerySet(models.QuerySet["Entry"]):
    """The journal is only added to: every bulk way to change it is closed as well."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise Frozen("A journal entry cannot be changed.")

    def delete(self) -> NoReturn:
        raise Frozen("A journal entry cannot be deleted.")


def _holds(words: str, *, prefix: str) -> Q:
    condition = Q()
    for word in words.split():
        found = (
            Q(**{f"{prefix}reference__icontains": word})
            | Q(**{f"{prefix}first_name__icontains": word})
            | Q(**{f"{prefix}last_name__icontains": word})
        )
        if word.isdecimal() and len(word) < 19:  # longer ones overflow the column
            found |= Q(**{f"{prefix}client_number": int(word)})
        condition &= found
    return condition
