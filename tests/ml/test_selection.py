"""Selection: what is dropped and why, and that the outcome alone decides what is useful."""

from __future__ import annotations

import numpy as np
import pytest

from ml import selection
from tests.ml.designs import design, outcomes

ROWS = 1_500


@pytest.fixture(scope="module")
def columns() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    strong = rng.normal(size=ROWS)
    few = np.full(ROWS, np.nan)
    few[:20] = rng.normal(size=20)
    gaps = np.where(rng.random(ROWS) < 0.3, np.nan, strong)
    return {
        "STRONG": strong,
        "TWICE": 2 * strong + 1,
        "GAPS": gaps,
        "SAME": np.ones(ROWS),
        "SAME_OR_UNKNOWN": np.where(rng.random(ROWS) < 0.5, np.nan, 1.0),
        "FEW": few,
        **{f"NOISE_{k}": rng.normal(size=ROWS) for k in range(60)},
    }


@pytest.fixture(scope="module")
def chosen(columns: dict[str, np.ndarray]) -> selection.Selection:
    y = outcomes(columns["STRONG"])
    return selection.select(design(columns), np.arange(ROWS), y, seed=1)


def test_every_candidate_is_kept_or_dropped_for_a_reason(
    chosen: selection.Selection, columns: dict[str, np.ndarray]
) -> None:
    assert sorted([*chosen.kept, *chosen.dropped]) == sorted(columns)
    assert chosen.dropped["SAME"] == "the same for everyone"
    assert chosen.dropped["FEW"] == "known for fewer than 30 applicants"
    assert chosen.dropped["TWICE"] == "ranks applicants as STRONG does"


def test_what_differs_in_its_gaps_is_not_the_same(chosen: selection.Selection) -> None:
    assert "ranks applicants" not in chosen.dropped.get("GAPS", "")
    assert chosen.dropped.get("SAME_OR_UNKNOWN") != "the same for everyone"


def test_the_useful_is_kept_and_most_noise_is_not(chosen: selection.Selection) -> None:
    assert "STRONG" in chosen.kept
    noise = [name for name in chosen.kept if name.startswith("NOISE")]
    assert len(noise) < 40
    assert "no more useful than by chance" in chosen.dropped.values()


def test_no_more_are_kept_than_asked_for(columns: dict[str, np.ndarray]) -> None:
    y = outcomes(columns["STRONG"])
    found = selection.select(design(columns), np.arange(ROWS), y, seed=1, most=2)
    assert len(found.kept) == 2
    assert "STRONG" in found.kept
    assert "less useful than 2 others" in found.dropped.values()


def test_other_rows_are_not_looked_at(columns: dict[str, np.ndarray]) -> None:
    rows = np.arange(1_000)
    y = outcomes(columns["STRONG"])[rows]
    first = selection.select(design(columns), rows, y, seed=2)
    spoilt = {name: np.where(np.arange(ROWS) < 1_000, v, 99.0) for name, v in columns.items()}
    assert selection.select(design(spoilt), rows, y, seed=2) == first


def test_the_same_seed_gives_the_same_selection(columns: dict[str, np.ndarray]) -> None:
    y = outcomes(columns["STRONG"])
    one, other = (selection.select(design(columns), np.arange(ROWS), y, seed=4) for _ in range(2))
    assert one == other
