"""What the schema says of every address: how to authenticate, which headers and problems come."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from scoring.api.base import ApiView
from scoring.api.idempotency import HEADER
from scoring.api.serializers import Problem


def _header(name: str, description: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


_KEY = _header(HEADER, _("A key of your own; what is sent again under it is done once."))
_VERSION = _header("If-Match", _("The `version` that you read, where the body does not hold it."))
_KNOWN = _header("If-None-Match", _("The `ETag` of the answer you have; 304 if it still holds."))

# What the framework or the API as a whole may answer, whatever the view: by method.
_GENERAL = {
    "GET": (406,),
    "POST": (406, 409, 413, 415, 422),
    "PATCH": (406, 413, 415),
    "DELETE": (406,),
}


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # registers itself
    """`Authorization: Token ...`, as knox has it."""

    target_class = "scoring.api.authentication.TokenAuthentication"


class ApiSchema(AutoSchema):
    """Each view's own description, and what holds for all of its kind."""

    def get_override_parameters(self) -> list[Any]:
        if not isinstance(self.view, ApiView):
            return []
        headers = {"GET": [_KNOWN], "POST": [_KEY]}.get(self.method, [])
        return [*headers, _VERSION] if self._answers(412) else headers

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if not isinstance(self.view, ApiView):
            return bodies
        for code in map(str, _GENERAL[self.method]):
            if code not in bodies:
                bodies[code] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    Problem, code, ["application/problem+json"], direction
                )
        if self.method == "GET":
            told = OpenApiResponse(description=_("What you have still holds."))
            bodies["304"] = self._get_response_for_code(told, "304")  # type: ignore[no-untyped-call]
        return dict(sorted(bodies.items()))

    def _answers(self, status: int) -> bool:
        responses = self.get_response_serializers()
        return isinstance(responses, dict) and any(
            key[0] == status for key in responses if isinstance(key, tuple)
        )
