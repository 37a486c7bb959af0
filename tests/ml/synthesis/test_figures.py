"""The drawn columns follow the figures they were drawn from."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml.synthesis.figures import Figures, shipped
from ml.synthesis.generate import batches
from ml.synthesis.marginals import EVERYONE

APPLICANTS = 2_000
SHARES = [0.1, 0.25, 0.5, 0.75, 0.9]


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    (tables,) = batches(APPLICANTS, 11)
    train = tables["application_train"].drop("TARGET")
    return pl.concat([train, tables["application_test"]])


@pytest.fixture(scope="module")
def figures() -> Figures:
    return shipped()


def test_missing_shares(people: pl.DataFrame, figures: Figures) -> None:
    for name, figure in figures.marginals["application"].items():
        # Grouped columns and those that follow from others are not drawn from one share.
        if name not in people.columns or set(figure["groups"]) != {EVERYONE}:
            continue
        if name.startswith("AMT_REQ") or name == "DAYS_EMPLOYED":
            continue
        share = figure["groups"][EVERYONE]["missing"]
        assert people[name].is_null().mean() == pytest.approx(share, abs=0.04), name


def test_category_shares(people: pl.DataFrame, figures: Figures) -> None:
    for name in ("CODE_GENDER", "NAME_EDUCATION_TYPE", "NAME_INCOME_TYPE", "NAME_CONTRACT_TYPE"):
        figure = figures.marginals["application"][name]
        shares = np.diff(figure["groups"][EVERYONE]["upper"], prepend=0.0)
        for label, share in zip(figure["levels"], shares, strict=True):
            drawn = people.select((pl.col(name) == label).mean()).item()
            assert drawn == pytest.approx(share, abs=0.04), (name, label)


@pytest.mark.parametrize("name", ["AMT_INCOME_TOTAL", "EXT_SOURCE_2", "DAYS_ID_PUBLISH"])
def test_quantiles(people: pl.DataFrame, figures: Figures, name: str) -> None:
    values = figures.marginals["application"][name]["groups"][EVERYONE]["values"]
    drawn = np.sort(people[name].drop_nulls().to_numpy())
    for value, share in zip(np.quantile(values, SHARES), SHARES, strict=True):
        below = np.searchsorted(drawn, value, side="left") / len(drawn)
        upto = np.searchsorted(drawn, value, side="right") / len(drawn)
        assert below - 0.04 <= share <= upto + 0.04, value


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("EXT_SOURCE_2", "EXT_SOURCE_3"),
        ("EXT_SOURCE_1", "EXT_SOURCE_2"),
        ("EXT_SOURCE_2", "DAYS_LAST_PHONE_CHANGE"),
        ("APARTMENTS_AVG", "LIVINGAREA_AVG"),
        ("AMT_INCOME_TOTAL", "EXT_SOURCE_2"),
    ],
)
def test_rank_correlations(people: pl.DataFrame, figures: Figures, left: str, right: str) -> None:
    at = [figures.clients.index(name) for name in (left, right)]
    latent = figures.joint_matrix[at[0], at[1]]
    rank = 6 / np.pi * np.arcsin(latent / 2)  # Spearman's, of a bivariate normal
    pair = people.select(left, right).drop_nulls()
    drawn = pair.select(pl.corr(left, right, method="spearman")).item()
    assert drawn == pytest.approx(rank, abs=0.09)


def test_external_sources_separate_defaults_as_expected() -> None:
    (tables,) = batches(4_000, 12)
    train = tables["application_train"].drop_nulls("EXT_SOURCE_3")
    low, high = train["EXT_SOURCE_3"].quantile(0.2), train["EXT_SOURCE_3"].quantile(0.8)
    worst = train.filter(pl.col("EXT_SOURCE_3") <= low)["TARGET"].mean()
    best = train.filter(pl.col("EXT_SOURCE_3") >= high)["TARGET"].mean()
    assert worst > 2 * best  # type: ignore[operator]


def test_figures_survive_a_round_trip(figures: Figures, tmp_path) -> None:  # type: ignore[no-untyped-def]
    figures.save(tmp_path / "figures.json.gz")
    again = Figures.load(tmp_path / "figures.json.gz")
    assert again == figures


def test_covariances_can_be_drawn_from(figures: Figures) -> None:
    for matrix in (figures.joint_matrix, *figures.within_matrices.values()):
        assert np.allclose(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix).min() > -1e-8
