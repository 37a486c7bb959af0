"""`Idempotency-Key`: a request that is sent twice is done once.

The key is claimed, the handler runs and its answer is kept in one transaction: after a crash
either all of it is there or nothing. A second sending waits for the first at the claim, and
then gives the first one's answer. Only a success is kept. Whatever else happens is rolled back
whole, claim included, so that the same key may be used to try again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.views import APIView

from monitoring import sealing
from scoring.api.errors import BadKey, Conflict, KeyReused
from scoring.models import KeptAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Location", "ETag", "Retry-After", "Content-Language")

Handler = Callable[..., Any]
_SLICE = 500
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")


def once(view: APIView, handler: Handler) -> Handler:
    """Make `handler` heed the request's key: run it, or give the answer of its first run."""

    def post(request: Request, *args: Any, **kwargs: Any) -> Any:
        key = _key(request)
        fingerprint = _fingerprint(request)
        try:
            with transaction.atomic():
                claim = _claim(key, fingerprint)
                response = handler(request, *args, **kwargs)
                if status.is_success(response.status_code):
                    _keep(claim, view.finalize_response(request, response, *args, **kwargs))
                else:
                    transaction.set_rollback(True)
        except _Claimed:
            return _replay(key, fingerprint)
        return response

    return post


def digest(user: Any, path: str, key: str) -> str:
    """What is stored of a key: it belongs to the caller and the address."""
    return hashlib.sha256(f"{user} {path} {key}".encode()).hexdigest()


def forget(*, now: datetime | None = None) -> int:
    """Delete the answers kept longer than the settings ask for; in slices, so that nobody waits."""
    before = (now or timezone.now()) - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    old = KeptAnswer.objects.filter(kept_at__lt=before)
    forgotten = 0
    while keys := list(old.values_list("pk", flat=True)[:_SLICE]):
        forgotten += KeptAnswer.objects.filter(pk__in=keys).delete()[0]
    return forgotten


class _Claimed(Exception):
    """Somebody was here first."""


def _key(request: Request) -> str:
    """The key's digest, by caller and address. Quotes, as the draft has them, may be left out."""
    given = request.headers[HEADER].strip()
    if len(given) > 1 and given[0] == given[-1] == '"':
        given = given[1:-1]
    if not _VISIBLE.fullmatch(given):
        raise BadKey
    return digest(request.user.pk, request.path, given)


def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\n")
    if (request.content_type or "").startswith("multipart/"):
        _add_parts(digest, request)
    else:
        digest.update(_body(request))
    return digest.hexdigest()


def _body(request: Request) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise RequestDataTooBig
    return bytes(request.body)


def _add_parts(digest: Any, request: Request) -> None:
    """What was uploaded, part by part: clients put a new boundary between them at each sending."""
    parts: Any = request.data  # what the parsers of multipart give
    for name, values in sorted(parts.lists()):
        for value in values:
            digest.update(repr((name, getattr(value, "name", value))).encode())
            if hasattr(value, "chunks"):
                for chunk in value.chunks():
                    digest.update(hashlib.sha256(chunk).digest())
                value.seek(0)


def _claim(key: str, fingerprint: str) -> KeptAnswer:
    try:
        return KeptAnswer.objects.create(key=key, fingerprint=fingerprint)
    except IntegrityError as error:
        raise _Claimed from error


def _keep(claim: KeptAnswer, response: Any) -> None:
    if not isinstance(response, HttpResponse):
        raise TypeError("The answer to a POST with an Idempotency-Key must not be streamed.")
    if hasattr(response, "render"):
        response.render()
    claim.status = response.status_code
    claim.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    claim.headers["Content-Type"] = response.get("Content-Type", "")
    claim.body = sealing.seal(response.content)
    claim.save(update_fields=["status", "headers", "body"])


def _replay(key: str, fingerprint: str) -> HttpResponse:
    kept = KeptAnswer.objects.get(pk=key)
    if kept.fingerprint != fingerprint:
        raise KeyReused
    try:
        body = sealing.unseal(kept.body)
    except sealing.Unreadable as error:
        raise Conflict(_("This was done before; its answer can no longer be read.")) from error
    return HttpResponse(
        body,
        status=kept.status,
        headers={**kept.headers, REPLAYED: "true"},
    )
