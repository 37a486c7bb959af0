"""Terms to try, and what would be decided under them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from applications import findings
from applications.api.fields import Body, Number, Whole
from applications.what_if.repayment import LONGEST, SHORTEST
from applications.what_if.trying import Variant
from monitoring.models import Outcome
from scoring.api.serializers import CutOffs
from scoring.policy import Finding


class TermsBody(Body):
    """Terms to try; those left out stay as filed."""

    amount = Number(
        required=False,
        help_text=_("Lent before a down payment. The price of the goods moves with it."),
    )
    instalments = Whole(
        required=False,
        allow_null=True,
        min_value=SHORTEST,
        max_value=LONGEST,
        help_text=_("How many, one a month. Not together with `instalment`."),
    )
    instalment = Number(
        required=False,
        allow_null=True,
        help_text=_("The regular payment; their number then follows."),
    )
    down_payment = Number(
        required=False, help_text=_("Own money for the same goods, beyond what was filed.")
    )
    extra_income = Number(
        required=False, help_text=_("A co-borrower's monthly income, before tax.")
    )


class OfferBody(TermsBody):
    """Terms to file, as they were tried."""

    offer_number = Whole(
        min_value=2, help_text=_("As the trial named it, so that a second request makes no other.")
    )
    stamp = serializers.CharField(
        max_length=40, help_text=_("As the trial named it: the model and cut-offs it was tried by.")
    )


class FindingOut(serializers.Serializer[Any]):
    """A policy rule that spoke."""

    code = serializers.CharField(help_text=_("Stable."))
    label = serializers.CharField()  # type: ignore[assignment]  # shadows Field.label
    sentence = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices, help_text=_("What follows."))
    value = serializers.FloatField(allow_null=True, help_text=_("What was found."))
    limit = serializers.FloatField(allow_null=True, help_text=_("What the strategy allows."))


def told(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings with their words in the reader's language."""
    return [
        {
            "code": one.code,
            "label": str(one.label),
            "sentence": str(one.sentence),
            "outcome": one.outcome,
            "value": raw.get("value"),
            "limit": raw.get("limit"),
        }
        for one, raw in zip(findings.told(found), found, strict=True)
    ]


class VariantOut(serializers.Serializer[Any]):
    """A loan under some terms, and what would be decided on it today."""

    amount = serializers.FloatField(source="offer.amount", help_text=_("What is lent."))
    annuity = serializers.FloatField(source="offer.annuity", allow_null=True)
    goods_price = serializers.FloatField(source="offer.goods_price", allow_null=True)
    monthly_income = serializers.FloatField(source="offer.monthly_income")
    instalments = serializers.FloatField(
        allow_null=True, help_text=_("How many; null where no plan of repayment is known.")
    )
    pd = serializers.FloatField(source="tried.pd", help_text=_("From 0 to 1."))
    decision = serializers.ChoiceField(choices=Outcome.choices, source="tried.outcome")
    cut_offs = CutOffs(source="tried")
    findings = serializers.SerializerMethodField()

    @extend_schema_field(FindingOut(many=True))
    def get_findings(self, variant: Variant) -> list[dict[str, Any]]:
        said: list[Finding] = list(variant.tried.findings)
        return told([finding.as_json() for finding in said])


class TrialOut(serializers.Serializer[Any]):
    """Terms that were tried; nothing of it is stored."""

    tried = VariantOut()
    as_filed = VariantOut(help_text=_("The application as it stands, scored again today."))
    currency = serializers.CharField()
    offer_number = serializers.IntegerField(help_text=_("Of the next counter-offer."))
    stamp = serializers.CharField(help_text=_("Names the model and the cut-offs of this trial."))
