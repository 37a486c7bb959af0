"""Logging in, probes, and the pages for what should not happen."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView
from kombu.exceptions import OperationalError
from rest_framework.request import Request
from rest_framework.response import Response

from applications import kept_forms
from scoring.api import columns as raw_columns
from scoring.api.base import ConditionalView
from scoring.models import ModelVersion
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
    database = _database()
    champion = _champion() if database == "ok" else "not known"
    checks = {"database": database, "broker": _broker(), "champion": champion}
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


class LogInView(LoginView):
    """The login page, which says so when a form is kept for who logs in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kept=kept_forms.waits(self.request), **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        kept_forms.forget_anothers(self.request)
        return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with a stale token: shown again with what was typed, where that can be told safely.

    A token goes stale when somebody logs in in another window. The application form says in a
    signed note whom it was rendered for, which a foreign site cannot forge.
    """
    match = request.resolver_match
    is_kept = match is not None and getattr(match.func, "keeps_what_is_typed", False)
    if not is_kept or not kept_forms.keep(request):
        return kept_forms.refuse(request)
    if request.user.is_authenticated and not request.headers.get("HX-Request"):
        return redirect(request.path)
    return kept_forms.ask_to_log_in(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for people, a problem document for programs; so the three below."""
    if _by_program(request):
        return problems.response(400, detail=_("The request could not be read."))
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _by_program(request):
        return problems.response(403, detail=_("The role of this account does not allow it."))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _by_program(request):
        return problems.response(404, detail=_("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _by_program(request):
        return problems.response(500, detail=_("The request could not be answered."))
    return render(request, "500.html", status=500)


@require_safe
def problem_kinds(request: HttpRequest) -> HttpResponse:
    """The page that the `type` of every problem document points to."""
    return render(request, "problems.html", {"kinds": problems.KINDS.values()})


@require_safe
def columns(request: HttpRequest) -> HttpResponse:
    """Every raw column that a score can be asked with, all of them or those searched for."""
    words = request.GET.get("q", "").strip()[:100]
    tables = raw_columns.found(words)
    shown = sum(len(table.columns) for table in tables)
    context = {"tables": tables, "words": words, "shown": shown, "total": raw_columns.count()}
    return render(request, "columns.html", context)


class SchemaView(ConditionalView, SpectacularAPIView):
    """The API's schema, made once per process and language."""

    made: ClassVar[dict[str | None, dict[str, Any]]] = {}

    def _get_schema_response(self, request: Request) -> Response:
        language = get_language()
        if language not in self.made:
            self.made[language] = super()._get_schema_response(request).data  # type: ignore[no-untyped-call]
        schema = self.made[language]
        name = self._get_filename(request, None)  # type: ignore[no-untyped-call]
        digest = hashlib.sha256(json.dumps([name, schema], default=str).encode()).hexdigest()
        headers = {"ETag": f'"{digest[:32]}"', "Content-Disposition": f'inline; filename="{name}"'}
        return Response(schema, headers=headers)


def _by_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


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
    """Whether one is active; its files were read when the process started, not here."""
    try:
        active = ModelVersion.objects.champions().exists()
    except Error:
        return "not known"
    return "ok" if active else "No model is active"
