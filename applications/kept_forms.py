"""What was typed when a session was lost: kept on the server until its owner logs in again.

A form carries a signed note of whom it was rendered for. What arrives from nobody, or with a
stale CSRF token, is kept in the session under that name and shown to that user alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from applications.forms import ApplicationForm

_SESSION = "kept_form"
_LARGEST = 64_000  # characters; a form that is filled in to the last field has a tenth of that
_KEPT = frozenset({"key", "seen", "owner", *ApplicationForm.base_fields})
_signer = signing.Signer(salt="applications.kept_forms")


def owner_note(user: User | AnonymousUser) -> str:
    """Return the signed note that says whom a form is rendered for."""
    return _signer.sign(str(user.pk))


def keeps_what_is_typed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keep a form that somebody logged out sends, before they are sent to the login page.

    A form rendered for another user than the one logged in is refused.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            owner = _owner(request)
            if not request.user.is_authenticated and keep(request):
                return ask_to_log_in(request)
            if request.user.is_authenticated and owner not in (None, request.user.pk):
                return refuse(request)
        return view(request, *args, **kwargs)

    kept.keeps_what_is_typed = True  # type: ignore[attr-defined]  # read where CSRF fails
    return kept


def keep(request: HttpRequest) -> bool:
    """Keep what was sent for the user its form was rendered for; whether that was possible."""
    owner = _owner(request)
    if owner is None or request.user.pk not in (None, owner):
        return False
    if request.POST.get("action") == "check":
        return True  # the save that follows brings the same, and more
    typed = QueryDict(mutable=True)
    for name in _KEPT & request.POST.keys():
        typed[name] = request.POST[name]
    data = typed.urlencode()
    if len(data) > _LARGEST:
        return False
    request.session[_SESSION] = {"owner": owner, "path": request.path, "data": data}
    return True


def kept_for(request: HttpRequest) -> QueryDict | None:
    """Return what was kept of the form on this page, if it belongs to who asks."""
    kept = request.session.get(_SESSION)
    if not kept or (kept["owner"], kept["path"]) != (request.user.pk, request.path):
        return None
    return QueryDict(kept["data"])


def waits(request: HttpRequest) -> bool:
    """Whether a form is kept for somebody who will log in."""
    return _SESSION in request.session


def forget(request: HttpRequest, key: Any = None) -> None:
    """Throw away what is kept; with a `key`, only of the application that has it."""
    kept = request.session.get(_SESSION)
    if kept and (key is None or QueryDict(kept["data"]).get("key") == str(key)):
        del request.session[_SESSION]


def forget_anothers(request: HttpRequest) -> None:
    """Throw away what is kept for another user than the one who just logged in."""
    if waits(request) and request.session[_SESSION]["owner"] != request.user.pk:
        del request.session[_SESSION]


def ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """The login page; to an update of a part, a line that says so and leaves the page alone."""
    if request.headers.get("HX-Request"):
        return _line(request, "applications/_logged_out.html")
    return redirect_to_login(request.path)


def refuse(request: HttpRequest) -> HttpResponse:
    """What is said to a form that is not of who is logged in, or whose token means nothing."""
    if request.headers.get("HX-Request"):
        return _line(request, "applications/_not_yours.html")
    return render(request, "403_csrf.html", status=403)


def _line(request: HttpRequest, template: str) -> HttpResponse:
    """A line beside the buttons of the form, whatever part of the page asked."""
    response = render(request, template)
    response["HX-Retarget"], response["HX-Reswap"] = "#save-state", "innerHTML"
    return response


def _owner(request: HttpRequest) -> int | None:
    """Whom the form was rendered for; None if it does not say, or not truly."""
    try:
        return int(_signer.unsign(request.POST.get("owner", "")))
    except (signing.BadSignature, ValueError):
        return None
