"""Reading request bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from scoring.api.errors import TooLarge


class CarefulJSONParser(JSONParser):
    """JSON that Python reads but nothing can be done with is a wrong request.

    That is nesting that would exhaust the stack, and halves of surrogate pairs, which cannot
    be written out again as UTF-8. A body is read up to `max_bytes`, by default as much as Django
    reads of a form.
    """

    max_bytes: int | None = None

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = self.max_bytes or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            content = super().parse(BytesIO(body), media_type, parser_context)
            if b"\\ud" in body.lower():  # the only way to write one
                json.dumps(content, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(
                _("The JSON holds half a surrogate pair, which is no text.")
            ) from error
        return content
