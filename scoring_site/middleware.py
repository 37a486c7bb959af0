"""What happens around every request: its id, log line and metrics, and its content policy."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from scoring_site import metrics, tracing
from scoring_site.routes import route_of

_access = logging.getLogger("scoring_site.access")
_WIDER = ("/admin/", "/api/v1/docs/")
_QUIET = frozenset({"healthz", "readyz", "metrics", "static"})


class RequestMiddleware:
    """Names the request, counts it, and writes one line about it. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = tracing.begin(request)
        response = self.get_response(request)
        response.headers[tracing.HEADER] = request_id
        seconds = time.perf_counter() - started
        route = route_of(request)
        metrics.count_request(request.method, route, response.status_code, seconds)
        _access.log(
            logging.DEBUG if route in _QUIET else logging.INFO,
            "%s %s %s",
            request.method,
            route,
            response.status_code,
            extra={
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "duration_ms": round(seconds * 1000, 1),
                "user_id": _user_id(request),
            },
        )
        return response


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the settings, wider where third-party pages need it."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(_WIDER):
            parts.update = settings.WIDER_CONTENT_SECURITY_POLICY
        return parts


def _user_id(request: HttpRequest) -> int | None:
    """Who it was, where the request asked that; asking only now would cost a query."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return getattr(user, "pk", None)
