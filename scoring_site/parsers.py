"""Reading request bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class CarefulJSONParser(JSONParser):
    """JSON that Python reads but nothing can be done with is a wrong request.

    That is nesting that would exhaust the stack, and halves of surrogate pairs, which cannot
    be written out again as UTF-8.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read()
        try:
            content = super().parse(BytesIO(body), media_type, parser_context)
            if b"\\ud" in body.lower():  # the only way to write one
                json.dumps(content, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply.") from error
        except UnicodeEncodeError as error:
            raise ParseError("JSON parse error - half a surrogate pair is no text.") from error
        return content
