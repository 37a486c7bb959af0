"""The bundle: refused when touched, and true to the model it holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl
import pytest

from ml import bundle as bundles
from ml import explanation, features, similar
from ml.bundle import Bundle, BundleError, BundleFeature
from ml.concepts import Concept
from ml.schema import APPLICATION_LEVELS
from ml.tables import Tables


@pytest.fixture
def copy(bundle_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle_path, tmp_path / "bundle"))


@pytest.fixture(scope="module")
def matrix(bundle: Bundle, opened: Tables) -> np.ndarray:
    frame = features.matrix(opened.frames, opened.frames["application_train"])
    return bundle.encode(frame)


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((path / "bundle.json").read_text())
    change(manifest)
    (path / "bundle.json").write_text(json.dumps(manifest))


def test_it_holds_what_the_design_says(bundle_path: Path) -> None:
    names = {str(p.relative_to(bundle_path)) for p in bundle_path.rglob("*") if p.is_file()}
    assert {"model.txt", "bundle.json", "reference.parquet", "report/index.html"} <= names
    assert not [name for name in names if name.endswith((".pkl", ".joblib", ".pickle"))]
    manifest = json.loads((bundle_path / "bundle.json").read_text())
    assert set(manifest["files"]) == names - {"bundle.json"}


def test_every_file_is_guarded(bundle_path: Path, tmp_path: Path) -> None:
    files = json.loads((bundle_path / "bundle.json").read_text())["files"]
    for index, name in enumerate(files):
        path = Path(shutil.copytree(bundle_path, tmp_path / str(index)))
        data = bytearray((path / name).read_bytes())
        data[len(data) // 2] ^= 1
        (path / name).write_bytes(data)
        with pytest.raises(BundleError, match=name):
            Bundle.load(path)
        (path / name).unlink()
        with pytest.raises(BundleError, match=name):
            Bundle.load(path)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BundleError, match="not a model bundle"):
            Bundle.load(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 99}'])
def test_a_damaged_manifest_is_refused(copy: Path, text: str) -> None:
    (copy / "bundle.json").write_text(text)
    with pytest.raises(BundleError, match=r"bundle\.json"):
        Bundle.load(copy)


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.pop("cut_offs"),
        lambda m: m["cut_offs"].update(refer_from=2.0),
        lambda m: m["calibration"].update(raw=[1.0, 0.0]),
        lambda m: m["features"].pop(),
        lambda m: m["features"][0].update(name="UNHEARD_OF"),
        lambda m: m["features"][0].update(concept="unheard of"),
        lambda m: m.update(history_fingerprint="other"),
        lambda m: m["files"].pop("model.txt"),
        lambda m: m.update(files=None),
        lambda m: m["files"].update({"../outside": "0" * 64}),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    copy: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    edit(copy, change)
    with pytest.raises(BundleError):
        Bundle.load(copy)


def test_another_model_under_a_fitting_hash_is_refused(copy: Path) -> None:
    (copy / "model.txt").write_text("tree\nnot a model\n")
    edit(copy, lambda m: m["files"].update({"model.txt": bundles._sha256(copy / "model.txt")}))
    with pytest.raises(BundleError, match="model"):
        Bundle.load(copy)


def test_predictions_are_calibrated_probabilities(bundle: Bundle, matrix: np.ndarray) -> None:
    pd, raw = bundle.predict(matrix), bundle.raw_score(matrix)
    assert ((pd > 0) & (pd < 1)).all()
    np.testing.assert_array_equal(np.argsort(pd, kind="stable"), np.argsort(raw, kind="stable"))
    np.testing.assert_array_equal(pd, bundle.calibrate(raw))


def test_one_row_is_scored_as_among_all(bundle: Bundle, matrix: np.ndarray) -> None:
    pd = bundle.predict(matrix)
    assert [bundle.predict(matrix[i : i + 1])[0] for i in range(50)] == pd[:50].tolist()


def test_contributions_add_up_to_the_raw_score(bundle: Bundle, matrix: np.ndarray) -> None:
    parts = bundle.contributions(matrix)
    assert parts.shape == (len(matrix), len(bundle.features) + 1)
    np.testing.assert_allclose(parts.sum(axis=1), bundle.raw_score(matrix), rtol=1e-9, atol=1e-9)


@pytest.mark.filterwarnings("ignore::Warning")  # of shap's own imports
def test_contributions_are_those_of_shap(bundle: Bundle, matrix: np.ndarray) -> None:
    import shap  # noqa: PLC0415 - takes seconds

    expected = shap.TreeExplainer(bundle.booster)(matrix[:20])
    parts = bundle.contributions(matrix[:20])
    np.testing.assert_allclose(parts[:, :-1], expected.values, atol=1e-9)
    np.testing.assert_allclose(parts[:, -1], expected.base_values, atol=1e-9)


def test_reasons_add_up_and_come_strongest_first(bundle: Bundle, matrix: np.ndarray) -> None:
    parts = bundle.contributions(matrix[:1])
    reasons = explanation.reasons(bundle, matrix[:1], parts)
    total = sum(reason.contribution for reason in reasons) + parts[0, -1]
    assert total == pytest.approx(bundle.raw_score(matrix[:1])[0], abs=1e-9)
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert len({reason.concept for reason in reasons}) == len(reasons)
    for reason in reasons:
        assert reason.contribution == pytest.approx(sum(d.contribution for d in reason.drivers))
        against = reason.contribution > 0
        assert reason.direction == ("against" if against else "for")
        concept = reason.concept
        assert reason.sentence == (concept.sentence_against if against else concept.sentence_for)


def test_drivers_show_what_the_model_saw(bundle: Bundle, matrix: np.ndarray) -> None:
    by_name = {feature.name: j for j, feature in enumerate(bundle.features)}
    for reason in explanation.reasons(bundle, matrix[0], bundle.contributions(matrix[:1])[0]):
        for driver in reason.drivers:
            seen = matrix[0, by_name[driver.feature]]
            if driver.value is None:
                assert np.isnan(seen)
            elif isinstance(driver.value, str):
                assert bundle.features[by_name[driver.feature]].code(driver.value) == seen
            else:
                assert driver.value == seen


def test_reasons_want_exactly_one_row(bundle: Bundle, matrix: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one row"):
        explanation.reasons(bundle, matrix[:2], bundle.contributions(matrix[:2]))


def test_every_concept_has_its_words() -> None:
    for concept in Concept:
        words = (concept.label, concept.sentence_for, concept.sentence_against)
        assert len(set(words)) == 3
        assert concept.sentence_for.endswith(".")
        assert concept.sentence_against.endswith(".")


def test_unknown_levels_and_nulls_are_nan() -> None:
    levels = APPLICATION_LEVELS
    columns = (
        BundleFeature("OCCUPATION_TYPE", "", Concept.EMPLOYMENT, levels["OCCUPATION_TYPE"]),
        BundleFeature("AMT_CREDIT", "", Concept.LOAN_TERMS),
        BundleFeature("NAME_CONTRACT_TYPE", "", Concept.LOAN_TERMS, levels["NAME_CONTRACT_TYPE"]),
    )
    row = {"OCCUPATION_TYPE": "Astronaut", "AMT_CREDIT": None, "NAME_CONTRACT_TYPE": "Cash loans"}
    frame = pl.DataFrame([row], schema_overrides={"AMT_CREDIT": pl.Float64})
    for encoded in (bundles.encode(frame, columns)[0], [column.number(row) for column in columns]):
        assert np.isnan(encoded[:2]).all()
        assert encoded[2] == 0.0


def test_one_row_is_seen_as_it_is_among_all(
    bundle: Bundle, opened: Tables, matrix: np.ndarray
) -> None:
    applications = opened.frames["application_train"].sort("SK_ID_CURR").collect()
    history = features.history(opened.frames)
    for index in range(0, applications.height, 10):
        row = applications.row(index, named=True)
        known = history.filter(pl.col("SK_ID_CURR") == row["SK_ID_CURR"]).drop("SK_ID_CURR")
        vector = known.to_numpy()[0] if known.height else None
        np.testing.assert_array_equal(bundle.row(row, vector)[0], matrix[index])


def test_the_reference_sample(bundle: Bundle) -> None:
    reference = bundle.reference()
    protected = {name for name, feature in features.FEATURES.items() if feature.protected}
    segments = {"DAYS_BIRTH", "AMT_CREDIT", "NAME_CONTRACT_TYPE", "BUREAU_COUNT", "PREV_COUNT"}
    names = [feature.name for feature in bundle.features]
    assert reference.columns[: len(names)] == names
    beside = protected | segments | set(similar.FACTS)
    assert set(reference.columns) == {*names, *beside, "PD", "TARGET"}
    assert reference["PD"].is_between(0, 1).all()
    assert set(reference["TARGET"].to_list()) == {0, 1}
    assert reference["CODE_GENDER"].dtype == pl.String


def test_loading_runs_no_training(bundle: Bundle) -> None:
    assert isinstance(bundle.booster, lightgbm.Booster)
    assert bundle.booster.num_feature() == len(bundle.features)


def test_a_failed_writing_leaves_the_old_bundle(copy: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "model.txt").write_text("half")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError):
        bundles.write(copy, {}, fail)
    assert Bundle.load(copy)
    assert [p.name for p in copy.parent.iterdir()] == ["bundle"]


def test_a_bundle_never_replaces_something_else(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(BundleError, match="will not be overwritten"):
        bundles.write(tmp_path, {}, lambda _: None)
    assert (tmp_path / "precious.txt").read_text() == "mine"
