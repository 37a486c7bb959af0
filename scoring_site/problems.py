"""Errors of the REST API as RFC 9457 problem documents."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from applications.exceptions import ApplicationError, NotAccepted, NotAllowed, ScoringUnavailable
from scoring.exceptions import InvalidInput, NoChampion

CONTENT_TYPE = "application/problem+json"


class ServiceUnavailable(APIException):
    """Nothing is wrong with the request; it can be sent again later."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"


class Conflict(APIException):
    """What was asked does not fit what is stored by now; reading it again tells how it stands."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class ProblemFormatter(ExceptionFormatter):
    """Shape an error as a problem document, with one entry per wrong field."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        first = error_response.errors[0]
        problem = _problem(self.exc.status_code, first.detail)
        if isinstance(self.exc, ValidationError):
            problem["detail"] = "Some fields are wrong; `errors` names each of them."
            problem["errors"] = [
                {"field": error.attr, "detail": error.detail, "code": error.code}
                for error in error_response.errors
            ]
        return problem


class ProblemHandler(ExceptionHandler):
    """Turn the errors of our own services into those of the API."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, InvalidInput | NotAccepted):
            return ValidationError(exc.errors)
        if isinstance(exc, NoChampion):
            return ServiceUnavailable("No model is ready to score. Please try again later.")
        if isinstance(exc, ScoringUnavailable):
            return ServiceUnavailable(str(exc))
        if isinstance(exc, ApplicationError) and not isinstance(exc, NotAllowed):
            return Conflict(str(exc))
        return super().convert_known_exceptions(exc)


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Answer an exception of an API view with a problem document."""
    response = ProblemHandler(exc, context).run()
    if response is not None:
        response.content_type = CONTENT_TYPE
    return response


def response(code: int, *, detail: str) -> JsonResponse:
    """A problem document for errors outside API views."""
    return JsonResponse(_problem(code, detail), status=code, content_type=CONTENT_TYPE)


def _problem(code: int, detail: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
