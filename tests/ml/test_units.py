"""Units are read off the labels: every feature has one that fits its values."""

from __future__ import annotations

import pytest

from ml import units
from ml.features import FEATURES
from ml.features.groups import GROUP_FEATURES
from ml.units import Unit

LABELS = {
    **{name: feature.label for name, feature in FEATURES.items() if not feature.categorical},
    **{feature.name: feature.label for feature in GROUP_FEATURES},
}


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("DAYS_BIRTH", Unit.LENGTH),
        ("DAYS_EMPLOYED", Unit.AGO),
        ("BUREAU_DAYS_CREDIT_LAST", Unit.AGO),
        ("BUREAU_LENGTH_MEAN", Unit.LENGTH),
        ("JOB_AFTER_PAPERS", Unit.GAP),
        ("OCCUPATION_JOB_TIME_USUAL", Unit.LENGTH),
        ("POS_LAST_MONTH", Unit.MONTH_AGO),
        ("INST_LATENESS_MEAN", Unit.DAYS),
        ("OWN_CAR_AGE", Unit.YEARS),
        ("AMT_CREDIT", Unit.AMOUNT),
        ("BUREAU_DEBT_SUM", Unit.AMOUNT),
        ("OCCUPATION_INCOME_USUAL", Unit.AMOUNT),
        ("INST_PAYMENT_SUM_90D", Unit.AMOUNT),
        ("BUREAU_ACTIVE_SHARE", Unit.SHARE),
        ("YEARLY_RATE", Unit.SHARE),
        ("CARD_USE_MEAN", Unit.SHARE),
        ("EMPLOYED_TO_AGE", Unit.SHARE),
        ("CREDIT_TO_INCOME", Unit.TIMES),
        ("REGION_SCORE_RATIO", Unit.TIMES),
        ("BUREAU_ACTUAL_TO_PLANNED_LENGTH", Unit.TIMES),
        ("FLAG_WORK_PHONE", Unit.YES_NO),
        ("PREV_LAST_REFUSED", Unit.YES_NO),
        ("NOT_EMPLOYED", Unit.YES_NO),
        ("DOCUMENT_COUNT", Unit.COUNT),
        ("AMT_REQ_CREDIT_BUREAU_YEAR", Unit.COUNT),
        ("INST_COUNT", Unit.COUNT),
        ("EXT_SOURCE_2", Unit.POINTS),
        ("EXT_LOG_ODDS", Unit.POINTS),
        ("CREDIT_TIMES_RISK", Unit.POINTS),
    ],
)
def test_the_unit_follows_from_the_words(name: str, unit: Unit) -> None:
    assert units.of(LABELS[name]) is unit


def test_columns_of_days_are_told_as_times() -> None:
    raw = [name for name in LABELS if name.startswith("DAYS_")]
    assert raw
    assert {units.of(LABELS[name]) for name in raw} <= {Unit.LENGTH, Unit.AGO}


def test_columns_of_amounts_are_amounts() -> None:
    raw = [n for n in LABELS if n.startswith("AMT_") and not n.startswith("AMT_REQ")]
    assert raw
    assert {units.of(LABELS[name]) for name in raw} == {Unit.AMOUNT}


def test_counts_and_shares_go_by_their_names() -> None:
    for name, label in LABELS.items():
        if label.startswith("Number of") and "against" not in label:
            assert units.of(label) is Unit.COUNT, name
        if label.startswith("Share of") and "weighted" not in label:
            assert units.of(label) is Unit.SHARE, name


def test_a_bare_label_leaves_the_unit_to_the_value() -> None:
    assert units.bare("Age, in days before today") == "Age"
    assert units.bare("Age of the car, in years") == "Age of the car"
    assert units.bare("Level of education, from 0 to 4") == "Level of education, from 0 to 4"
    assert not any(units.bare(label).endswith("in days") for label in LABELS.values())
