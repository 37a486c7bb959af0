"""JSON values, taken as they are: a number is a number, never a text that looks like one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from applications.api.words import unknown_in


class Moment(serializers.DateTimeField):
    """A moment in ISO 8601, in UTC whatever the desk's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class Number(serializers.FloatField):
    default_error_messages = {"invalid": _("Expected a number.")}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            return float(data)
        except OverflowError:
            self.fail("invalid")


class Whole(serializers.IntegerField):
    default_error_messages = {"invalid": _("Expected a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class YesNo(serializers.BooleanField):
    default_error_messages = {"invalid": _("Expected true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Text(serializers.CharField):
    default_error_messages = {"invalid": _("Expected text.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Body(serializers.Serializer[Any]):
    """What a request holds; a name it does not know is refused, with a guess."""

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            errors.update(unknown_in(data, self.fields))
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **errors}) from error  # type: ignore[dict-item]  # by field
        if errors:
            raise serializers.ValidationError(errors)
        return values
