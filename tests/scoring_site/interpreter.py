"""A fresh Python for tests of what a process does when it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(code: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with the site's settings and no environment but what is given."""
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
            "VAR_DIR": str(state),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
