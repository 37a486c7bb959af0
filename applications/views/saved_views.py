"""A manager's saved views of the decision history."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications.exceptions import NameTaken
from applications.filters import DecisionFilter, SavedViewForm
from applications.models import Decision, SavedView
from applications.services import saved_views as services
from applications.views.common import DeskRequest, manager_required


@manager_required
@require_http_methods(["GET", "POST"])
def saved_views(request: DeskRequest) -> HttpResponse:
    """One's views, and a form that keeps the filters given in the address."""
    found = _filter(request.GET)
    form = SavedViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            view = services.save(
                owner=request.user, name=form.cleaned_data["name"], query=found.query()
            )
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(f"{reverse('applications:history')}?{view.query}")
    return _page(request, found, form)


@manager_required
@require_POST
def rename(request: DeskRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    form = SavedViewForm(request.POST)
    if form.is_valid():
        try:
            services.rename(view=view, name=form.cleaned_data["name"], by=request.user)
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The view is now named “%(name)s”.") % {"name": view.name})
            return redirect("applications:saved-views")
    return _page(request, _filter(QueryDict()), SavedViewForm(), renaming=(pk, form))


@manager_required
@require_POST
def delete(request: DeskRequest, pk: int) -> HttpResponse:
    """Deleting one that is gone already is no mistake."""
    view = SavedView.objects.filter(pk=pk, owner=request.user).first()
    if view is not None:
        services.delete(view=view, by=request.user)
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect("applications:saved-views")


def _filter(query: QueryDict) -> DecisionFilter:
    return DecisionFilter(query, queryset=Decision.objects.all())


def _page(
    request: DeskRequest,
    found: DecisionFilter,
    form: SavedViewForm,
    renaming: tuple[int, SavedViewForm] | None = None,
) -> HttpResponse:
    views = list(SavedView.objects.filter(owner=request.user))
    context = {
        "form": form,
        "query": found.query(),
        "described": found.described(),
        "views": [
            (view, renaming[1] if renaming and renaming[0] == view.pk else None) for view in views
        ],
    }
    wrong = bool(form.errors or renaming)
    return render(request, "applications/history_views.html", context, status=422 if wrong else 200)
