"""What a token says of itself."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission as Permission
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from scoring.api.authentication import fetch_rights
from scoring.api.base import ERRORS, ApiView


class TokenSerializer(serializers.Serializer[Any]):
    name = serializers.SerializerMethodField()
    begins_with = serializers.CharField(source="token_key")
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)

    def get_name(self, token: Any) -> str:
        record = getattr(token, "record", None)
        return record.name if record else ""


class WhoAmI(serializers.Serializer[Any]):
    """The account that calls, and the token it calls with; null when it calls by a session."""

    user = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    rights = serializers.ListField(child=serializers.CharField())
    token = TokenSerializer(allow_null=True)


class CurrentToken(ApiView):
    # Whatever their role.
    permission_classes: ClassVar[list[type[Permission]]] = [IsAuthenticated]  # type: ignore[misc]

    @extend_schema(
        operation_id="token_retrieve",
        summary="Who am I, and until when",
        responses={(200, "application/json"): WhoAmI, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        """Return the account, its roles and rights, and the token's expiry."""
        fetch_rights(request.user)
        content = {
            "user": request.user.get_username(),
            "roles": list(request.user.groups.order_by("name").values_list("name", flat=True)),
            "rights": sorted(request.user.get_all_permissions()),
            "token": request.auth,
        }
        return Response(WhoAmI(content).data)
