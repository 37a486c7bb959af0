"""What the desk's pages share: who may open them, and how lists are shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django_htmx.middleware import HtmxDetails

from applications.models import LoanApplication

P = ParamSpec("P")
PER_PAGE = 25


class DeskRequest(HttpRequest):
    """A request from somebody who is logged in."""

    user: User
    htmx: HtmxDetails


_View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def role_required(*permissions: str) -> Callable[[_View[P]], Callable[..., HttpResponseBase]]:
    """Let in whoever has any of `permissions`; 403 to others, the login page to outsiders."""

    def decorate(view: _View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(checked)

    return decorate


banker_required = role_required("applications.file_application")
manager_required = role_required("applications.view_all_applications")
desk_required = role_required("applications.file_application", "applications.view_all_applications")


def visible_application(request: DeskRequest, pk: uuid.UUID) -> LoanApplication:
    visible = LoanApplication.objects.visible_to(request.user).select_related("filed_by")
    application: LoanApplication = get_object_or_404(visible.with_decision(), pk=pk)
    return application


def page_of(request: DeskRequest, found: QuerySet[Any]) -> Page[Any]:
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


def page_or_results(request: DeskRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its results when a filter was changed on it."""
    partial = request.htmx and not request.htmx.history_restore_request
    response = render(request, f"{name}_results.html" if partial else f"{name}.html", context)
    response["Vary"] = "HX-Request"  # so that "back" never shows a fragment from the cache
    return response
