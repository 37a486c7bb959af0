"""Applications, as they are filed and as they stand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from applications import findings
from applications.api.fields import Body, Moment, Number, Text, Whole, YesNo
from applications.forms import REQUIRED, ApplicationForm
from applications.models import Case, Decision, LoanApplication
from applications.people import name_of
from applications.services import filing
from applications.services.deciding import Seen
from monitoring.models import Outcome

AMOUNTS = ("monthly_income", "amount", "annuity", "goods_price")
FIELDS: tuple[str, ...] = tuple(ApplicationForm.Meta.fields)


def version_of(application: LoanApplication) -> str:
    """What tells one state of an application from another, to act on no other.

    A draft's follows its last change; a submitted one's its case: "1-referred".
    """
    if application.is_draft:
        return filing.state_of(application)
    case: Case | None = getattr(application, "case", None)
    return f"{case.decision.number}-{case.stage}" if case else ""


def seen_in(version: str) -> Seen:
    """Read the version of a submitted application; one that is none fits no case."""
    number, _dash, stage = version.partition("-")
    return Seen(number=int(number) if number.isdecimal() else 0, stage=stage)


def _described(name: str) -> dict[str, Any]:
    """How a field of the form is documented, and that it may be left open."""
    field: Any = LoanApplication._meta.get_field(name)
    kwargs: dict[str, Any] = {"required": False, "allow_null": True}
    notes = [f"{field.verbose_name}.", str(field.help_text)]
    if name in AMOUNTS:
        notes.append("An amount in the bank's currency.")
    if name in REQUIRED:
        notes.append("A decision needs it.")
    if field.choices:
        kwargs["allow_blank"] = False
        notes.append("Null: not known.")
    kwargs["help_text"] = " ".join(note for note in notes if note)
    return kwargs


class ApplicationFields(serializers.ModelSerializer[LoanApplication]):
    """What a banker fills in on the desk, by the same names; null where nothing is known."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.FloatField: Number,
        models.PositiveSmallIntegerField: Whole,
        models.PositiveBigIntegerField: Whole,
        models.BooleanField: YesNo,
        models.CharField: Text,
    }

    class Meta:
        model = LoanApplication
        fields: list[str] = list(FIELDS)
        extra_kwargs = {name: _described(name) for name in FIELDS}

    def to_representation(self, instance: LoanApplication) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return {name: None if value == "" else value for name, value in shown.items()}


class NewApplication(ApplicationFields):
    """An application to file: any field for a draft, those that a decision needs to submit."""

    submit = serializers.BooleanField(
        default=False,
        help_text=_("Submit it at once: the answer holds the decision. Else it is kept as draft."),
    )

    class Meta(ApplicationFields.Meta):
        fields = ["submit", *FIELDS]


VERSION_HELP = _(
    "The `version` that you read, so that you change nothing you have not seen. The header "
    "`If-Match` may hold it instead."
)


class ChangedApplication(ApplicationFields):
    """Fields of a draft to change; those left out stay as they are."""

    version = serializers.CharField(required=False, help_text=VERSION_HELP)

    class Meta(ApplicationFields.Meta):
        fields = ["version", *FIELDS]


class SeenBody(Body):
    """What the caller saw of the case when acting on it."""

    version = serializers.CharField(required=False, help_text=VERSION_HELP)


class Code(serializers.Serializer[Any]):
    code = serializers.CharField(help_text=_("Stable."))
    label = serializers.CharField()  # type: ignore[assignment]  # shadows Field.label


class CaseOut(serializers.ModelSerializer[Case]):
    """Where a submitted application stands between its decisions."""

    since = Moment()
    referred_at = Moment(allow_null=True)
    referral_reasons = serializers.SerializerMethodField()
    claimed_by = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "stage",
            "since",
            "referred_at",
            "referral_reasons",
            "claimed_by",
            "question",
            "letter_due_on",
        ]

    @extend_schema_field(Code(many=True))
    def get_referral_reasons(self, case: Case) -> list[dict[str, str]]:
        return [
            {"code": code, "label": str(findings.label_of(code))} for code in case.referral_reasons
        ]

    def get_claimed_by(self, case: Case) -> str | None:
        return name_of(case.claimed_by) if case.claimed_by else None


class DecisionInBrief(serializers.ModelSerializer[Decision]):
    """The decision in force."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    decided_at = Moment()
    pd = serializers.FloatField(source="prediction.pd", help_text=_("From 0 to 1."))
    score_id = serializers.UUIDField(source="prediction_id")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        fields = ["id", "number", "outcome", "kind", "decided_at", "pd", "score_id", "url"]

    def get_url(self, decision: Decision) -> str:
        return address(self, "api-decision", decision.pk)


class _Standing(serializers.Serializer[Any]):
    """What every answer on an application says of where it stands."""

    status = serializers.ChoiceField(choices=LoanApplication.Status.choices)
    version = serializers.SerializerMethodField(
        help_text=_("Send it back with whatever you do to the application.")
    )
    created_at = Moment()
    updated_at = Moment()
    submitted_at = Moment(allow_null=True)
    filed_by = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField(help_text=_("Of all amounts (ISO 4217)."))
    case = serializers.SerializerMethodField(help_text=_("Null while a draft."))
    decision = serializers.SerializerMethodField(
        help_text=_("The decision in force; null while a draft.")
    )
    url = serializers.SerializerMethodField()

    def get_version(self, application: LoanApplication) -> str:
        return version_of(application)

    def get_filed_by(self, application: LoanApplication) -> str:
        return name_of(application.filed_by)

    def get_currency(self, application: LoanApplication) -> str:
        return str(settings.BANK["currency"])

    @extend_schema_field(CaseOut(allow_null=True))
    def get_case(self, application: LoanApplication) -> Any:
        case = getattr(application, "case", None)
        return CaseOut(case).data if case else None

    @extend_schema_field(DecisionInBrief(allow_null=True))
    def get_decision(self, application: LoanApplication) -> Any:
        case = getattr(application, "case", None)
        return DecisionInBrief(case.decision, context=self.context).data if case else None

    def get_url(self, application: LoanApplication) -> str:
        return address(self, "api-application", application.pk)


_STANDING = [
    "id",
    "reference",
    "status",
    "version",
    "created_at",
    "updated_at",
    "submitted_at",
    "filed_by",
    "currency",
    "case",
    "decision",
    "url",
]


class ApplicationRow(_Standing, serializers.ModelSerializer[LoanApplication]):
    """An application in a list."""

    class Meta:
        model = LoanApplication
        fields = [
            *_STANDING,
            "client_number",
            "first_name",
            "last_name",
            "contract_type",
            "amount",
        ]


class ApplicationOut(_Standing, ApplicationFields):
    """An application with everything that was filed."""

    counter_offer_to = serializers.CharField(
        source="original.reference",
        default=None,
        allow_null=True,
        help_text=_("The reference of the application that this is another version of."),
    )
    offer_number = serializers.IntegerField(
        source="version", help_text=_("1, or the number of the counter-offer.")
    )

    class Meta(ApplicationFields.Meta):
        fields = [*_STANDING, "counter_offer_to", "offer_number", *FIELDS]


def address(serializer: serializers.BaseSerializer[Any], name: str, *args: Any) -> str:
    """The full address of something, for a program to follow."""
    return str(serializer.context["request"].build_absolute_uri(reverse(name, args=args)))
