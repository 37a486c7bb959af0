"""The sample and its designs: views that never copy the matrix, and learn from given rows only."""

from __future__ import annotations

import lightgbm
import numpy as np
import polars as pl
import pytest

from ml import sample as samples
from ml.bundle import encode
from ml.features import FEATURES, groups, matrix
from ml.features.groups import GROUP_FEATURES
from ml.sample import Sample
from ml.tables import DataError, Tables
from tests.ml import factories
from tests.ml.designs import design


@pytest.fixture(scope="module")
def sample(opened: Tables) -> Sample:
    return samples.prepare(opened, lambda _step, _done, _of: None)


def test_a_design_takes_columns_of_both_kinds_in_order() -> None:
    made = design({"A": np.arange(5.0), "B": np.arange(5.0) + 10}, {"G": np.arange(5.0) + 20})
    rows = np.array([3, 1])
    np.testing.assert_array_equal(made.take(rows), [[3, 13, 23], [1, 11, 21]])
    np.testing.assert_array_equal(made.only(["G", "B"]).take(rows), [[13, 23], [11, 21]])
    np.testing.assert_array_equal(made.only(["G", "B"]).one(4), [14, 24])
    assert made.only(["G", "B"]).names == ["B", "G"]


def test_batches_cover_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_BATCH", 2)
    made = design({"A": np.arange(5.0)})
    parts = list(made.batches(np.array([4, 0, 2])))
    assert [len(part) for part in parts] == [2, 1]
    assert np.concatenate(parts).ravel().tolist() == [4, 0, 2]


def test_lightgbm_bins_rows_as_it_bins_an_array() -> None:
    rng = np.random.default_rng(1)
    made = design({"A": rng.normal(size=900), "B": rng.normal(size=900)})
    rows = np.sort(rng.permutation(900)[:700])
    y = (rng.random(700) < 0.3).astype(float)
    params = {"objective": "binary", "verbosity": -1, "deterministic": True, "num_threads": 1}
    texts = [
        lightgbm.train(params, lightgbm.Dataset(data, y, params=params), 5).model_to_string()
        for data in (made.rows(rows), made.take(rows))
    ]
    assert texts[0] == texts[1]


def test_the_matrix_is_what_serving_sees(sample: Sample, opened: Tables) -> None:
    frame = matrix(opened.frames, opened.frames["application_train"])
    np.testing.assert_array_equal(sample.X, encode(frame, sample.features))
    assert [feature.name for feature in sample.features] == list(FEATURES)
    assert sample.y.tolist() == frame["TARGET"].to_list()


def test_group_statistics_are_fitted_on_the_given_rows_only(sample: Sample) -> None:
    rows = np.arange(600)
    made = sample.design(rows)
    fitted = {f.name: f.group for f in made.features if f.group is not None}
    assert fitted == groups.fit(GROUP_FEATURES, sample.context[:600])
    assert fitted != groups.fit(GROUP_FEATURES, sample.context)


def test_a_design_is_what_serving_sees_with_group_statistics(
    sample: Sample, opened: Tables
) -> None:
    made = sample.design(np.arange(600))
    frame = matrix(opened.frames, opened.frames["application_train"])
    np.testing.assert_array_equal(made.take(slice(None)), encode(frame, made.features))
    for row in (0, 5, 700):
        np.testing.assert_array_equal(made.one(row), encode(frame[row], made.features)[0])


def test_protected_attributes_stay_out_unless_asked_for(sample: Sample) -> None:
    rows = np.arange(600)
    protected = {name for name, feature in FEATURES.items() if feature.protected}
    assert {"CODE_GENDER", "NAME_FAMILY_STATUS"} <= protected
    assert not protected & set(sample.design(rows).names)
    assert protected <= set(sample.design(rows, protected=True).names)


def test_the_fingerprint_is_of_the_values(sample: Sample) -> None:
    changed = sample.X.copy()
    changed[0, 0] += 1
    other = Sample(sample.features, changed, sample.y, sample.context)
    assert other.fingerprint != sample.fingerprint
    same = Sample(sample.features, sample.X.copy(), sample.y, sample.context)
    assert same.fingerprint == sample.fingerprint


def test_levels_not_in_the_schema_are_kept() -> None:
    frame = factories.applications(300).with_columns(
        OCCUPATION_TYPE=pl.lit("Astronaut"), TARGET=pl.Series([0, 1] * 150, dtype=pl.Int32)
    )
    made = samples.prepare(
        Tables({"application_train": frame.lazy()}), lambda _step, _done, _of: None
    )
    (occupation,) = (f for f in made.features if f.name == "OCCUPATION_TYPE")
    assert occupation.levels is not None
    assert occupation.levels[-1] == "Astronaut"
    assert "Laborers" in occupation.levels


def test_unlabelled_data_is_refused() -> None:
    frame = factories.applications(20, labelled=False).lazy()
    with pytest.raises(DataError, match="application_train is missing"):
        samples.prepare(Tables({"application_test": frame}), lambda _step, _done, _of: None)
