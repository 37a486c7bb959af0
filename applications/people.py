"""How the desk names people."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, User


def name_of(user: AbstractBaseUser) -> str:
    """The full name, or the user name of somebody who gave none."""
    full = user.get_full_name() if isinstance(user, User) else ""
    return full or user.get_username()
