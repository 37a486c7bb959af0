"""Who calls the REST API, in one query; what they may do, in another."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from monitoring.prepared import Prepared
from scoring import tokens
from scoring.models import TokenRecord

_OF_TOKEN = [field.attname for field in AuthToken._meta.concrete_fields]
_OF_USER = [field.attname for field in User._meta.concrete_fields]
_OF_RECORD = ["record__name", "record__issued_by_id", "record__last_used_at"]
_TOKEN = Prepared(
    lambda digest: AuthToken.objects.filter(pk=digest).values_list(
        *_OF_TOKEN, *(f"user__{name}" for name in _OF_USER), *_OF_RECORD
    ),
    "digest",
)


def _rights_of(user: int) -> QuerySet[Permission, Any]:
    named = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    return named.filter(user=user).union(named.filter(group__user=user))


_RIGHTS = Prepared(_rights_of, -1)
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]  # untyped
    """Knox's tokens, found by their digest: a token, its user and its record in one query.

    Knox itself looks for the token's first characters, and for other tokens of the same user
    that ended. Here a token that ended stays, refused, where administrators see it.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        found = _find(token)
        if found is None or (found.expiry is not None and found.expiry < timezone.now()):
            raise AuthenticationFailed(_("This token is not valid, has ended, or was revoked."))
        if not found.user.is_active:
            raise AuthenticationFailed(_("This account is closed."))
        _note_use(found)
        return found.user, found


def fetch_rights(user: User | AnonymousUser) -> None:
    """Load what a user may do, of their own and by their groups, in one query.

    Django asks two, one for each. Nothing is kept beyond the request, so that a right taken
    away is gone at once.
    """
    if not user.is_active or user.is_superuser or hasattr(user, "_perm_cache"):
        return
    rights = _RIGHTS.rows(user.pk)
    # Where `ModelBackend.get_all_permissions` keeps them.
    user._perm_cache = {f"{app}.{codename}" for app, codename in rights}  # type: ignore[attr-defined]


def _find(token: bytes) -> Any:
    try:
        digest = hash_token(token.decode())
    except UnicodeDecodeError:
        return None
    row = _TOKEN.first(digest)
    if row is None:
        return None
    found: Any = AuthToken.from_db(None, _OF_TOKEN, row[: len(_OF_TOKEN)])
    found.user = User.from_db(None, _OF_USER, row[len(_OF_TOKEN) : -len(_OF_RECORD)])
    name, issued_by, last_used_at = row[-len(_OF_RECORD) :]
    if name is not None:
        found.record = TokenRecord(
            token=found, name=name, issued_by_id=issued_by, last_used_at=last_used_at
        )
        found.record._state.adding = False
    return found


def _note_use(token: AuthToken) -> None:
    """At most once a minute, and never at the cost of the request."""
    now = timezone.now()
    record = getattr(token, "record", None)
    last = record.last_used_at if record else None
    if last is None or now - last > USE_IS_NOTED_EVERY:
        with contextlib.suppress(DatabaseError):
            tokens.note_use(token=token, at=now)
