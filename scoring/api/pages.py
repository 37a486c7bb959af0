"""Lists, page by page, without counting."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class Page(CursorPagination):
    """A page of a list, with the addresses of the pages beside it."""

    page_size = 50

    def decode_cursor(self, request: Request) -> Any:
        """Where the page begins; a cursor nobody gave is a wrong parameter, not a missing page."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({self.cursor_query_param: [str(error)]}) from error
