"""What the views of applications and decisions share: rights, visibility, lists, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django_filters import FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications.api.words import unknown
from applications.models import Decision, LoanApplication
from scoring.api import pages
from scoring.api.base import ApiView

FILES = "applications.file_application"
SEES_ALL = "applications.view_all_applications"
DECIDES = "applications.decide_application"


class HasDeskRight(IsAuthenticated):
    """Those who hold any of the rights that the view asks for."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        desk = cast(DeskView, view)
        rights = desk.rights_to.get(str(request.method), desk.rights)
        return super().has_permission(request, view) and any(
            request.user.has_perm(right) for right in rights
        )


class DeskView(ApiView):
    """A view for the desk's roles.

    Attributes
    ----------
    rights : tuple of str
        Any of these permissions opens it.
    rights_to : mapping of str to tuple of str
        The same for single methods.
    """

    rights: ClassVar[tuple[str, ...]] = (FILES, SEES_ALL)
    rights_to: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    permission_classes: ClassVar[list[type[BasePermission]]] = [HasDeskRight]  # type: ignore[misc]


class Page(pages.Page):
    """A page of a desk's list, in the order its view keeps."""

    page_size_query_param = "page_size"
    max_page_size = 200

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return cast(ListView, view).ordering


class ListView(DeskView, GenericAPIView[Any]):
    """A filtered list, page by page, in an order that stays.

    Attributes
    ----------
    ordering : tuple of str
        Ends with the key, so that no two rows share a place.
    """

    ordering: ClassVar[tuple[str, ...]]
    pagination_class = Page
    filter_backends = [DjangoFilterBackend]
    filterset_class: ClassVar[type[FilterSet] | None] = None

    def listed(
        self, found: QuerySet[Any], shown: type[serializers.BaseSerializer[Any]]
    ) -> Response:
        """One page of what was found, after the filters of the request."""
        self._check_parameters()
        rows = self.paginate_queryset(self.filter_queryset(found))
        context = {"request": self.request}
        return self.get_paginated_response(shown(rows, many=True, context=context).data)

    def _check_parameters(self) -> None:
        """A filter that is misspelt would otherwise let everything through."""
        filters = list(self.filterset_class.base_filters) if self.filterset_class else []
        known = [*filters, Page.cursor_query_param, "page_size"]
        wrong = [name for name in self.request.query_params if name not in known]
        if wrong:
            raise ValidationError({name: [unknown(name, known)] for name in wrong})


class AnyFile(JSONRenderer):
    """Lets a file answer whatever its caller accepts; problems are JSON all the same."""

    media_type = "*/*"
    format = "file"


def person(request: Request) -> User:
    """Who asks; the permission of the view has let in nobody else."""
    return cast(User, request.user)


def applications_of(request: Request) -> QuerySet[LoanApplication]:
    """Those the caller may see, each with all that its answer holds. One query."""
    visible = LoanApplication.objects.visible_to(person(request))
    return visible.select_related(
        "filed_by", "original", "case__claimed_by", "case__decision__prediction"
    ).defer(*_LARGE)


def application_of(request: Request, pk: UUID) -> LoanApplication:
    """An application the caller may see; 404 for any other."""
    found: LoanApplication = get_object_or_404(applications_of(request), pk=pk)
    return found


def decision_of(request: Request, pk: int) -> Decision:
    """A decision the caller may see, with its reasons; 404 for any other."""
    visible = Decision.objects.visible_to(person(request)).for_history()
    found: Decision = get_object_or_404(
        visible.select_related("application__case", "prediction__explanation").defer(
            "prediction__inputs",
            "prediction__history",
            "prediction__features",
            "prediction__explanation__contributions",
        ),
        pk=pk,
    )
    return found


def known(found: QuerySet[Any], **key: Any) -> Model:
    """A record by its key; 404 where there is none."""
    return cast(Model, get_object_or_404(found, **key))


_LARGE = tuple(f"case__decision__prediction__{name}" for name in ("inputs", "history", "features"))
