"""The contract every feature keeps."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from ml import features
from ml.concepts import Concept
from ml.features import FEATURES, HISTORY
from ml.schema import APPLICATION_TRAIN, TABLES
from tests.ml import factories

CLIENTS = 60
PROTECTED = ("CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE")


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.LazyFrame]:
    return factories.frames(CLIENTS)


@pytest.fixture(scope="module")
def applications() -> pl.DataFrame:
    return factories.applications(CLIENTS)


@pytest.fixture(scope="module")
def matrix(frames: dict[str, pl.LazyFrame], applications: pl.DataFrame) -> pl.DataFrame:
    return features.matrix(frames, applications.lazy())


def assert_equal(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """Same columns, nulls and texts; numbers to 1e-9 relative."""
    assert left.columns == right.columns
    for name in left.columns:
        one, other = left[name], right[name]
        assert one.dtype == other.dtype, name
        if one.dtype == pl.String:
            assert one.to_list() == other.to_list(), name
        else:
            assert (one.is_null() == other.is_null()).all(), name
            np.testing.assert_allclose(
                one.to_numpy().astype(float), other.to_numpy().astype(float), 1e-9, err_msg=name
            )


def of_client(frames: dict[str, pl.LazyFrame], client: int) -> dict[str, pl.DataFrame]:
    loans = frames["bureau"].filter(pl.col("SK_ID_CURR") == client).collect()["SK_ID_BUREAU"]
    return {
        name: rows.filter(
            pl.col("SK_ID_BUREAU").is_in(loans.to_list())
            if name == "bureau_balance"
            else pl.col("SK_ID_CURR") == client
        ).collect()
        for name, rows in frames.items()
    }


def test_the_catalogue_is_wide() -> None:
    assert 300 <= len(FEATURES) <= 900


@pytest.mark.parametrize("feature", FEATURES.values(), ids=lambda feature: feature.name)
def test_declaration(feature: features.Feature) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", feature.name)
    assert isinstance(feature.concept, Concept)
    assert feature.table in {"application", "combined", *TABLES}
    assert feature.label[0].isupper()
    assert "_" not in feature.label
    assert not feature.label.endswith(".")


def test_labels_are_distinct() -> None:
    labels = [feature.label for feature in FEATURES.values()]
    assert sorted({label for label in labels if labels.count(label) > 1}) == []


def test_no_feature_uses_the_outcome_and_protected_attributes_are_marked() -> None:
    raw = set(APPLICATION_TRAIN.columns)
    revealing = set(PROTECTED) | {f.name for f in FEATURES.values() if f.protected}
    for feature in FEATURES.values():
        roots = set(feature.expr.meta.root_names())
        assert not roots & raw & {"TARGET", "SK_ID_CURR"}, feature.name
        if feature.table in {"application", "combined"}:
            assert feature.protected == bool(roots & revealing), feature.name


def test_matrix_columns_and_types(matrix: pl.DataFrame) -> None:
    assert matrix.columns == ["SK_ID_CURR", "TARGET", *FEATURES]
    for name, feature in FEATURES.items():
        assert matrix[name].dtype == (pl.String if feature.categorical else pl.Float64), name


def test_every_value_is_finite_or_null(matrix: pl.DataFrame) -> None:
    for name, feature in FEATURES.items():
        if not feature.categorical:
            assert matrix[name].drop_nulls().is_finite().all(), name


def test_every_feature_is_known_for_somebody(matrix: pl.DataFrame) -> None:
    assert [name for name in FEATURES if matrix[name].null_count() == matrix.height] == []


def test_features_do_not_depend_on_the_outcome(
    frames: dict[str, pl.LazyFrame], applications: pl.DataFrame, matrix: pl.DataFrame
) -> None:
    flipped = applications.lazy().with_columns(1 - pl.col("TARGET"))
    assert features.matrix(frames, flipped).drop("TARGET").equals(matrix.drop("TARGET"))


def test_a_client_alone_has_the_same_features_as_among_all(
    frames: dict[str, pl.LazyFrame], applications: pl.DataFrame, matrix: pl.DataFrame
) -> None:
    for index in range(0, CLIENTS, 6):
        client = applications["SK_ID_CURR"][index]
        alone = {name: rows.lazy() for name, rows in of_client(frames, client).items()}
        one = features.matrix(alone, applications[index : index + 1].lazy())
        assert_equal(one, matrix.filter(pl.col("SK_ID_CURR") == client))


def test_the_online_row_equals_the_matrix(
    frames: dict[str, pl.LazyFrame], applications: pl.DataFrame, matrix: pl.DataFrame
) -> None:
    for index in range(CLIENTS):
        client = applications["SK_ID_CURR"][index]
        history = features.history_of(of_client(frames, client))
        row = features.row(applications.row(index, named=True), history)
        expected = matrix.filter(pl.col("SK_ID_CURR") == client).row(0, named=True)
        assert row == {name: expected[name] for name in FEATURES}


def test_a_row_of_some_features_has_the_same_values(applications: pl.DataFrame) -> None:
    history = np.random.default_rng(1).random(len(HISTORY))
    full = features.row(applications.row(0, named=True), history)
    for name in FEATURES:
        some = features.row(applications.row(0, named=True), history, (name,))
        assert some[name] == full[name], name


def test_features_do_not_depend_on_the_order_of_rows(
    frames: dict[str, pl.LazyFrame], applications: pl.DataFrame, matrix: pl.DataFrame
) -> None:
    shuffled = {
        name: rows.collect().sample(fraction=1, shuffle=True, seed=5).lazy()
        for name, rows in frames.items()
    }
    assert features.matrix(shuffled, applications.lazy()).equals(matrix)


def test_both_engines_give_the_same_matrix(
    frames: dict[str, pl.LazyFrame], applications: pl.DataFrame, matrix: pl.DataFrame
) -> None:
    for engine in ("streaming", "in-memory"):
        assert features.matrix(frames, applications.lazy(), engine=engine).equals(matrix)


def test_without_auxiliary_tables_history_is_null(applications: pl.DataFrame) -> None:
    matrix = features.matrix({}, applications.lazy())
    assert matrix.height == CLIENTS
    assert matrix.select(HISTORY).null_count().row(0) == (CLIENTS,) * len(HISTORY)


def test_history_has_one_row_per_client_in_any_table(frames: dict[str, pl.LazyFrame]) -> None:
    history = features.history(frames)
    expected = set()
    for name, rows in frames.items():
        if name != "bureau_balance":
            expected |= set(rows.collect()["SK_ID_CURR"].to_list())
    assert history["SK_ID_CURR"].to_list() == sorted(expected)
    assert history.columns == ["SK_ID_CURR", *HISTORY]


def test_an_unknown_client_has_no_history() -> None:
    assert np.isnan(features.history_of({})).all()
    row = features.row({}, None)
    assert {row[name] for name in HISTORY} == {None}


def test_records_of_two_clients_are_refused(frames: dict[str, pl.LazyFrame]) -> None:
    with pytest.raises(ValueError, match="more than one client"):
        features.history_of({"bureau": frames["bureau"].collect()})


def test_a_history_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="history features"):
        features.row({}, [1.0])


def test_serving_modules_do_not_import_the_heavy_libraries() -> None:
    code = (
        "import sys, ml.features, ml.bundle, ml.explanation; "
        "print([m for m in ('mlflow', 'shap', 'matplotlib', 'django') if m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
