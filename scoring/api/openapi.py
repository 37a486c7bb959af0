"""What the schema says of every address: how to authenticate, and which headers there are."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from scoring.api.base import ApiView
from scoring.api.idempotency import HEADER

_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description=_("A key of your own; what is sent again under it is done once."),
)


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # registers itself
    """`Authorization: Token ...`, as knox has it."""

    target_class = "scoring.api.authentication.TokenAuthentication"


class ApiSchema(AutoSchema):
    """Each POST takes an `Idempotency-Key`."""

    def get_override_parameters(self) -> list[Any]:
        return [_KEY] if self.method == "POST" and isinstance(self.view, ApiView) else []
