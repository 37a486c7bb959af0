"""Decisions with their reasons, letters and dossiers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from applications.api.fields import Body, Moment
from applications.api.serializers.applications import address
from applications.api.serializers.terms import FindingOut, told
from applications.choices import OverrideReason
from applications.letters.grounds import Grounds, Lack
from applications.models import Decision, Letter
from applications.people import name_of
from monitoring.models import Completeness, Outcome, Source
from scoring.api.serializers import CutOffs, ModelUsed, Reason
from scoring.models import Explanation


class ApplicationNamed(serializers.Serializer[Any]):
    """The application that something is about."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, application: Any) -> str:
        return address(self, "api-application", application.pk)


class DecisionRow(serializers.ModelSerializer[Decision]):
    """What was decided on an application, by whom and by which score."""

    application = ApplicationNamed()
    number = serializers.IntegerField(help_text=_("1 for the first one on the application."))
    in_force = serializers.SerializerMethodField(
        help_text=_("Whether no later decision on the application replaced it.")
    )
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    kind = serializers.ChoiceField(
        choices=Decision.Kind.choices,
        help_text=_("By the cut-offs and the policy, by a manager, or overruled by one."),
    )
    decided_at = Moment()
    decided_by = serializers.SerializerMethodField(help_text=_("Null for an automatic one."))
    agreed_by = serializers.SerializerMethodField(
        help_text=_("The second manager, where one was needed.")
    )
    reason_code = serializers.ChoiceField(
        choices=OverrideReason.choices,
        allow_null=True,
        help_text=_("Why a manager decided so; null for an automatic one."),
    )
    comment = serializers.CharField(source="reason", help_text=_("What the manager wrote."))
    pd = serializers.FloatField(source="prediction.pd", help_text=_("From 0 to 1."))
    cut_offs = CutOffs(source="prediction")
    strategy = serializers.IntegerField(
        source="prediction.cut_offs_version",
        allow_null=True,
        help_text=_("Which cut-off strategy was in force; null: the model's own cut-offs."),
    )
    completeness = serializers.ChoiceField(
        choices=Completeness.choices, source="prediction.completeness"
    )
    channel = serializers.ChoiceField(choices=Source.choices, source="prediction.source")
    score_id = serializers.UUIDField(source="prediction_id")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        fields = [
            "id",
            "application",
            "number",
            "in_force",
            "outcome",
            "kind",
            "decided_at",
            "decided_by",
            "agreed_by",
            "reason_code",
            "comment",
            "pd",
            "cut_offs",
            "strategy",
            "completeness",
            "channel",
            "score_id",
            "url",
        ]

    def to_representation(self, instance: Decision) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return {**shown, "reason_code": shown["reason_code"] or None}

    def get_in_force(self, decision: Decision) -> bool:
        case = getattr(decision.application, "case", None)
        return case is not None and case.decision_id == decision.pk

    def get_decided_by(self, decision: Decision) -> str | None:
        return name_of(decision.decided_by) if decision.decided_by else None

    def get_agreed_by(self, decision: Decision) -> str | None:
        return name_of(decision.agreed_by) if decision.agreed_by else None

    def get_url(self, decision: Decision) -> str:
        return address(self, "api-decision", decision.pk)


class DecisionOut(DecisionRow):
    """A decision with the policy findings and the reasons behind its score."""

    model = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField(
        help_text=_("Policy rules that spoke, on an automatic decision.")
    )
    reasons_status = serializers.SerializerMethodField(
        help_text=_("Whether the reasons are there: usually within a second.")
    )
    reasons = serializers.SerializerMethodField(
        help_text=_("Why the score is what it is, strongest first; empty until they are ready.")
    )
    dossier_url = serializers.SerializerMethodField()
    letter_url = serializers.SerializerMethodField()

    class Meta(DecisionRow.Meta):
        fields = [
            *DecisionRow.Meta.fields,
            "model",
            "findings",
            "reasons_status",
            "reasons",
            "dossier_url",
            "letter_url",
        ]

    @extend_schema_field(ModelUsed)
    def get_model(self, decision: Decision) -> dict[str, str]:
        prediction = decision.prediction
        return {
            "name": prediction.model_name,
            "version": prediction.model_version,
            "sha256": prediction.model_sha256,
        }

    @extend_schema_field(FindingOut(many=True))
    def get_findings(self, decision: Decision) -> list[dict[str, Any]]:
        return told(decision.findings)

    @extend_schema_field(serializers.ChoiceField(choices=["pending", *Explanation.Status.values]))
    def get_reasons_status(self, decision: Decision) -> str:
        found = _explanation(decision)
        return found.status if found else "pending"

    @extend_schema_field(Reason(many=True))
    def get_reasons(self, decision: Decision) -> Any:
        found = _explanation(decision)
        return Reason(found.reasons if found else [], many=True).data

    def get_dossier_url(self, decision: Decision) -> str:
        return address(self, "api-dossier", decision.pk)

    def get_letter_url(self, decision: Decision) -> str:
        return address(self, "api-letter", decision.pk)


def _explanation(decision: Decision) -> Explanation | None:
    found: Explanation | None = getattr(decision.prediction, "explanation", None)
    return found


class LetterBody(Body):
    """Which letter to make."""

    language = serializers.ChoiceField(choices=Letter.Language.choices)
    wording = serializers.CharField(
        required=False,
        help_text=_(
            "The reason of a refusal in words for the applicant, where its code says too little: "
            "from managers alone. 15 to 200 characters."
        ),
    )


class GroundOut(serializers.Serializer[Any]):
    """A principal reason of a refusal, as the applicant is told it."""

    code = serializers.CharField(help_text=_("Stable: a concept, a policy rule or a reason code."))
    sentence = serializers.CharField()


class LetterOut(serializers.ModelSerializer[Letter]):
    """A letter that was made; it never changes."""

    language = serializers.ChoiceField(choices=Letter.Language.choices)
    made_at = Moment()
    handed_over_at = Moment(allow_null=True)
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text=_("Codes of the reasons it gives.")
    )
    pdf_url = serializers.SerializerMethodField()

    class Meta:
        model = Letter
        fields = ["id", "language", "reasons", "sha256", "made_at", "handed_over_at", "pdf_url"]

    def get_pdf_url(self, letter: Letter) -> str:
        return address(self, "api-letter-pdf", letter.decision_id, letter.language)


class LetterStanding(serializers.Serializer[Any]):
    """What the letter on a decision would say, and which ones were made."""

    due_on = serializers.SerializerMethodField(
        help_text=_("By when the applicant must have it; null where nothing is due.")
    )
    lacking = serializers.SerializerMethodField(
        help_text=_(
            "Why it cannot be made yet: reasons `pending` or `failed`, a `wording` from a manager "
            "needed, or no reason that may lawfully be given (`unlawful`). Null if it can."
        )
    )
    reasons = serializers.SerializerMethodField(
        help_text=_("Principal reasons of a refusal, four at most, in the caller's language.")
    )
    letters = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_due_on(self, decision: Decision) -> Any:
        case = getattr(decision.application, "case", None)
        in_force = case is not None and case.decision_id == decision.pk
        return case.letter_due_on if case is not None and in_force else None

    @extend_schema_field(
        serializers.ChoiceField(choices=[lack.value for lack in Lack], allow_null=True)
    )
    def get_lacking(self, _decision: Decision) -> str | None:
        return self._grounds.lack.value if self._grounds.lack else None

    @extend_schema_field(GroundOut(many=True))
    def get_reasons(self, _decision: Decision) -> list[dict[str, str]]:
        return [{"code": one.code, "sentence": one.sentence} for one in self._grounds.told]

    @extend_schema_field(LetterOut(many=True))
    def get_letters(self, decision: Decision) -> Any:
        made = decision.letters.without_pdf().order_by("made_at")
        return LetterOut(made, many=True, context=self.context).data

    @property
    def _grounds(self) -> Grounds:
        found: Grounds = self.context["grounds"]
        return found
