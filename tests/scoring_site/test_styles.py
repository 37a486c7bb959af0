"""The site's own style sheet."""

from __future__ import annotations

import re

from django.conf import settings


def test_every_block_is_closed() -> None:
    """One that is not swallows all rules below it on wider screens."""
    text = (settings.BASE_DIR / "static" / "css" / "desk.css").read_text()
    depth = 0
    for line in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).splitlines():
        at_start = depth
        depth += line.count("{") - line.count("}")
        assert depth >= 0, line
        assert not (line.startswith("@media") and at_start), f"inside another block: {line}"
    assert depth == 0
