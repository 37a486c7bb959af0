"""What every view of the REST API shares.

Who may call it, how often, and the errors it answers with; a POST that is sent twice is done
once; a GET that would give what the caller has already gives 304.
"""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, cast

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring import metrics
from scoring.api import idempotency
from scoring.api.authentication import fetch_rights
from scoring.api.serializers import Problem

_KEPT_WITH_304 = ("RateLimit", "RateLimit-Policy", "Api-Version")


def problems(*codes: int) -> dict[Any, Any]:
    """Problem documents by status, for a view's `extend_schema(responses=...)`."""
    return {(code, "application/problem+json"): Problem for code in codes}


ERRORS = problems(400, 401, 403, 429, 503)
NOT_FOUND = problems(404)
CONFLICT = problems(409)
KEY_REUSED = problems(422)


class HasRight(IsAuthenticated):
    """Those whose role holds the view's `right`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        right = cast(ApiView, view).right
        if not super().has_permission(request, view):
            return False
        fetch_rights(request.user)
        return request.user.has_perm(right)


class ConditionalView(APIView):
    """A view whose answers to GET carry an `ETag`, and are left out for who has them already.

    A handler that knows a cheaper one, or streams, sets the header `ETag` itself; otherwise it is
    the digest of the answer.
    """

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Api-Version"] = settings.SPECTACULAR_SETTINGS["VERSION"]
        safe = request.method in {"GET", "HEAD"}
        if not response.has_header("Cache-Control"):
            patch_cache_control(
                response, private=True, **{"no_cache" if safe else "no_store": True}
            )
        if not safe or response.status_code != 200:
            return response
        if isinstance(response, Response) and not response.has_header("ETag"):
            response.add_post_render_callback(lambda rendered: _conditional(request, rendered))
            return response
        return _conditional(request, response)


class ApiView(ConditionalView):
    """A view for whom the permission `right` was given.

    Attributes
    ----------
    right : str
        `app.codename` of the permission that every method needs.
    """

    right: ClassVar[str]
    permission_classes: ClassVar[list[type[BasePermission]]] = [HasRight]  # type: ignore[misc]

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Which methods there are, in `Allow`; the schema tells the rest."""
        return Response(status=204)

    def perform_authentication(self, request: Request) -> None:
        with metrics.stage("authenticate"):
            super().perform_authentication(request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            super().initial(request, *args, **kwargs)
        except (NotAuthenticated, AuthenticationFailed):
            self.check_throttles(request)  # nobody may try tokens without end
            raise
        if request.method == "POST" and idempotency.HEADER in request.headers:
            # Of this request's view alone: a view is made anew for each.
            handler = getattr(self, "post", self.http_method_not_allowed)
            setattr(self, "post", idempotency.once(self, handler))  # noqa: B010 - not the class's


def _conditional(request: Request, response: Any) -> Any:
    if not response.has_header("ETag"):
        if not isinstance(response, HttpResponse):
            return response  # streamed: only its view could know
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    answer: Any = get_conditional_response(request, etag=response["ETag"], response=response)
    for name in _KEPT_WITH_304:
        if answer is not response and response.has_header(name):
            answer[name] = response[name]
    return answer
