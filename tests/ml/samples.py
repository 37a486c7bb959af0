"""A small sample and a recipe without selection, for tests of what surrounds the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ml import sample as samples
from ml.sample import Design, Sample
from ml.selection import Selection
from ml.tables import Tables
from ml.validation import Recipe
from tests.ml import factories

ROWS = 600

KEPT = ("EXT_SOURCE_2", "AMT_CREDIT", "OCCUPATION_TYPE", "OCCUPATION_INCOME_RATIO")


@cache
def tables() -> Tables:
    """Applications of which about a third default, and their history."""
    frames = factories.frames(ROWS)
    return Tables({"application_train": factories.applications(ROWS).lazy(), **frames})


@cache
def sample() -> Sample:
    """Every feature of them."""
    return samples.prepare(tables(), lambda _step, _done, _of: None)


@dataclass(frozen=True)
class Unselected(Recipe):
    """Keeps the same few columns always, which takes no time."""

    def choose(self, sample: Sample, rows: np.ndarray, seed: int) -> tuple[Design, Selection]:
        """Fit group statistics on `rows`, keep four columns."""
        return sample.design(rows).only(KEPT), Selection(KEPT, {"AGE": "for brevity"})


class OneColumn:
    """A model that learns the default rate and scores by one column."""

    def __init__(self, design: Design, rate: float) -> None:
        self.design, self.rate = design, rate

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Lower EXT_SOURCE_2, higher score."""
        column = self.design.take(rows)[:, self.design.names.index("EXT_SOURCE_2")]
        return self.rate - np.nan_to_num(column, nan=0.5).astype(float)


def one_column(design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> OneColumn:
    """Fit it."""
    return OneColumn(design, float(y.mean()))
