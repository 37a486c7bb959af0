"""Named reads of applications and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import (
    Avg,
    Count,
    Exists,
    ExpressionWrapper,
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
from monitoring.querysets import ReadsPredictions
from scoring.models import Strategy

if TYPE_CHECKING:
    from applications.models import (  # noqa: F401 - named by base classes
        Case,
        Decision,
        Entry,
        Letter,
        LoanApplication,
        Override,
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


class Waiting(TypedDict):
    referrals: int
    oldest: datetime | None
    overdue: int


class Figures(TypedDict):
    total: int
    approved: int
    referred: int
    declined: int
    by_people: int


MONTH = timedelta(days=30)
NAMES = ("first_name", "last_name")
LONGEST_NUMBER = 18  # digits; more fit no client, nor the column
_NOTHING: Figures = {"total": 0, "approved": 0, "referred": 0, "declined": 0, "by_people": 0}


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

    def versions_of(self, application: LoanApplication) -> LoanApplicationQuerySet:
        """The original and all counter-offers to it, with what is in force. One query."""
        original = application.original_id or application.pk
        return (
            self.filter(Q(pk=original) | Q(original_id=original))
            .select_related("case__decision")
            .order_by("version")
        )

    def matching(self, words: str) -> LoanApplicationQuerySet:
        """Those whose reference, applicant or client number holds every word."""
        return self.filter(holding(words, texts=["reference", *NAMES], number="client_number"))

    def with_failed_explanation(self) -> LoanApplicationQuerySet:
        """Those whose decision in force lacks its reasons, because computing them failed."""
        from scoring.models import Explanation  # noqa: PLC0415 - models import this module

        # From the few that failed to their applications, not the other way round.
        failed = Explanation.objects.failed().values("pk")
        return self.filter(case__decision__prediction_id__in=failed)

    def with_decision(self) -> LoanApplicationQuerySet:
        """Read each application's decisions and their scores along, in two queries more."""
        from applications.models import Decision  # noqa: PLC0415 - models import this module

        return self.prefetch_related(
            models.Prefetch("decisions", queryset=Decision.objects.with_score())
        )

    def with_whole_decision(self) -> LoanApplicationQuerySet:
        """The same for a page of its own: all that was scored, and the explanation, come along."""
        from applications.models import Decision  # noqa: PLC0415 - models import this module

        decisions = Decision.objects.select_related(
            "prediction__explanation", "decided_by", "agreed_by"
        )
        return self.prefetch_related(models.Prefetch("decisions", queryset=decisions))

    def update(self, **kwargs: Any) -> int:
        """Change drafts only: what was submitted is frozen, whatever was selected."""
        return super(LoanApplicationQuerySet, self.drafts()).update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]  # as on Django's own method


class DecisionQuerySet(ReadsPredictions["Decision"]):
    """Decisions are written once: every bulk way to change them is closed as well."""

    def with_score(self) -> DecisionQuerySet:
        """Join the prediction, leaving its large fields where they are, and who decided."""
        joined = self.select_related("prediction", "decided_by", "agreed_by")
        return joined.without_vectors("prediction")

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

    def filed_lately_by(self, user: User, since: datetime) -> DecisionQuerySet:
        """Decisions since then on what a banker filed."""
        return self.since(since).filter(application__filed_by_id=user.pk)

    def months(self, now: datetime) -> tuple[Figures, Figures]:
        """Count the decisions of the last 30 days, and of the 30 days before. One query."""
        recent = Q(decided_at__gte=now - MONTH)
        periods = (
            self.since(now - 2 * MONTH)
            .order_by()
            .values(recent=ExpressionWrapper(recent, output_field=models.BooleanField()))
            .annotate(
                total=Count("pk"),
                approved=Count("pk", filter=Q(outcome="approve")),
                referred=Count("pk", filter=Q(outcome="refer")),
                declined=Count("pk", filter=Q(outcome="decline")),
                by_people=Count("pk", filter=~Q(kind="automatic")),
            )
        )
        found: dict[bool, Any] = {bool(row["recent"]): row for row in periods}
        return found.get(True, _NOTHING), found.get(False, _NOTHING)

    def automatic(self, since: datetime | None = None) -> DecisionQuerySet:
        """Those that the cut-offs and the policy made, in no order, for counting."""
        made = self.filter(kind="automatic").order_by()
        return made if since is None else made.since(since)

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
        ratio = Strategy.objects.took_effect_before(timezone.now()).values("cost_ratio")[:1]
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


class CaseQuerySet(ReadsPredictions["Case"]):
    def with_application(self) -> CaseQuerySet:
        """Join all that one line of a queue shows."""
        return self.select_related(
            "application", "application__filed_by", "claimed_by", "decision", "decision__prediction"
        ).without_vectors("decision__prediction")

    def of_banker(self, user: User) -> CaseQuerySet:
        return self.filter(application__filed_by_id=user.pk)

    def referred(self) -> CaseQuerySet:
        """Those that wait for a manager, or are with one, the oldest first."""
        return self.filter(stage__in=["referred", "claimed"]).order_by("referred_at", "pk")

    def unclaimed(self) -> CaseQuerySet:
        return self.filter(stage="referred")

    def claimed_by(self, user: User) -> CaseQuerySet:
        return self.filter(stage="claimed", claimed_by_id=user.pk)

    def returned(self) -> CaseQuerySet:
        """Those that a manager sent back with a question, the oldest first."""
        return self.filter(stage="returned").order_by("since", "pk")

    def letters_due(self) -> CaseQuerySet:
        """Those whose applicant still has to be written to, the most urgent first."""
        return self.filter(letter_due_on__isnull=False).order_by("letter_due_on", "pk")

    def newest_first(self) -> CaseQuerySet:
        """Those submitted last first."""
        # A submitted application does not change any more, and this order has an index.
        return self.order_by("-application__updated_at")

    def waiting(self, today: date) -> Waiting:
        """Count what waits for managers. One query."""
        referred = Q(stage__in=["referred", "claimed"])
        overdue = Q(letter_due_on__lt=today)
        return self.filter(referred | overdue).aggregate(  # type: ignore[return-value]  # the keys
            referrals=Count("pk", filter=referred),
            oldest=Min("referred_at", filter=referred),
            overdue=Count("pk", filter=overdue),
        )

    def letters_due_of_banker(self, user: User) -> CaseQuerySet:
        # Not a plain equality, which would walk all that the banker ever filed: what is due is
        # little, and has an index in the very order.
        banker = F("application__filed_by_id") + 0
        return self.letters_due().alias(banker=banker).filter(banker=user.pk)


class OverrideQuerySet(ReadsPredictions["Override"]):
    def pending(self) -> OverrideQuerySet:
        """Those that wait for a second manager, the oldest first."""
        return self.filter(status="pending").order_by("proposed_at", "pk")

    def that_may_be_settled_by(self, user: User) -> OverrideQuerySet:
        """Neither one's own proposals, nor those about what one filed oneself."""
        return (
            self.pending().exclude(proposed_by_id=user.pk).exclude(application__filed_by_id=user.pk)
        )

    def with_application(self) -> OverrideQuerySet:
        """Join all that one line of the second opinions shows."""
        return self.select_related(
            "application", "application__filed_by", "proposed_by", "overruled__prediction"
        ).without_vectors("overruled__prediction")


class LetterQuerySet(models.QuerySet["Letter"]):
    def without_pdf(self) -> LetterQuerySet:
        """For lists: leave the files where they are."""
        return self.defer("pdf").select_related("decision", "made_by")


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


def holding(words: str, *, texts: Sequence[str], number: str = "") -> Q:
    """Where every word is in one of the text fields, or is the number in another field."""
    condition = Q()
    for word in words.split():
        found = Q()
        for field in texts:
            found |= Q(**{f"{field}__icontains": word})
        if number and word.isdecimal() and len(word) <= LONGEST_NUMBER:
            found |= Q(**{number: int(word)})
        condition &= found
    return condition
