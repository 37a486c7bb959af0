"""The report inside a bundle: a model card with plots, readable without anything else.

Importing this package is cheap; matplotlib and shap are loaded when a report is written.
"""

from __future__ import annotations

from pathlib import Path

from ml.progress import Step
from ml.report.findings import Findings

__all__ = ["Findings", "write"]

_STEP = "Writing the report"


def write(folder: Path, findings: Findings, progress: Step) -> None:
    """Write `index.html`, which holds every plot, and each plot as a PNG beside it.

    The same findings give the same bytes. Moments and durations of the training are left
    out, so that a model trained twice has the same report twice.

    Parameters
    ----------
    folder : Path
        Created; it must not exist.
    findings : Findings
        What training found.
    progress : callable
        Called with the name of the step, how much is done and how much there is to do.

    Raises
    ------
    FileExistsError
        If `folder` exists.
    """
    # Slow to import, and needed here only.
    from ml.report import canvas, page, performance, shap_plots, studies  # noqa: PLC0415

    folder.mkdir(parents=True)
    progress(_STEP, 0, 1)
    drawings = (
        *performance.drawings(findings),
        *studies.drawings(findings),
        *shap_plots.drawings(findings),
    )
    plots = []
    for done, drawing in enumerate(drawings):
        progress(_STEP, done, len(drawings))
        plot = canvas.render(drawing)
        (folder / f"{plot.name}.png").write_bytes(plot.png)
        plots.append(plot)
    (folder / "index.html").write_text(page.render(findings, plots), encoding="utf-8")
    progress(_STEP, len(drawings), len(drawings))
