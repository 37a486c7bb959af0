"""What serving loads: nothing that takes seconds and belongs to training or reports."""

from __future__ import annotations

from pathlib import Path

from tests.scoring_site.interpreter import run

CODE = """
import sys, django
django.setup()
import scoring_site.urls, scoring_site.wsgi, scoring_site.embedded
heavy = {"mlflow", "shap", "evidently", "matplotlib", "plotly", "ml.training", "ml.synthesis"}
print(sorted(heavy & set(sys.modules)))
"""


def test_serving_imports_no_training_library(tmp_path: Path) -> None:
    result = run(CODE, tmp_path, DEBUG="1")
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"
