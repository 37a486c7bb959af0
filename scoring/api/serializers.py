"""What goes in and out of the scoring API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ml.schema import AUXILIARY
from monitoring.models import Completeness, Outcome, Prediction
from scoring import inputs, services
from scoring.api.schema import APPLICATION_SCHEMA, HISTORY_SCHEMA
from scoring.models import Explanation


@extend_schema_field(APPLICATION_SCHEMA)
class ApplicationField(serializers.DictField):
    """Raw Home Credit columns; the scoring service checks each of them."""


class RecordsField(serializers.ListField):
    child = serializers.DictField()


@extend_schema_field(HISTORY_SCHEMA)
class HistoryField(serializers.DictField):
    """Raw records by table name."""

    child = RecordsField()


class ScoreRequest(serializers.Serializer[Any]):
    """A client number, an application, or both."""

    client_id = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=inputs.MAX_CLIENT,
        help_text=_(
            "The client's number. What is on file fills the columns that `application` leaves out, "
            "and the stored loan history is used."
        ),
    )
    application = ApplicationField(
        required=False, help_text=_("Raw columns of Home Credit's application table.")
    )
    history = HistoryField(
        required=False,
        help_text=_("Raw records of the auxiliary tables; they replace the stored history: ")
        + ", ".join(table.name for table in AUXILIARY),
    )
    explain = serializers.BooleanField(
        default=False,
        help_text=_("Answer with the explanation, rather than with its address alone."),
    )

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError(
                {
                    name: [
                        _("This field is unknown. Known are: %(known)s.")
                        % {"known": ", ".join(self.fields)}
                    ]
                    for name in unknown
                }
            )
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        application = attrs.setdefault("application", {})
        number = application.pop("SK_ID_CURR", None)
        if number is not None:
            attrs["client_id"] = self._same_client(attrs.get("client_id"), number)
        if not application and attrs.get("client_id") is None:
            raise serializers.ValidationError(
                {"application": [_("Send client_id, application, or both.")]}
            )
        return attrs

    def _same_client(self, client_id: int | None, number: Any) -> int:
        """Kaggle's rows carry the client's number too; it must not name another client."""
        if not inputs.is_client_number(number):
            raise serializers.ValidationError(
                {"application.SK_ID_CURR": [_("Expected the client's number.")]}
            )
        if client_id not in (None, number):
            raise serializers.ValidationError(
                {"application.SK_ID_CURR": [_("This is not the client named by client_id.")]}
            )
        return int(number)


class CutOffs(serializers.Serializer[Any]):
    refer_from = serializers.FloatField(help_text=_("From this PD on, a person decides."))
    decline_from = serializers.FloatField(help_text=_("From this PD on, it is declined."))


class ModelUsed(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.CharField()


class HistoryUsed(serializers.Serializer[Any]):
    tables = serializers.ListField(child=serializers.CharField())
    as_of = serializers.DateTimeField(allow_null=True)


class Driver(serializers.Serializer[Any]):
    feature = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # shadows Field.label
    value = serializers.JSONField(allow_null=True, help_text=_("A number, a text, or null."))
    contribution = serializers.FloatField()


_DRIVER = tuple(Driver().fields)


class Reason(serializers.Serializer[Any]):
    concept = serializers.CharField(help_text=_("A stable code."))
    label = serializers.CharField()  # type: ignore[assignment]  # shadows Field.label
    direction = serializers.ChoiceField(
        choices=["for", "against"], help_text=_("For the applicant, or against.")
    )
    contribution = serializers.FloatField(help_text=_("Log-odds; above 0 raises the risk."))
    sentence = serializers.CharField()
    drivers = Driver(many=True)


class ExplanationOut(serializers.ModelSerializer[Explanation]):
    """Why a score came out as it did.

    `status` is `failed`, and `reasons` empty, where the model that gave the score is gone.
    """

    score_id = serializers.UUIDField(source="prediction_id")
    raw_score = serializers.FloatField(source="prediction.raw_score")
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = Explanation
        fields = ["score_id", "status", "base_value", "raw_score", "reasons"]

    @extend_schema_field(Reason(many=True))
    def get_reasons(self, explanation: Explanation) -> list[dict[str, Any]]:
        # A serializer of each of a hundred drivers would take longer than computing them.
        return [
            {
                **reason,
                "drivers": [{name: one[name] for name in _DRIVER} for one in reason["drivers"]],
            }
            for reason in explanation.reasons
        ]


class Score(serializers.ModelSerializer[Prediction]):
    """A stored score."""

    decision = serializers.ChoiceField(choices=Outcome.choices, source="outcome")
    completeness = serializers.ChoiceField(choices=Completeness.choices)
    cut_offs = CutOffs(source="*")
    model = serializers.SerializerMethodField()
    history_used = serializers.SerializerMethodField()
    fallbacks = serializers.SerializerMethodField(
        help_text=_(
            "Columns the model reads that were neither sent nor on file, and so count as not "
            "known. Null where the model is not at hand any more."
        )
    )

    class Meta:
        model = Prediction
        fields = [
            "id",
            "created_at",
            "client_id",
            "pd",
            "decision",
            "cut_offs",
            "completeness",
            "history_used",
            "fallbacks",
            "model",
        ]

    @extend_schema_field(ModelUsed)
    def get_model(self, prediction: Prediction) -> dict[str, str]:
        return {
            "name": prediction.model_name,
            "version": prediction.model_version,
            "sha256": prediction.model_sha256,
        }

    @extend_schema_field(HistoryUsed)
    def get_history_used(self, prediction: Prediction) -> dict[str, Any]:
        return {"tables": prediction.history_used, "as_of": prediction.history_as_of}

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_fallbacks(self, prediction: Prediction) -> list[str] | None:
        return services.fallbacks(prediction)


class ScoreAnswer(Score):
    """A stored score, and where its explanation is. For the schema: views put it together."""

    explanation_url = serializers.URLField()
    explanation = ExplanationOut(
        allow_null=True, help_text=_("Null unless it was asked for with the score.")
    )

    class Meta(Score.Meta):
        fields = [*Score.Meta.fields, "explanation_url", "explanation"]


class ChampionOut(ModelUsed):
    features = serializers.IntegerField()
    cut_offs = CutOffs()
    metrics = serializers.DictField()


class ProblemField(serializers.Serializer[Any]):
    field = serializers.CharField(allow_null=True)
    detail = serializers.CharField()
    code = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem document."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    request_id = serializers.CharField(help_text=_("Also in `X-Request-Id` and in the log."))
    errors = ProblemField(  # type: ignore[assignment]  # shadows Serializer.errors
        many=True, required=False
    )
