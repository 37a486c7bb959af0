"""Tokens of the REST API: made for an account, used, revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from knox.models import AuthToken

from scoring.models import TokenRecord


@transaction.atomic
def issue_token(
    *, user: User, name: str, lifetime: timedelta, issued_by: User | None = None
) -> tuple[AuthToken, str]:
    """Make a token; the text returned beside it is nowhere else, and cannot be told again."""
    token, plain = AuthToken.objects.create(user=user, expiry=lifetime)
    TokenRecord.objects.create(token=token, name=name, issued_by=issued_by)
    return token, plain


def note_use(*, token: AuthToken, at: datetime) -> None:
    """Write down when a token was last used."""
    TokenRecord.objects.update_or_create(token=token, defaults={"last_used_at": at})
