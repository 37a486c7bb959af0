"""What serving loads: nothing that takes seconds and belongs to training or reports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import sys, django
django.setup()
import scoring_site.urls, scoring_site.wsgi, scoring_site.embedded
heavy = {"mlflow", "shap", "evidently", "matplotlib", "plotly", "ml.training", "ml.synthesis"}
print(sorted(heavy & set(sys.modules)))
"""


def test_serving_imports_no_training_library(tmp_path: Path) -> None:
    result = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", CODE],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "scoring_site.settings",
            "DEBUG": "1",
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"
