"""The model card's figures: groups that add up, and differences that are real."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml import evidence, metrics, validation
from ml.features import FEATURES
from tests.ml.samples import ROWS, Unselected, one_column, sample, tables

ALL = np.arange(ROWS)
CUT_OFF = 0.5


@pytest.fixture(scope="module")
def pd() -> np.ndarray:
    """Higher for defaulters, but not always."""
    rng = np.random.default_rng(1)
    return np.clip(0.3 + 0.3 * sample().y + rng.normal(0, 0.15, ROWS), 0.01, 0.99)


def test_tiers_hold_every_applicant_once(pd: np.ndarray) -> None:
    found = evidence.tiers(sample(), ALL, pd, CUT_OFF, seed=1)
    assert [tier["tier"] for tier in found] == ["form", "bureau", "previous", "all"]
    assert sum(tier["applicants"] for tier in found) == ROWS
    assert sum(tier["defaults"] for tier in found) == sample().y.sum()
    frames = tables().frames
    known = {
        name: set(frames[name].collect()["SK_ID_CURR"])
        for name in ("bureau", "previous_application")
    }
    clients = set(frames["application_train"].collect()["SK_ID_CURR"])
    neither = clients - known["bureau"] - known["previous_application"]
    assert found[0]["applicants"] == len(neither)
    assert found[3]["auc_interval"][0] < found[3]["auc"] < found[3]["auc_interval"][1]


def test_an_empty_tier_has_no_figures() -> None:
    (tier,) = [
        t
        for t in evidence.tiers(sample(), ALL[:0], np.empty(0), CUT_OFF, seed=1)
        if t["tier"] == "form"
    ]
    assert tier["applicants"] == 0
    assert tier["auc"] is None
    assert tier["cost_per_applicant"] is None


def test_withheld_tables_are_not_seen() -> None:
    seen = []

    def predict(frame: pl.DataFrame) -> np.ndarray:
        seen.append(frame)
        return np.linspace(0.1, 0.9, frame.height)

    rows = np.array([3, 50, 400])
    pd = np.array([0.01, 0.99, 0.02])
    found = evidence.withheld(tables(), sample(), (rows, pd), predict, CUT_OFF, seed=1)
    assert [tier["tier"] for tier in found] == list(evidence.TIERS)
    known = metrics.evaluate(pd, sample().y[rows], CUT_OFF, seed=1)
    assert found[-1]["cost_per_applicant"] == known["cost_per_applicant"]
    clients = tables().frames["application_train"].collect()["SK_ID_CURR"].sort()
    for frame in seen:
        assert frame["SK_ID_CURR"].to_list() == clients[rows.tolist()].to_list()
        assert frame["TARGET"].to_list() == sample().y[rows].tolist()
    counts = ["BUREAU_COUNT", "PREV_COUNT", "POS_MONTHS"]
    known = [[name for name in counts if frame[name].count()] for frame in seen]
    assert known == [[], counts[:1], counts[:2]]


def test_fairness_by_hand() -> None:
    women = sample().context["CODE_GENDER"].to_numpy() == "F"
    pd = np.where(women, 0.2, 0.8)
    found = {
        part["level"]: part
        for part in evidence.fairness(sample(), ALL, pd, CUT_OFF)
        if part["attribute"] == "CODE_GENDER"
    }
    assert found["F"]["approved_share"] == 1
    assert found["F"]["four_fifths"] == 1
    assert found["F"]["defaulters_approved_share"] == 1
    assert found["M"]["approved_share"] == 0
    assert found["M"]["good_refused_share"] == 1
    assert found["M"]["four_fifths"] == 0
    men = sample().context["CODE_GENDER"].to_numpy() == "M"
    assert found["M"]["default_rate"] == pytest.approx(sample().y[men].mean())


def test_age_bands_hold_every_applicant(pd: np.ndarray) -> None:
    found = evidence.fairness(sample(), ALL, pd, CUT_OFF)
    bands = [part for part in found if part["attribute"] == "age_band"]
    assert sum(part["applicants"] for part in bands) == ROWS
    years = -sample().context["DAYS_BIRTH"].to_numpy() / 365.25
    below = next(part for part in bands if part["level"] == "below 30")
    assert below["applicants"] == (years < 30).sum()


def test_small_groups_are_not_the_measure(pd: np.ndarray) -> None:
    rows = ALL[:150]
    found = evidence.fairness(sample(), rows, pd[rows], CUT_OFF)
    statuses = [part for part in found if part["attribute"] == "NAME_FAMILY_STATUS"]
    assert max(part["applicants"] for part in statuses) < 100
    assert {part["four_fifths"] for part in statuses} == {None}


def test_the_learning_curve_learns_from_more_and_more_rows() -> None:
    points = list(evidence.learning_curve(sample(), ALL, Unselected(one_column), seed=1))
    assert [point["rows"] for point in points] == [120, 240, 360, 480]
    # The model's ranking does not depend on the rows it learned from, but for fold means.
    assert points[-1]["auc"] > 0.6
    assert all(0 < point["cost_per_applicant"] < 10 for point in points)


def test_what_protected_attributes_cost_is_measured_on_the_same_folds() -> None:
    fit = validation.boosted(inner_folds=1)
    recipe = Unselected(fit)
    found = validation.cross_validate(sample(), ALL, recipe, seed=1)
    price = evidence.protected(sample(), found, recipe, seed=1)
    assert price["included"] is False
    assert set(price["features"]) == {n for n, f in FEATURES.items() if f.protected}
    for figure in ("auc", "cost_per_applicant"):
        low, high = price[figure]["difference_interval"]
        assert low <= high
        difference = price[figure]["with"] - price[figure]["without"]
        assert low - 0.2 < difference < high + 0.2
    assert price["auc"]["with"] != price["auc"]["without"]
