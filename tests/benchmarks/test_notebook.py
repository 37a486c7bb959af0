"""The notebook's features are the product's: else the comparison would not be fair."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks import agreement, notebook
from ml.features import history
from ml.synthesis import synthesize
from ml.tables import open_tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebook") / "data"
    synthesize(400, folder, 9)
    return folder


@pytest.mark.parametrize("part", notebook.PARTS)
def test_both_ways_agree(folder: Path, part: str) -> None:
    theirs = pl.from_pandas(notebook.features(folder, part))
    opened = open_tables(folder)
    ours = history(opened.frames, [name for name in theirs.columns if name != "SK_ID_CURR"])
    assert ours.width > 20
    assert agreement.disagreements(ours, theirs) == {}


@pytest.mark.parametrize("wrong", [1.00001, None])
def test_what_differs_is_counted(wrong: float | None) -> None:
    left = pl.DataFrame({"SK_ID_CURR": [1, 2, 3], "x": [1.0, None, 5.0]})
    right = pl.DataFrame({"SK_ID_CURR": [3, 2, 1], "x": [5.0 + 4e-6, None, wrong]})
    assert agreement.disagreements(left, left) == {}
    assert agreement.disagreements(left, right) == {"x": 1}


def test_other_clients_or_features_cannot_be_compared() -> None:
    left = pl.DataFrame({"SK_ID_CURR": [1], "x": [1.0]})
    with pytest.raises(ValueError, match="clients"):
        agreement.disagreements(left, left.with_columns(SK_ID_CURR=2))
    with pytest.raises(ValueError, match="features"):
        agreement.disagreements(left, left.rename({"x": "y"}))
