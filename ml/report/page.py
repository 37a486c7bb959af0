"""The page: what the template shows, put together."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ml.report import groups, tables
from ml.report.canvas import Plot
from ml.report.findings import Findings
from ml.report.performance import stability
from ml.report.verdicts import verdicts
from ml.report.words import figure, interval, listed, share

_FOLDER = Path(__file__).parent
_SECTIONS = {
    "glance": "At a glance",
    "card": "Model card",
    "discrimination": "Discrimination",
    "calibration": "Calibration",
    "cost": "Cost and cut-offs",
    "seeds": "Stability over seeds",
    "tiers": "What is on file",
    "learning": "Learning curve",
    "importance": "What the model rests on",
    "explanations": "Explanations (SHAP)",
    "protected": "Protected attributes",
    "fairness": "Fairness",
    "selection": "Selection of features",
    "record": "Technical record",
}
_STUDIES = {  # what a section needs
    "seeds": ("seeds",),
    "tiers": ("tiers", "withheld"),
    "learning": ("learning_curve",),
    "protected": ("protected",),
    "fairness": ("fairness",),
    "selection": ("selection",),
}


class Tile(NamedTuple):
    """A figure to be seen first."""

    name: str
    value: str
    detail: str


def render(findings: Findings, plots: Sequence[Plot]) -> str:
    """The whole report as one HTML document that needs nothing else."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["share"] = share
    environment.filters["listed"] = listed
    environment.filters["data_uri"] = _data_uri
    return environment.get_template("page.html").render(_context(findings, plots))


def _context(findings: Findings, plots: Sequence[Plot]) -> dict[str, Any]:
    manifest = findings.manifest
    return {
        "style": Markup((_FOLDER / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        "manifest": manifest,
        "metrics": findings.metrics,
        "studies": {name: findings.study(name) for names in _STUDIES.values() for name in names},
        "features": findings.features,
        "cut_offs": findings.cut_offs,
        "sections": _sections(findings),
        "left_out": _left_out(findings),
        "tiles": _tiles(findings),
        "bands": _bands(findings),
        "verdicts": verdicts(findings),
        "confusion": groups.confusion(*findings.hold_out, findings.cut_offs.cost_optimal),
        "stability": stability(findings),
        "plots": {plot.name: plot for plot in plots},
        "shap_plots": [plot for plot in plots if plot.name.startswith("shap_")],
        "explained": len(findings.explained),
        "tables": _tables(findings),
        "feature_tables": tables.features(findings),
    }


def _tables(findings: Findings) -> dict[str, tables.Table]:
    manifest = findings.manifest
    return {
        "figures": tables.figures(findings),
        "concepts": tables.concepts(findings),
        "deciles": tables.deciles(findings),
        "confusion": tables.confusion(findings),
        "seeds": tables.seeds(findings),
        "tiers": tables.tiers(
            findings, "tiers", "Applicants grouped by what is on file about them"
        ),
        "withheld": tables.tiers(
            findings, "withheld", "The same hold-out applicants, with tables withheld"
        ),
        "learning_curve": tables.learning_curve(findings),
        "protected": tables.protected(findings),
        "fairness": tables.fairness(findings),
        "reasons": tables.reasons(findings),
        "dropped": tables.dropped(findings),
        "parameters": tables.facts("LightGBM's parameters", manifest["training"]["parameters"]),
        "libraries": tables.facts("Versions the model was made with", manifest["libraries"]),
    }


def _sections(findings: Findings) -> dict[str, str]:
    """Anchors and titles of the sections there is something to say in."""
    return {
        anchor: title
        for anchor, title in _SECTIONS.items()
        if anchor not in _STUDIES or any(findings.study(name) for name in _STUDIES[anchor])
    }


def _left_out(findings: Findings) -> list[str]:
    """Titles of the sections whose study was not made."""
    shown = _sections(findings)
    return [title.lower() for anchor, title in _SECTIONS.items() if anchor not in shown]


def _tiles(findings: Findings) -> list[Tile]:
    held = findings.metrics["hold_out"]
    names = {"auc": "AUC", "cost_per_applicant": "Cost per applicant", "brier": "Brier score"}
    names |= {"ece": "Calibration error"} if "ece" in held else {}
    tiles = [
        Tile(name, figure(held[key]), interval(held[f"{key}_interval"]))
        for key, name in names.items()
    ]
    referred = share(findings.metrics["referred_share"])
    return [*tiles, Tile("Referred to a person", referred, "of the hold-out")]


def _bands(findings: Findings) -> list[dict[str, Any]]:
    """The three recommendations: where they begin and end, and whom they meet."""
    cut_offs = findings.cut_offs
    pd, target = findings.hold_out
    edges = (0.0, cut_offs.refer_from, cut_offs.decline_from, 1.0)
    names = (
        ("approve", f"below {share(edges[1])}"),
        ("refer", f"{share(edges[1])} to {share(edges[2])}"),
        ("decline", f"from {share(edges[2])} on"),
    )
    bands = []
    for (name, words), low, high in zip(names, edges[:-1], edges[1:], strict=True):
        inside = (pd >= low) & (pd < high) if high < 1 else pd >= low
        rate = share(float(target[inside].mean())) if inside.any() else "none"
        bands.append(
            {"name": name, "words": words, "share": float(inside.mean()), "defaulted": rate}
        )
    return bands


def _data_uri(plot: Plot) -> str:
    return f"data:image/png;base64,{b64encode(plot.png).decode()}"
