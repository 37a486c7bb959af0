"""Probes, and the page for what should never happen."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from scoring import registry
from scoring.exceptions import NoChampion
from scoring_site import problems
from scoring_site.celery import app


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The database, the broker and the champion are there; 503 names what is not."""
    checks = {"database": _database(), "broker": _broker(), "champion": _champion()}
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """A page for people, a problem document for programs."""
    if request.path.startswith("/api/"):
        return problems.response(500, detail="The request could not be answered.")
    return render(request, "500.html", status=500)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "not reachable"
    return "ok"


def _broker() -> str:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OSError, OperationalError):
        return "not reachable"
    return "ok"


def _champion() -> str:
    try:
        registry.champion()
    except (NoChampion, Error) as error:
        return str(error)
    return "ok"
