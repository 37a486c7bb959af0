"""Errors that views of the API raise themselves; `scoring_site.problems` words them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """What was asked for no longer fits how things stand."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = _("This no longer fits how things stand. Read the current state first.")


class TooLarge(APIException):
    """More bytes than are read at once."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The body is too large; send less at once.")


class BadKey(APIException):
    """An `Idempotency-Key` that cannot be one."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_idempotency_key"
    default_detail = _("Idempotency-Key must be 1 to 255 visible ASCII characters.")


class KeyReused(APIException):
    """An `Idempotency-Key` that came with another request before."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key was used for another request.")
