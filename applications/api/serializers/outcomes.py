"""What became of loans, as other systems tell it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from applications.api.fields import Body, Whole, YesNo
from scoring.inputs import MAX_CLIENT

MOST = 5_000
_WAYS = ({"score_id"}, {"reference"}, {"client_id", "scored_on"})


class OutcomeList(serializers.ListSerializer[Any]):
    """Many at once, all or none."""

    default_error_messages = {
        "max_length": gettext_lazy("Send at most {max_length} outcomes at once."),
        "empty": gettext_lazy("Send at least one outcome."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_empty": False, "max_length": MOST, **kwargs})


class OutcomeBody(Body):
    """What became of a loan. It is named in one of three ways."""

    score_id = serializers.UUIDField(
        required=False, help_text=gettext_lazy("The score that it was granted on.")
    )
    reference = serializers.CharField(
        required=False,
        max_length=24,
        help_text=gettext_lazy("The reference of the application, such as A-2026-000123."),
    )
    client_id = Whole(
        required=False,
        min_value=1,
        max_value=MAX_CLIENT,
        help_text=gettext_lazy("The client's number, together with `scored_on`."),
    )
    scored_on = serializers.DateField(
        required=False, help_text=gettext_lazy("The day of the client's score.")
    )
    defaulted = YesNo(help_text=gettext_lazy("True: the loan was not repaid."))
    observed_on = serializers.DateField(
        help_text=gettext_lazy("The day this was seen: not before the score, not in the future.")
    )

    class Meta:
        list_serializer_class = OutcomeList

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = set(attrs) & {"score_id", "reference", "client_id", "scored_on"}
        if named not in _WAYS:
            raise serializers.ValidationError(
                _("Name the loan by score_id, by reference, or by client_id and scored_on.")
            )
        return attrs


class RecordedOut(serializers.Serializer[Any]):
    """What was done; all entries were accepted."""

    new = serializers.IntegerField()
    corrected = serializers.IntegerField(
        help_text=gettext_lazy("Outcomes that said otherwise before; what they said is kept.")
    )
    unchanged = serializers.IntegerField(help_text=gettext_lazy("Known already."))
