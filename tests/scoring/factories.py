"""Inputs of scores, made up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User

APPLICATION: dict[str, Any] = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "AMT_CREDIT": 450_000.0,
    "AMT_ANNUITY": 22_500.0,
    "AMT_GOODS_PRICE": 400_000.0,
    "AMT_INCOME_TOTAL": 180_000.0,
    "DAYS_BIRTH": -14_000,
    "DAYS_EMPLOYED": -2_000,
    "EXT_SOURCE_2": 0.51,
}
BUREAU = {"SK_ID_BUREAU": 1, "CREDIT_ACTIVE": "Active", "DAYS_CREDIT": -300, "AMT_CREDIT_SUM": 1e5}


def partner(username: str = "partner", role: str = "Integrators") -> User:
    """An external system's account."""
    user = User.objects.create_user(username)
    user.groups.add(Group.objects.get(name=role))
    return user
