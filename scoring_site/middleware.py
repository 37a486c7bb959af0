"""Content-Security-Policy: strict for the desk, wider where third-party pages need it."""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_WIDER = ("/admin/", "/api/v1/docs/")


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the settings, widened under the admin and the API's docs page."""

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
