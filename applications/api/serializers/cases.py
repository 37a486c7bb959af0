"""Referrals, what managers and bankers do with them, and proposals that wait."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from applications.api.fields import Body, Moment, YesNo
from applications.api.serializers.applications import CaseOut, DecisionInBrief, SeenBody, version_of
from applications.api.serializers.decisions import ApplicationNamed, DecisionOut
from applications.choices import OverrideReason
from applications.models import Case, LoanApplication, Override
from applications.people import name_of
from applications.services.deciding import OUTCOMES
from monitoring.models import Outcome

EITHER = [(outcome.value, outcome.label) for outcome in OUTCOMES]


class ReferralRow(CaseOut):
    """A case that waits for a manager, or is with one."""

    application = ApplicationNamed()
    version = serializers.SerializerMethodField(
        help_text=_("Send it back with whatever you do to the case.")
    )
    filed_by = serializers.SerializerMethodField()
    amount = serializers.FloatField(source="application.amount")
    decision = DecisionInBrief()

    class Meta(CaseOut.Meta):
        fields = ["application", "version", "filed_by", "amount", "decision", *CaseOut.Meta.fields]

    def get_version(self, case: Case) -> str:
        return f"{case.decision.number}-{case.stage}"

    def get_filed_by(self, case: Case) -> str:
        return name_of(case.application.filed_by)


class QuestionBody(SeenBody):
    question = serializers.CharField(max_length=2_000)


class AnswerBody(SeenBody):
    text = serializers.CharField(max_length=4_000)


class AnswerWithFiles(AnswerBody):
    """An answer with documents: PDF, JPEG or PNG, at most 10 MB each."""

    documents = serializers.ListField(child=serializers.FileField(), required=False)


class VerdictBody(SeenBody):
    """What a manager decides, and why."""

    outcome = serializers.ChoiceField(choices=EITHER)
    reason_code = serializers.ChoiceField(choices=OverrideReason.choices)
    comment = serializers.CharField(
        max_length=2_000, help_text=_("Whoever audits the decision reads it.")
    )


class SettleBody(Body):
    """A second manager's answer to what another proposes."""

    agrees = YesNo()
    answer = serializers.CharField(max_length=2_000)


class OverrideOut(serializers.ModelSerializer[Override]):
    """A wish to overrule a decision, to which a second manager must agree."""

    application = ApplicationNamed()
    overruled = serializers.IntegerField(
        source="overruled_id", help_text=_("The decision it would replace.")
    )
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason_code = serializers.ChoiceField(choices=OverrideReason.choices)
    status = serializers.ChoiceField(choices=Override.Status.choices)
    proposed_by = serializers.SerializerMethodField()
    proposed_at = Moment()
    settled_by = serializers.SerializerMethodField()
    settled_at = Moment(allow_null=True)

    class Meta:
        model = Override
        fields = [
            "id",
            "application",
            "overruled",
            "outcome",
            "reason_code",
            "comment",
            "status",
            "proposed_by",
            "proposed_at",
            "settled_by",
            "settled_at",
            "answer",
        ]

    def get_proposed_by(self, override: Override) -> str:
        return name_of(override.proposed_by)

    def get_settled_by(self, override: Override) -> str | None:
        return name_of(override.settled_by) if override.settled_by else None


class Decided(serializers.Serializer[Any]):
    """What came of a manager's decision: it is in force, or waits for a second manager."""

    decision = DecisionOut(allow_null=True)
    override = OverrideOut(allow_null=True)
    version = serializers.SerializerMethodField(help_text=_("Of the application, from now on."))

    def get_version(self, done: dict[str, Any]) -> str:
        application: LoanApplication = done["application"]
        return version_of(application)
