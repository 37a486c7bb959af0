"""Errors of the REST API as RFC 9457 problem documents.

Every kind of problem has a stable `type`, an anchor of the page at `/api/v1/problems/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from typing import TYPE_CHECKING, Any

from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import JsonResponse
from django.http.request import UnreadablePostError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.response import Response

from applications.exceptions import ApplicationError, NotAccepted, NotAllowed, ScoringUnavailable
from scoring.api.errors import Conflict, TooLarge
from scoring.exceptions import InvalidInput, NoChampion
from scoring_site import tracing

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

CONTENT_TYPE = "application/problem+json"
PAGE = "/api/v1/problems/"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: `code` names it for programs and never changes."""

    code: str
    status: int
    title: StrPromise
    meaning: StrPromise

    @property
    def uri(self) -> str:
        return f"{PAGE}#{self.code}"

    @property
    def told(self) -> SafeString:
        """Its meaning as HTML: what stands between backticks is code."""
        parts = self.meaning.split("`")
        marked = [
            format_html("<code>{}</code>", part) if odd else part
            for part, odd in zip(parts, cycle((False, True)), strict=False)
        ]
        return format_html_join("", "{}", ((part,) for part in marked))


_KINDS = (
    Kind(
        "invalid",
        400,
        gettext_lazy("Some fields are wrong"),
        gettext_lazy("`errors` names each wrong field. Mend them and send the request again."),
    ),
    Kind(
        "parse_error",
        400,
        gettext_lazy("The body cannot be read"),
        gettext_lazy("It is not what its Content-Type says, or it was cut off on the way."),
    ),
    Kind(
        "bad_idempotency_key",
        400,
        gettext_lazy("Unusable Idempotency-Key"),
        gettext_lazy(
            "The key needs 1 to 255 visible ASCII characters; a random UUID is a good one."
        ),
    ),
    Kind(
        "not_authenticated",
        401,
        gettext_lazy("No valid token"),
        gettext_lazy(
            "Send `Authorization: Token ...`. The token may have ended or been revoked; an "
            "administrator makes another."
        ),
    ),
    Kind(
        "permission_denied",
        403,
        gettext_lazy("Not allowed"),
        gettext_lazy("The role of this account does not allow it."),
    ),
    Kind(
        "not_found",
        404,
        gettext_lazy("Not found"),
        gettext_lazy("There is nothing at this address, or it is not yours to see."),
    ),
    Kind(
        "method_not_allowed",
        405,
        gettext_lazy("Method not allowed"),
        gettext_lazy("The header `Allow` names the methods that this address knows."),
    ),
    Kind(
        "not_acceptable",
        406,
        gettext_lazy("Not acceptable"),
        gettext_lazy("The answer does not come in the format that `Accept` asks for."),
    ),
    Kind(
        "conflict",
        409,
        gettext_lazy("Conflict with how things stand"),
        gettext_lazy("Something happened in between. Read the current state, then decide anew."),
    ),
    Kind(
        "precondition_failed",
        412,
        gettext_lazy("Precondition failed"),
        gettext_lazy("What `If-Match` names is no longer the current version."),
    ),
    Kind(
        "too_large",
        413,
        gettext_lazy("The body is too large"),
        gettext_lazy("Send less at once."),
    ),
    Kind(
        "unsupported_media_type",
        415,
        gettext_lazy("Unsupported media type"),
        gettext_lazy("This address does not read the Content-Type that was sent."),
    ),
    Kind(
        "idempotency_key_reused",
        422,
        gettext_lazy("Idempotency-Key used for another request"),
        gettext_lazy(
            "This key came with another body before. Use a new key for each new request, and the "
            "same key only to send the same request again."
        ),
    ),
    Kind(
        "throttled",
        429,
        gettext_lazy("Too many requests"),
        gettext_lazy("Wait as many seconds as `Retry-After` says."),
    ),
    Kind(
        "error",
        500,
        gettext_lazy("Our mistake"),
        gettext_lazy("It has been logged; `request_id` finds it. Trying again later is safe."),
    ),
    Kind(
        "unavailable",
        503,
        gettext_lazy("Not available now"),
        gettext_lazy("Nothing is wrong with the request. Send it again later."),
    ),
)
KINDS = {kind.code: kind for kind in _KINDS}
_BY_STATUS = {kind.status: kind for kind in _KINDS} | {400: KINDS["parse_error"]}
_SAME = {"authentication_failed": "not_authenticated"}


class ServiceUnavailable(APIException):
    """Nothing is wrong with the request; it can be sent again later."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


class ProblemFormatter(ExceptionFormatter):
    """Shape an error as a problem document, with one entry per wrong field."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        kind = _kind_of(self.exc)
        if not isinstance(self.exc, ValidationError):
            return _problem(kind, self.exc.status_code, error_response.errors[0].detail)
        detail = _("Some fields are wrong; `errors` names each of them.")
        return _problem(kind, self.exc.status_code, detail) | {
            "errors": [
                {"field": error.attr, "detail": error.detail, "code": error.code or "invalid"}
                for error in error_response.errors
            ]
        }


class ProblemHandler(ExceptionHandler):
    """Turn the errors of our own services, and of Django, into those of the API."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        match exc:
            case InvalidInput() | NotAccepted():
                return ValidationError(exc.errors)
            case ApplicationError():
                return self._of_the_desk(exc)
            case NoChampion():
                return ServiceUnavailable(_("No model is ready to score. Please try again later."))
            case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
                return TooLarge()
            case UnreadablePostError() | SuspiciousOperation():
                return ParseError(_("The request could not be read."))
        return super().convert_known_exceptions(exc)

    def _of_the_desk(self, exc: ApplicationError) -> Exception:
        if isinstance(exc, ScoringUnavailable):
            return ServiceUnavailable(str(exc))
        known = super().convert_known_exceptions(exc)
        return known if isinstance(exc, NotAllowed) else Conflict(str(exc))


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Answer an exception of an API view with a problem document."""
    response = ProblemHandler(exc, context).run()
    if response is not None:
        response.content_type = CONTENT_TYPE
    return response


def response(code: int, *, detail: str) -> JsonResponse:
    """A problem document for errors outside API views."""
    problem = _problem(_BY_STATUS.get(code), code, detail)
    return JsonResponse(problem, status=code, content_type=CONTENT_TYPE)


def _kind_of(exc: APIException) -> Kind | None:
    code = "invalid" if isinstance(exc, ValidationError) else exc.default_code
    kind = KINDS.get(_SAME.get(code, code))
    return kind if kind and kind.status == exc.status_code else _BY_STATUS.get(exc.status_code)


def _problem(kind: Kind | None, code: int, detail: str) -> dict[str, Any]:
    return {
        "type": kind.uri if kind else "about:blank",
        "title": str(kind.title) if kind else HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
        "request_id": tracing.current(),
    }
