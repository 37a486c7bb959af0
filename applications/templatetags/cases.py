"""How the desk shows people and waiting cases."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from applications.findings import label_of
from applications.models import Case, Override
from applications.people import name_of

register = template.Library()


@register.filter
def person(user: User) -> str:
    """Somebody's name."""
    return name_of(user)


@register.filter
def referral_reason(code: str) -> Promise | str:
    """Why a case was referred, in words."""
    return label_of(code)


@register.filter
def waited(since: datetime | None) -> str:
    """How long something has been waiting, in its largest unit."""
    if since is None:
        return "–"
    if timezone.now() - since < timedelta(minutes=1):
        return _("a moment")
    return timesince(since, depth=1)


@register.simple_tag
def waiting_for(user: User) -> int:
    """How many cases wait for a manager: unclaimed, or for a second opinion. One query."""
    opinions = Override.objects.that_may_be_settled_by(user).order_by()
    unclaimed = Case.objects.unclaimed().values("pk")
    return unclaimed.union(opinions.values("application_id"), all=True).count()
