"""The report: complete, self-contained, the same every time, and right in what it says."""

from __future__ import annotations

import copy
import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from ml.bundle import BundleFeature
from ml.concepts import Concept
from ml.decision import Outcome
from ml.report import Findings, canvas, groups, page, shap_plots, tables, write
from ml.report.interactions import interactions
from ml.report.verdicts import Status, verdicts

FEATURES = (
    BundleFeature("SCORE", "External score", Concept.EXTERNAL_SCORES),
    BundleFeature("RATIO", "Repayments against income", Concept.AFFORDABILITY),
    BundleFeature("DAYS", "Days in the job", Concept.EMPLOYMENT),
    BundleFeature("WORK", "Kind of <work>", Concept.EMPLOYMENT, ("Clerk", "Driver", "Nurse")),
    BundleFeature("NEVER", "Never known", Concept.ASSETS),
    BundleFeature("SAME", "Always the same", Concept.ASSETS),
    BundleFeature("TWIN", "Days in the job", Concept.EMPLOYMENT),
)
STUDIES: dict[str, Any] = {
    "seeds": [
        {"seed": 1, "auc": 0.71, "cost_per_applicant": 0.61, "brier": 0.131, "kept_again": 0.9},
        {"seed": 2, "auc": 0.72, "cost_per_applicant": 0.60, "brier": 0.130, "kept_again": 0.8},
    ],
    "tiers": [
        {
            "tier": "form",
            "applicants": 40,
            "defaults": 2,
            "auc": None,
            "auc_interval": None,
            "cost_per_applicant": 0.6,
            "cost_per_applicant_interval": [0.3, 0.9],
        },
        {
            "tier": "all",
            "applicants": 900,
            "defaults": 140,
            "auc": 0.74,
            "auc_interval": [0.7, 0.78],
            "cost_per_applicant": 0.55,
            "cost_per_applicant_interval": [0.5, 0.6],
        },
    ],
    "learning_curve": [
        {"rows": 400, "auc": 0.68, "cost_per_applicant": 0.66},
        {"rows": 800, "auc": 0.72, "cost_per_applicant": 0.6},
    ],
    "protected": {
        "included": False,
        "features": ["CODE_GENDER", "NAME_FAMILY_STATUS"],
        "auc": {"without": 0.72, "with": 0.723, "difference_interval": [-0.001, 0.007]},
        "cost_per_applicant": {
            "without": 0.6,
            "with": 0.594,
            "difference_interval": [-0.02, 0.008],
        },
    },
    "fairness": [
        {
            "attribute": attribute,
            "level": level,
            "applicants": applicants,
            "default_rate": 0.15,
            "mean_pd": 0.16,
            "approved_share": approved,
            "good_refused_share": 0.2,
            "defaulters_approved_share": 0.4,
            "four_fifths": ratio,
        }
        for attribute, level, applicants, approved, ratio in (
            ("CODE_GENDER", "F", 600, 0.8, 1.0),
            ("CODE_GENDER", "M", 400, 0.6, 0.75),
            ("age_band", "under 25", 90, 0.2, 0.3),
        )
    ],
    "selection": {
        "candidates": 9,
        "kept": 7,
        "dropped": [
            {"feature": "A", "reason": "Constant"},
            {"feature": "B", "reason": "Constant"},
        ],
    },
}
STUDIES["withheld"] = STUDIES["tiers"][1:]


def _rows(count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(count, len(FEATURES))).astype(np.float32)
    X[:, 3] = rng.integers(0, 3, count)
    X[rng.random(count) < 0.2, 3] = np.nan
    X[rng.random(count) < 0.2, 1] = np.nan
    X[:, 4], X[:, 5] = np.nan, 1
    risk = 1 / (1 + np.exp(1.7 + X[:, 0] - 0.6 * (X[:, 3] == 1)))
    return X, (rng.random(count) < risk).astype(np.int8)


def _figures(pd: np.ndarray, target: np.ndarray) -> dict[str, Any]:
    return {
        "auc": 0.72,
        "auc_interval": [0.66, 0.78],
        "cost_per_applicant": 0.6,
        "cost_per_applicant_interval": [0.5, 0.7],
        "brier": 0.13,
        "brier_interval": [0.12, 0.14],
        "ece": 0.02,
        "ece_interval": [0.01, 0.03],
        "applicants": len(pd),
        "defaults": int(target.sum()),
        "refused_share": 0.4,
    }


def _findings(**studies: Any) -> Findings:
    X, y = _rows()
    params = {"objective": "binary", "num_leaves": 4, "seed": 1, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(X, y, categorical_feature=[3], params=dict(params))
    booster = lightgbm.train(params, data, 30)
    pd = np.asarray(booster.predict(X, num_threads=1))
    known, held = (pd[:400], y[:400]), (pd[400:], y[400:])
    gain = booster.feature_importance("gain")
    manifest = {
        "name": "test-model",
        "version": "abc123",
        "calibration": {"raw": [-1.0, 1.0], "log_odds": [-1.0, 1.0]},
        "cut_offs": {"refer_from": 0.12, "decline_from": 0.25, "cost_optimal": 0.18},
        "cost_ratio": 10.0,
        "data": {
            "fingerprint": "f" * 64,
            "applications": len(y),
            "default_rate": float(y.mean()),
            "missing_tables": ["bureau"],
        },
        "training": {
            "seed": 1,
            "folds": 2,
            "hold_out": 0.2,
            "parameters": params,
            "created_at": "2026-02-03T04:05:06+00:00",
            "seconds": 98765.4,
        },
        "libraries": {"lightgbm": "4"},
        "metrics": {
            "out_of_fold": _figures(*known),
            "hold_out": _figures(*held),
            "referred_share": 0.21,
            "trees": 30,
        }
        | copy.deepcopy(studies),
    }
    shares = gain / gain.sum()
    return Findings(manifest, booster, FEATURES, X, known, held, np.array([shares, shares[::-1]]))


class _Page(HTMLParser):
    """What a page holds, by what the tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.ids |= {values["id"]} if values.get("id") else set()
        self.links += [values["href"]] if values.get("href") else []
        self.images += [values] if tag == "img" else []


@pytest.fixture(scope="module")
def findings() -> Findings:
    return _findings(**STUDIES)


@pytest.fixture(scope="module")
def report(findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "report"
    told: list[tuple[str, int, int]] = []
    write(folder, findings, lambda step, done, of: told.append((step, done, of)))
    assert len({step for step, _, _ in told}) == 1
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(told))
    assert told[-1][1] == told[-1][2] > 0
    return folder


@pytest.fixture(scope="module")
def text(report: Path) -> str:
    return (report / "index.html").read_text(encoding="utf-8")


def test_the_page_needs_nothing_else(text: str) -> None:
    shown = _Page(text)
    assert not {"script", "link", "iframe", "object"} & set(shown.tags)
    assert all(link.startswith("#") for link in shown.links)
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in shown.images)
    assert "http" not in re.sub(r'src="[^"]*"', "", text)
    assert "url(" not in text


def test_every_plot_is_in_the_page_and_beside_it(report: Path, text: str) -> None:
    embedded = {b64decode(str(image["src"]).partition(",")[2]) for image in _Page(text).images}
    assert embedded == {file.read_bytes() for file in report.glob("*.png")}
    names = {file.stem for file in report.glob("*.png")}
    assert {"roc", "calibration", "cost", "importance", "fairness", "seeds"} <= names
    assert sum(name.startswith("shap_") for name in names) >= 12


def test_the_report_is_small_enough_to_mail(report: Path) -> None:
    assert sum(file.stat().st_size for file in report.iterdir()) < 6_000_000


def test_the_page_can_be_read_without_seeing_it(text: str) -> None:
    shown = _Page(text)
    for image in shown.images:
        assert re.search(r"\d", str(image["alt"])), image["alt"]
        assert "nan" not in str(image["alt"]).split()
    assert shown.tags.count("h1") == 1
    assert shown.tags.count("table") == shown.tags.count("caption")
    assert {link.removeprefix("#") for link in shown.links} <= shown.ids


def test_features_are_shown_by_their_labels(text: str) -> None:
    assert "Kind of &lt;work&gt;" in text
    assert "<work>" not in text
    assert "Days in the job (TWIN)" in text  # a second feature of that label


def test_no_moment_of_the_training_is_told(text: str) -> None:
    assert "2026-02-03" not in text
    assert "98765" not in text


def test_equal_findings_give_equal_bytes_and_leave_randomness_alone(findings: Findings) -> None:
    jittered = [d for d in shap_plots.drawings(findings) if d.name == "shap_beeswarm"]
    plots, randoms = [], []
    for seed in (7, 8):
        np.random.seed(seed)
        plots.append([canvas.render(drawing) for drawing in jittered])
        randoms.append(np.random.random())
    assert plots[0] == plots[1]
    assert page.render(findings, plots[0]) == page.render(findings, plots[1])
    np.random.seed(7)
    assert np.random.random() == randoms[0]


def test_studies_that_were_not_made_are_named_and_left_out(tmp_path: Path) -> None:
    write(tmp_path / "report", _findings(seeds=[]), lambda *_: None)
    text = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    ids = _Page(text).ids
    assert not {"seeds", "tiers", "learning", "protected", "fairness", "selection"} & ids
    assert {"glance", "card", "calibration", "explanations", "record"} <= ids
    assert "not in this report: stability over seeds, what is on file" in " ".join(text.split())
    assert not list(tmp_path.glob("report/fairness.png"))


def test_contributions_add_up_to_the_score(findings: Findings) -> None:
    explained = shap_plots.Explained(findings)
    raw = findings.booster.predict(findings.X, raw_score=True)
    assert explained.base + explained.values.sum(axis=1) == pytest.approx(raw)
    names, values = explained.by_concept
    assert len(names) == len({feature.concept for feature in FEATURES})
    assert values.sum(axis=1) == pytest.approx(explained.values.sum(axis=1))


def test_typical_cases_are_nearest_to_the_median(findings: Findings) -> None:
    explained = shap_plots.Explained(findings)
    assert list(explained.typical) == list(Outcome)
    for outcome, row in explained.typical.items():
        assert findings.cut_offs.decide(float(explained.pd[row])) is outcome
        pds = explained.pd[explained.outcomes == outcome]
        below, above = np.sum(pds < explained.pd[row]), np.sum(pds > explained.pd[row])
        assert max(below, above) <= len(pds) / 2


def test_a_recommendation_that_no_row_gets_has_no_case(findings: Findings) -> None:
    manifest = findings.manifest | {
        "cut_offs": {"refer_from": 0.98, "decline_from": 0.99, "cost_optimal": 0.985}
    }
    explained = shap_plots.Explained(replace(findings, manifest=manifest))
    assert list(explained.typical) == [Outcome.APPROVE]


def test_unknown_levels_are_shown_as_unknown(findings: Findings) -> None:
    explained = shap_plots.Explained(findings)
    column = explained.column(3)
    unknown = np.isnan(findings.X[:, 3])
    assert set(column.display_data[unknown]) == {"not known"}
    assert set(column.display_data[~unknown]) == {"Clerk", "Driver", "Nurse"}
    row = int(np.flatnonzero(unknown)[0])
    assert explained.shown(row)[3:5] == ["not known", "not known"]


@pytest.mark.parametrize(("leaves", "together"), [(2, False), (16, True)])
def test_trees_of_one_split_have_no_interactions(leaves: int, together: bool) -> None:
    X = np.random.default_rng(1).normal(size=(2_000, 3)).astype(np.float32)
    y = X[:, 0] * X[:, 1] + X[:, 2]
    params = {"objective": "regression", "num_leaves": leaves, "verbosity": -1, "num_threads": 1}
    booster = lightgbm.train(params, lightgbm.Dataset(X, y), 100)
    strength = interactions(booster, X, np.arange(3))
    assert strength == pytest.approx(strength.T)
    assert strength.diagonal().tolist() == [0, 0, 0]
    if together:
        assert strength[0, 1] > 5 * max(strength[0, 2], strength[1, 2])
    else:
        assert strength.max() < 1e-9


def test_groups_by_pd_hold_everybody_once(findings: Findings) -> None:
    pd, target = findings.oof
    found = groups.by_pd(pd, target)
    assert [group.applicants for group in found] == [40] * 10
    assert sum(group.defaults for group in found) == target.sum()
    assert all(a.predicted <= b.predicted for a, b in pairwise(found))
    assert all(group.low <= group.observed <= group.high for group in found)


def test_a_long_curve_keeps_its_ends() -> None:
    looked_at, found = groups.found(np.linspace(0, 1, 10_000), np.arange(10_000) % 7 == 0, 50)
    assert len(found) <= 50
    assert (looked_at[0], looked_at[-1], found[0], found[-1]) == (0, 1, 0, 1)
    assert (np.diff(found) >= 0).all()


def test_the_confusion_table_tells_the_cost(findings: Findings) -> None:
    pd, target = np.array([0.1, 0.1, 0.3, 0.3]), np.array([0, 1, 0, 1])
    table = tables.confusion(replace(findings, hold_out=(pd, target)))
    assert [row[3] for row in table.rows] == ["0", "2,500", "250", "0", "2,750"]
    assert table.numbers == [False, True, True, True, False]


def test_few_defaults_absent_tables_and_unequal_groups_are_watched(findings: Findings) -> None:
    found = {verdict.topic: verdict for verdict in verdicts(findings)}
    for topic in ("Absent data", "Few defaults", "Fairness"):
        assert found[topic].status is Status.WATCH
    assert "Gender: Men (0.75)" in found["Fairness"].text
    assert "under 25" not in found["Fairness"].text  # too few to say anything
    assert found["Protected attributes"].status is Status.HOLDS
    assert found["Luck of the seed"].status is Status.HOLDS


@pytest.mark.parametrize(
    ("topic", "changed"),
    [
        ("Ranking", {"auc_interval": [0.49, 0.6]}),
        ("Agreement", {"auc_interval": [0.8, 0.9]}),
        ("Money", {"cost_per_applicant_interval": [0.5, 2.0]}),
    ],
)
def test_verdicts_change_with_the_figures(
    topic: str, changed: dict[str, Any], findings: Findings
) -> None:
    def status(of: Findings) -> Status:
        return next(verdict.status for verdict in verdicts(of) if verdict.topic == topic)

    metrics = findings.metrics | {"hold_out": findings.metrics["hold_out"] | changed}
    worse = replace(findings, manifest=findings.manifest | {"metrics": metrics})
    assert status(findings) is Status.HOLDS
    assert status(worse) is Status.WATCH


def test_probabilities_that_are_off_are_watched(findings: Findings) -> None:
    pd, target = findings.hold_out
    off = replace(findings, hold_out=(np.clip(3 * pd, 0, 0.99), target))
    found = next(verdict for verdict in verdicts(off) if verdict.topic == "Calibration")
    assert found.status is Status.WATCH
