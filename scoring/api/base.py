"""What every view of the REST API shares: who may call it, and the errors it answers with."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from monitoring import metrics
from scoring.api.serializers import Problem


def problems(*codes: int) -> dict[Any, Any]:
    """Problem documents by status, for a view's `extend_schema(responses=...)`."""
    return {(code, "application/problem+json"): Problem for code in codes}


ERRORS = problems(400, 401, 403, 429, 503)
NOT_FOUND = problems(404)


class HasRight(IsAuthenticated):
    """Those whose role holds the view's `right`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        right = cast(ApiView, view).right
        return super().has_permission(request, view) and request.user.has_perm(right)


class ApiView(APIView):
    """A view for whom the permission `right` was given.

    Attributes
    ----------
    right : str
        `app.codename` of the permission that every method needs.
    """

    right: ClassVar[str]
    permission_classes: ClassVar[list[type[BasePermission]]] = [HasRight]  # type: ignore[misc]

    def perform_authentication(self, request: Request) -> None:
        with metrics.stage("authenticate"):
            super().perform_authentication(request)
