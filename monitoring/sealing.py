"""Secrets at rest: sealed with a key derived from `SECRET_KEY`, which the database does not hold.

Fernet (AES-128-CBC with HMAC-SHA256). While `SECRET_KEY` is being changed, what was sealed under
one of `SECRET_KEY_FALLBACKS` can still be read.
"""

from __future__ import annotations

import base64
import functools

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

_PURPOSE = "monitoring.sealing"


class Unreadable(Exception):
    """Sealed under a key that is gone, or damaged."""


def seal(content: bytes) -> bytes:
    """Encrypt, so that it can be stored."""
    return _box(_keys()).encrypt(content)


def unseal(sealed: bytes | memoryview) -> bytes:
    """Read again what `seal` returned.

    Raises
    ------
    Unreadable
        If the key it was sealed under is gone.
    """
    try:
        return _box(_keys()).decrypt(bytes(sealed))
    except InvalidToken as error:
        raise Unreadable("It was sealed under another SECRET_KEY.") from error


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@functools.lru_cache(maxsize=2)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    digests = (salted_hmac(_PURPOSE, "fernet", key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
