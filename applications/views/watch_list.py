"""The watch list: whom a person must look at."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications.filters import WatchListFilter
from applications.models import WatchListEntry
from applications.services import steering
from applications.steering_forms import WatchListForm
from applications.views.common import DeskRequest, manager_required, page_of, page_or_results


@manager_required
@require_GET
def entries(request: DeskRequest) -> HttpResponse:
    everybody = WatchListEntry.objects.select_related("added_by", "removed_by")
    found = WatchListFilter(request.GET, queryset=everybody, request=request)
    context = {"filter": found, "page": page_of(request, found.qs)}
    return page_or_results(request, "applications/watch_list/entries", context)


@manager_required
@require_http_methods(["GET", "POST"])
def add(request: DeskRequest) -> HttpResponse:
    form = WatchListForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.errors else 200
        context = {"form": form}
        return render(request, "applications/watch_list/add.html", context, status=status)
    entry = steering.add_to_watch_list(added_by=request.user, **form.cleaned_data)
    messages.success(request, _("%(entry)s is on the watch list.") % {"entry": entry})
    return redirect("applications:watch-list")


@manager_required
@require_POST
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    get_object_or_404(WatchListEntry, pk=pk)
    entry = steering.remove_from_watch_list(entry_id=pk, removed_by=request.user)
    messages.success(
        request,
        _("%(entry)s is off the watch list. The entry is kept among the removed ones.")
        % {"entry": entry},
    )
    return redirect("applications:watch-list")
