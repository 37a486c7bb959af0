"""Named reads of applications and decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import (
    Avg,
    Count,
    Exists,
    F,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Floor, Least, NullIf, Trim, TruncDate
from django.utils import timezone

from applications.exceptions import Frozen
from scoring.models import Strategy

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


class BandOfPds(TypedDict):
    """Decisions of one outcome whose PD lies in one band of a percent."""

    percent: int
    outcome: str
    decisions: int
    refer_from: float
    refer_up_to: float
    decline_from: float
    decline_up_to: float


class DayOfCosts(TypedDict):
    """Loans approved on one day of which it is known what became of them."""

    day: date
    ratio: float
    loans: int
    expected_defaults: float
    defaults: int


class Overrides(TypedDict):
    banker: str
    reason_code: str
    decisions: int


class LocalDay(TruncDate):
    """The day of a moment where the desk stands.

    On SQLite, Django's own calls Python for each row, which takes a second for 100,000.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        # The process has the time zone of the settings: Django sees to it.
        return f"date({sql}, 'localtime')", params


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
        return self.filter(_holds(words))

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
        from applications.models import LoanApplication  # noqa: PLC0415 - models import this module

        return self.filter(application__in=LoanApplication.objects.matching(words).order_by())

    def since(self, moment: datetime) -> DecisionQuerySet:
        return self.filter(decided_at__gte=moment)

    def in_force(self) -> DecisionQuerySet:
        """Those that no later decision on the application replaced."""
        return self.filter(~Exists(self._later()))

    def replaced(self) -> DecisionQuerySet:
        return self.filter(Exists(self._later()))

    def per_day(self) -> models.QuerySet[Decision, DayOfDecisions]:
        """How many decisions of each outcome fell on each day, oldest first. One query."""
        return (
            self.order_by()
            .values("outcome", day=LocalDay("decided_at"))
            .annotate(decisions=Count("pk"))
            .order_by("day", "outcome")
        )

    def pd_bands(self, *, highest: int) -> models.QuerySet[Decision, BandOfPds]:
        """Count decisions by percent of PD, all from `highest` on in one band. One query.

        Along come the lowest and highest cut-offs that were in force for them.
        """
        return (
            self.order_by()
            .values("outcome", percent=Least(Floor(F("prediction__pd") * 100), float(highest)))
            .annotate(
                decisions=Count("pk"),
                refer_from=Min("prediction__refer_from"),
                refer_up_to=Max("prediction__refer_from"),
                decline_from=Min("prediction__decline_from"),
                decline_up_to=Max("prediction__decline_from"),
            )
            .order_by("percent", "outcome")
        )

    def costs_per_day(self, *, default_ratio: float) -> models.QuerySet[Decision, DayOfCosts]:
        """Of approved loans with a known outcome: defaults expected and seen. One query.

        The cost ratio is that of the strategy in force today, so that all days compare.
        """
        in_force = Strategy.objects.approved().filter(effective_from__lte=timezone.now())
        ratio = in_force.order_by("-effective_from", "-settled_at").values("cost_ratio")[:1]
        return (
            self.order_by()
            .filter(outcome="approve", prediction__loan_outcome__isnull=False)
            .values(
                day=LocalDay("decided_at"),
                ratio=Coalesce(Subquery(ratio), default_ratio, output_field=FloatField()),
            )
            .annotate(
                loans=Count("pk"),
                expected_defaults=Sum("prediction__pd"),
                defaults=Count("pk", filter=Q(prediction__loan_outcome__defaulted=True)),
            )
            .order_by("day")
        )

    def overrides(self) -> models.QuerySet[Decision, Overrides]:
        """Count overrides by the banker who filed the application and by reason. One query."""
        return (
            self.order_by()
            .filter(kind="override")
            .values("reason_code", banker=name_of_user("application__filed_by__"))
            .annotate(decisions=Count("pk"))
            .order_by("-decisions", "banker", "reason_code")
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

    def _later(self) -> models.QuerySet[Decision]:
        later = self.model._default_manager.filter(application=OuterRef("application"))
        return later.filter(number__gt=OuterRef("number"))

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


def name_of_user(prefix: str = "") -> Coalesce:
    """A user's full name, else the user name."""
    full = Trim(Concat(f"{prefix}first_name", Value(" "), f"{prefix}last_name"))
    return Coalesce(NullIf(full, Value("")), f"{prefix}username")


def _holds(words: str) -> Q:
    condition = Q()
    for word in words.split():
        found = (
            Q(reference__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
        )
        if word.isdecimal() and len(word) < 19:  # longer ones overflow the column
            found |= Q(client_number=int(word))
        condition &= found
    return condition
