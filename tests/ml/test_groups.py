"""Group statistics: medians of training rows, the same for a frame and for one row."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml.concepts import Concept
from ml.features import FEATURES, groups
from ml.features.groups import GROUP_FEATURES, Group, GroupFeature

INCOME = GroupFeature(
    "INCOME_RATIO", "Income", Concept.INCOME, ("OCCUPATION_TYPE",), "AMT_INCOME_TOTAL", True
)
REGION = GroupFeature(
    "REGION_USUAL", "Income", Concept.REGION, ("REGION_POPULATION_RELATIVE",),
    "AMT_INCOME_TOTAL", False,
)  # fmt: skip


def frame(cooks: int = 40, pilots: int = 10) -> pl.DataFrame:
    """Cooks earn 1 to `cooks`, in a region of their own; pilots are few."""
    return pl.DataFrame(
        {
            "OCCUPATION_TYPE": ["Cook"] * cooks + ["Pilot"] * pilots + [None],
            "AMT_INCOME_TOTAL": [*map(float, range(1, cooks + 1)), *[100.0] * pilots, 5.0],
            "REGION_POPULATION_RELATIVE": [0.018801] * cooks + [0.00001] * pilots + [0.018801],
        }
    )


def test_a_ratio_to_the_median_of_the_group() -> None:
    fitted = groups.fit([INCOME], frame())
    assert fitted["INCOME_RATIO"].medians == {"Cook": 20.5}
    values = groups.columns(fitted, frame())[:, 0]
    assert values[:2] == pytest.approx([1 / 20.5, 2 / 20.5])
    assert np.isnan(values[40:]).all()  # too few pilots, and one without an occupation


def test_the_median_itself_by_a_numeric_group() -> None:
    fitted = groups.fit([REGION], frame())
    values = groups.columns(fitted, frame())[:, 0]
    assert values[0] == values[-1] == 20.0  # 1 to 40 and 5
    assert np.isnan(values[40:50]).all()


def test_one_row_and_a_frame_give_the_same() -> None:
    fitted = groups.fit([INCOME, REGION], frame(pilots=35))
    among_all = groups.columns(fitted, frame(pilots=35))
    for index, row in enumerate(frame(pilots=35).iter_rows(named=True)):
        alone = [group.of(row) for group in fitted.values()]
        expected = np.array([np.nan if value is None else value for value in alone], np.float32)
        np.testing.assert_array_equal(among_all[index], expected)


def test_a_median_of_nothing_divides_nobody() -> None:
    group = Group(("OCCUPATION_TYPE",), "AMT_INCOME_TOTAL", True, {"Cook": 0.0})
    row = {"OCCUPATION_TYPE": "Cook", "AMT_INCOME_TOTAL": 5.0}
    assert group.of(row) is None
    assert np.isnan(groups.columns({"G": group}, pl.DataFrame([row]))).all()


def test_no_statistics_give_no_columns() -> None:
    assert groups.columns({}, frame()).shape == (51, 0)


@pytest.mark.parametrize("feature", GROUP_FEATURES, ids=lambda feature: feature.name)
def test_declaration(feature: GroupFeature) -> None:
    assert feature.name not in FEATURES
    assert set(feature.by) | {feature.value} <= set(FEATURES)
    assert not any(FEATURES[name].protected for name in (*feature.by, feature.value))
    assert "_" not in feature.label
    assert feature.label[0].isupper()


def test_names_and_labels_are_distinct() -> None:
    assert len({feature.name for feature in GROUP_FEATURES}) == len(GROUP_FEATURES)
    labels = [feature.label for feature in (*GROUP_FEATURES, *FEATURES.values())]
    assert len(set(labels)) == len(labels)
