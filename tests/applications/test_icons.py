"""The sprite holds every icon that a page asks for, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from applications.layout import SECTIONS


def test_the_sprite_holds_the_icons_in_use() -> None:
    pages = [page.read_text() for page in (settings.BASE_DIR / "templates").rglob("*.html")]
    asked = {name for page in pages for name in re.findall(r'{% icon "([\w-]+)" %}', page)}
    sprite = Path(settings.BASE_DIR / "static/vendor/tabler/icons.svg").read_text()

    assert set(re.findall(r'<symbol id="([\w-]+)"', sprite)) == asked | {s.icon for s in SECTIONS}
