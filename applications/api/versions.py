"""Acting only on what was seen: `version` in the body, or the header `If-Match`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from applications.api.serializers.applications import version_of
from applications.exceptions import ChangedMeanwhile, Stale
from applications.models import LoanApplication


class PreconditionFailed(APIException):
    """The application is not in the state that `If-Match` names."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"


@contextmanager
def seen(request: Request, sent: Mapping[str, Any], application: LoanApplication) -> Iterator[str]:
    """Yield the version that the caller saw; what is stale by then is 409, or 412 by header.

    Raises
    ------
    ValidationError
        If the caller names no version.
    PreconditionFailed
        If the header names one that is not, or no longer, the present one.
    """
    header = request.headers.get("If-Match")
    if header is None and not sent.get("version"):
        raise ValidationError({"version": [_("Send the `version` of the application you read.")]})
    if header is None:
        yield sent["version"]
        return
    version = header.strip().removeprefix("W/").strip('"')
    try:
        yield version_of(application) if version == "*" else version
    except (ChangedMeanwhile, Stale) as error:
        raise PreconditionFailed(str(error)) from error
