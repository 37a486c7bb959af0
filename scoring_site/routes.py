"""Naming an address without what it holds of a person."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def route_of(request: HttpRequest) -> str:
    """The pattern that a request's address matched, such as `applications/<uuid:pk>/`."""
    if request.resolver_match is not None:
        return request.resolver_match.route or "home"
    if request.path.startswith(settings.STATIC_URL):
        return "static"
    return "unmatched"
