"""Cross-validation: every row is scored once, by what learned nothing from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from ml import fitting, metrics, validation
from ml.sample import Design
from ml.validation import Recipe
from tests.ml.designs import design, outcomes
from tests.ml.samples import KEPT, ROWS, OneColumn, Unselected, one_column, sample

ALL = np.arange(ROWS)


def test_every_row_is_scored_once_by_a_model_of_the_other_folds() -> None:
    found = validation.cross_validate(sample(), ALL, Unselected(one_column), seed=1)
    assert np.sort(np.concatenate([fold.rows for fold in found.folds])).tolist() == ALL.tolist()
    for fold in found.folds:
        assert not set(fold.rows) & set(fold.fit_rows)
        assert len(fold.rows) + len(fold.fit_rows) == ROWS
        at = np.isin(found.rows, fold.rows)
        np.testing.assert_array_equal(found.raw[at], fold.scorer(fold.rows))


def test_nothing_of_a_fold_reaches_the_model_that_scores_it() -> None:
    """With other outcomes and features in one fold, its model and statistics stay the same."""
    found = validation.cross_validate(sample(), ALL, Unselected(one_column), seed=1)
    fold = found.folds[2]
    X, y = sample().X.copy(), sample().y.copy()
    X[fold.rows] = 0
    y[fold.rows] = 1 - y[fold.rows]
    spoilt = pl.Series(np.isin(ALL, fold.rows))
    context = sample().context.with_columns(
        pl.when(spoilt).then(1e9).otherwise("AMT_INCOME_TOTAL").alias("AMT_INCOME_TOTAL")
    )
    other = replace(sample(), X=X, y=y, context=context)
    made, _ = Unselected(one_column).choose(other, fold.fit_rows, 1)
    assert made.features == fold.design.features  # with the fitted medians
    again = one_column(made, fold.fit_rows, y[fold.fit_rows], 1)
    assert isinstance(fold.scorer, OneColumn)
    assert again.rate == fold.scorer.rate


def test_only_the_given_rows_take_part() -> None:
    rows = np.sort(np.random.default_rng(1).permutation(ROWS)[:400])
    found = validation.cross_validate(sample(), rows, Unselected(one_column), seed=1, folds=4)
    assert found.raw.shape == (400,)
    assert {len(fold.rows) for fold in found.folds} == {100}
    for fold in found.folds:
        assert set(fold.rows) | set(fold.fit_rows) == set(rows)


def test_folds_are_stratified_and_repeatable() -> None:
    y = sample().y
    one, other = (list(fitting.splits(y, 5, 7)) for _ in range(2))
    for (fit_rows, rows), (_, again) in zip(one, other, strict=True):
        np.testing.assert_array_equal(rows, again)
        assert y[rows].mean() == pytest.approx(y[fit_rows].mean(), abs=0.01)
    ((fit_rows, rows),) = fitting.splits(y, 1, 7)
    assert len(rows) == ROWS / 5
    assert not set(rows) & set(fit_rows)


def test_lightgbm_learns_what_there_is_to_learn() -> None:
    found = validation.cross_validate(
        sample(), ALL, Unselected(validation.boosted(inner_folds=1)), seed=1
    )
    assert metrics.auc(found.raw, sample().y) > 0.65


def test_noise_is_not_learned() -> None:
    """Out-of-fold scores of random outcomes rank no better than chance."""
    rng = np.random.default_rng(7)
    y = (rng.random(ROWS) < 0.2).astype(np.int8)
    found = validation.cross_validate(
        replace(sample(), y=y), ALL, Recipe(validation.boosted(inner_folds=1), most=30), seed=1
    )
    assert metrics.auc(found.raw, y) == pytest.approx(0.5, abs=0.1)


def test_refitting_with_other_columns_keeps_the_folds() -> None:
    found = validation.cross_validate(sample(), ALL, Unselected(one_column), seed=1)
    same = validation.refit(sample(), found, one_column, lambda fold: fold.selection.kept, seed=1)
    np.testing.assert_array_equal(same, found.raw)
    seen: list[list[str]] = []

    def noting(design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> OneColumn:
        seen.append(design.names)
        return one_column(design, rows, y, seed)

    names = ["EXT_SOURCE_2", "CODE_GENDER"]
    validation.refit(sample(), found, noting, lambda _: names, seed=1)
    assert [set(columns) for columns in seen] == [set(names)] * 5


def test_additive_trees_use_one_feature_each() -> None:
    rng = np.random.default_rng(2)
    columns = {name: rng.normal(size=900) for name in ("A", "B", "C")}
    y = outcomes(columns["A"] + columns["B"])
    made = design(columns)
    fit = validation.boosted({"additive": True}, inner_folds=1)
    model = fit(made, np.arange(900), y, 1)
    for tree in model.booster.trees_to_dataframe().groupby("tree_index"):
        assert tree[1]["split_feature"].dropna().nunique() <= 1
    together = validation.boosted({"additive": False, "feature_fraction": 1.0}, inner_folds=1)
    trees = together(made, np.arange(900), y, 1).booster.trees_to_dataframe()
    assert trees.groupby("tree_index")["split_feature"].nunique().max() > 1


def test_the_number_of_trees_is_chosen_on_inner_rows() -> None:
    rng = np.random.default_rng(4)
    strong, y = rng.normal(size=900), None
    y = outcomes(strong)
    noise = (rng.random(900) < 0.2).astype(np.int8)
    made = design({"A": strong, "B": rng.normal(size=900)})
    params = fitting.parameters(900, 2, seed=1)
    rounds = []
    for outcome in (y, noise):
        data = fitting.dataset(made, np.arange(900), outcome, params)
        rounds.append(fitting.choose_rounds(data, outcome, params, folds=3))
    assert rounds[0] > 3 * rounds[1]


def test_kept_columns_come_in_the_order_of_the_design() -> None:
    made, _ = Unselected(one_column).choose(sample(), ALL, 1)
    order = [*(f.name for f in sample().features), "OCCUPATION_INCOME_RATIO"]
    assert made.names == sorted(KEPT, key=order.index)
