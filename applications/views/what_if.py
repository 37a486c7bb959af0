"""What-if: trying other terms, and turning them into a counter-offer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications.exceptions import AlreadyOffered, ApplicationError
from applications.findings import told
from applications.gauge import gauge
from applications.models import LoanApplication
from applications.services import counter_offers
from applications.views.common import (
    DeskRequest,
    banker_required,
    desk_required,
    visible_application,
)
from applications.what_if import wording
from applications.what_if.form import CounterOfferForm, WhatIfForm, query
from applications.what_if.proposals import Kind, proposals
from applications.what_if.terms import filed, offer_of
from applications.what_if.trying import Study, Variant, study
from scoring.exceptions import NoChampion, OutdatedHistory


@desk_required
@require_GET
def what_if(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    """Terms in the address are tried; nothing is stored."""
    application = visible_application(request, pk)
    if application.decision is None:
        return redirect("applications:edit", pk=pk)
    try:
        tried = study(application=application, at=timezone.now())
    except NoChampion:
        return _not_now(request, application, _("No model is ready to score with."))
    except OutdatedHistory:
        return _not_now(
            request,
            application,
            _(
                "The loan history kept with this score was laid out for an earlier version of "
                "the product. File a new application to score the applicant again."
            ),
        )
    form = WhatIfForm(request.GET if "amount" in request.GET else None, filed=tried.filed)
    if request.htmx and not request.htmx.history_restore_request:
        return _result(request, application, tried, form)
    return _page(request, application, tried, form)


@banker_required
@require_POST
def counter_offer(request: DeskRequest, pk: uuid.UUID) -> HttpResponse:
    mine = LoanApplication.objects.filed_by(request.user).submitted()
    application = get_object_or_404(mine, pk=pk)
    form = CounterOfferForm(request.POST, filed=filed(application))
    if not form.is_valid():
        messages.warning(request, _("No counter-offer was made: something has to be mended first."))
        return redirect(_address(application, form))
    wish = counter_offers.Wish(
        source_id=pk,
        terms=form.terms,
        version=form.cleaned_data["version"],
        stamp=form.cleaned_data["stamp"],
    )
    try:
        made = counter_offers.file(wish=wish, offered_by=request.user)
    except AlreadyOffered as error:
        messages.info(request, str(error))
        return redirect("applications:detail", pk=error.version)
    except ApplicationError as error:
        messages.warning(request, str(error))
        return redirect(_address(application, form))
    messages.success(
        request,
        _("Counter-offer %(reference)s is filed and decided.") % {"reference": made.reference},
    )
    return redirect("applications:detail", pk=made.pk)


@dataclass(frozen=True)
class _Card:
    """Terms that were found, ready to be shown; without a kind where they only came closest."""

    kind: Kind | None
    variant: Variant
    changes: list[str]
    points: str
    gap: list[str]
    sent: dict[str, str]
    address: str
    same: LoanApplication | None


def _page(
    request: DeskRequest, application: LoanApplication, tried: Study, form: WhatIfForm
) -> HttpResponse:
    variant = _tried(tried, form) or tried.as_filed
    found = proposals(tried)
    context = _compared(request, application, tried, variant)

    def card(kind: Kind | None, one: Variant) -> _Card:
        return _card(application, tried, kind, one, context["versions"])

    context |= {
        "form": form,
        "cards": [card(kind, one) for kind, one in found.found.items()],
        "proposed": found.outcome,
        "in_vain": found.in_vain,
        "nearest": card(None, found.nearest) if found.nearest else None,
    }
    status = 422 if form.errors else 200
    return _rendered(request, "applications/what_if.html", context, status)


def _result(
    request: DeskRequest, application: LoanApplication, tried: Study, form: WhatIfForm
) -> HttpResponse:
    """What changes on the page while somebody types: messages, and a new result if there is one."""
    variant = _tried(tried, form)
    if variant is None:
        context: dict[str, Any] = {"form": form}
        response = _rendered(request, "applications/what_if_errors.html", context, 200)
        response["HX-Reswap"] = "none"  # the last good result stays; messages go to their fields
        return response
    context = {**_compared(request, application, tried, variant), "form": form}
    return _rendered(request, "applications/what_if_live.html", context, 200)


def _not_now(request: DeskRequest, application: LoanApplication, why: str) -> HttpResponse:
    context = {"application": application, "why": why}
    partial = request.htmx and not request.htmx.history_restore_request
    name = "what_if_not_now" if partial else "what_if_unavailable"
    return _rendered(request, f"applications/{name}.html", context, 200)


def _tried(tried: Study, form: WhatIfForm) -> Variant | None:
    if not form.is_bound:
        return tried.as_filed
    return tried.of(form.terms) if form.is_valid() else None


def _compared(
    request: DeskRequest, application: LoanApplication, tried: Study, variant: Variant
) -> dict[str, Any]:
    versions = list(LoanApplication.objects.versions_of(application))
    score = variant.tried
    return {
        "application": application,
        "decision": application.decision,
        "study": tried,
        "variant": variant,
        "tried": score,
        "gauge": gauge(pd=score.pd, refer_from=score.refer_from, decline_from=score.decline_from),
        "rows": wording.rows(tried.as_filed, variant),
        "points": wording.points(tried.as_filed, variant),
        "findings": told(finding.as_json() for finding in score.findings),
        "is_changed": variant.offer != tried.filed.offer,
        "versions": versions,
        "same": _same(versions, variant),
        "may_offer": application.filed_by_id == request.user.pk
        and request.user.has_perm("applications.file_application"),
        "sent": query(variant.terms),
        "next_version": versions[-1].version + 1,
    }


def _card(
    application: LoanApplication,
    tried: Study,
    kind: Kind | None,
    variant: Variant,
    versions: Iterable[LoanApplication],
) -> _Card:
    address, sent = reverse("applications:what-if", args=[application.pk]), query(variant.terms)
    return _Card(
        kind=kind,
        variant=variant,
        changes=wording.changes(tried.filed, variant.terms),
        points=wording.points(tried.as_filed, variant),
        gap=wording.gap(variant.tried),
        sent=sent,
        address=f"{address}?{urlencode(sent)}",
        same=_same(versions, variant),
    )


def _same(versions: Iterable[LoanApplication], variant: Variant) -> LoanApplication | None:
    """The version that has these very terms."""
    return next((one for one in versions if offer_of(one) == variant.offer), None)


def _address(application: LoanApplication, form: Form) -> str:
    """The page, with everything that was typed."""
    typed = {name: form.data[name] for name in WhatIfForm.base_fields if form.data.get(name)}
    return f"{reverse('applications:what-if', args=[application.pk])}?{urlencode(typed)}"


def _rendered(
    request: DeskRequest, name: str, context: dict[str, Any], status: int
) -> HttpResponse:
    response = render(request, name, context, status=status)
    response["Vary"] = "HX-Request"  # so that "back" never shows a fragment from the cache
    return response
