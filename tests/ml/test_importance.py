"""Which columns of an application a model goes by."""

from __future__ import annotations

import numpy as np
import pytest

from ml import importance
from ml.bundle import Bundle
from ml.features import FEATURES
from ml.schema import APPLICATION_TEST


def test_gains_are_shares(bundle: Bundle) -> None:
    found = importance.gain(bundle)
    assert found.shape == (len(bundle.features),)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


def test_a_feature_comes_from_columns_through_others() -> None:
    assert importance.columns_of("AMT_CREDIT") == {"AMT_CREDIT"}
    assert importance.columns_of("ANNUITY_TO_INCOME") == {"AMT_ANNUITY", "AMT_INCOME_TOTAL"}
    assert importance.columns_of("EXT_MEAN_TIMES_AGE") == {
        "EXT_SOURCE_1",
        "EXT_SOURCE_2",
        "EXT_SOURCE_3",
        "DAYS_BIRTH",
    }


def test_history_comes_from_no_column() -> None:
    assert importance.columns_of("BUREAU_COUNT") == frozenset()
    assert importance.columns_of("DEBT_TO_INCOME") == {"AMT_INCOME_TOTAL"}


def test_every_feature_of_the_form_comes_from_its_columns() -> None:
    for name, feature in FEATURES.items():
        if feature.table == "application":
            assert importance.columns_of(name), name
            assert importance.columns_of(name) <= set(APPLICATION_TEST.columns)


def test_columns_add_up_what_their_features_gained(bundle: Bundle) -> None:
    weights = importance.of_columns(bundle)
    assert list(weights.values()) == sorted(weights.values(), reverse=True)
    gain = importance.gain(bundle)
    takes_part = np.array(
        [
            any("EXT_SOURCE_2" in importance.columns_of(name) for name in feature.needs)
            for feature in bundle.features
        ]
    )
    assert weights["EXT_SOURCE_2"] == pytest.approx(float(gain[takes_part].sum()))
    assert next(iter(weights)) == "EXT_SOURCE_2"  # what the made-up outcome depends on
