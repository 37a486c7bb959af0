"""What training chooses before anything ships, and on which rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from ml import calibration, cost, validation
from ml.calibration import Calibration
from ml.decision import CutOffs
from ml.progress import Step
from ml.sample import Design, Sample
from ml.selection import FITS, MOST, Selection
from ml.validation import Boosted, Recipe, Validation

SEED = 20
HOLD_OUT = 0.2
_QUICK_FITS = 2


@dataclass(frozen=True)
class Options:
    """How a model is trained.

    Attributes
    ----------
    seed : int
        Fixes splits, trees and resamples: two runs differ in timestamps only.
    protected : bool
        Whether gender, family status and what reveals them may enter the model.
    parameters : dict, optional
        LightGBM parameters that replace those chosen by size of the data.
    most : int
        How many features the model may have.
    quick : bool
        Choose features and the number of trees on fewer splits, and leave out what only the
        report needs: other seeds, the learning curve, and what protected attributes bring.
    """

    seed: int = SEED
    protected: bool = False
    parameters: dict[str, Any] | None = None
    most: int = MOST
    quick: bool = False

    @property
    def recipe(self) -> Recipe:
        """How models are made under these options."""
        fits = _QUICK_FITS if self.quick else FITS
        return Recipe(self.fit, self.protected, self.most, fits)

    def fit(self, design: Design, rows: np.ndarray, y: np.ndarray, seed: int) -> Boosted:
        """Fit LightGBM under these options."""
        inner_folds = 1 if self.quick else None
        boosted = validation.boosted(self.parameters, inner_folds=inner_folds)
        return boosted(design, rows, y, seed)


@dataclass(frozen=True)
class Choices:
    """What was chosen on the known rows, and the model fitted on them alone.

    Attributes
    ----------
    known, held : array of int
        The rows that everything was chosen on, and the hold-out.
    validation : Validation
        Of the known rows.
    model : Boosted
        Fitted on all known rows.
    pd_held : array of float
        The model's calibrated probabilities of default of the hold-out.
    """

    known: np.ndarray = field(repr=False)
    held: np.ndarray = field(repr=False)
    validation: Validation
    calibration: Calibration
    cut_offs: CutOffs
    selection: Selection
    model: Boosted
    pd_held: np.ndarray = field(repr=False)


def split(sample: Sample, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows that are known to training, and those held out, both in order."""
    known, held = train_test_split(
        np.arange(len(sample.y)), test_size=HOLD_OUT, stratify=sample.y, random_state=seed
    )
    return np.sort(known), np.sort(held)


def choose(sample: Sample, options: Options, progress: Step) -> Choices:
    """Cross-validate, calibrate, choose cut-offs and features, and fit, all on known rows."""
    known, held = split(sample, options.seed)
    y, recipe, seed = sample.y[known], options.recipe, options.seed
    found = validation.cross_validate(
        sample,
        known,
        recipe,
        seed=seed,
        progress=lambda done, of: progress("Cross-validating", done, of),
    )
    calibrated = calibration.fit(found.raw, y)  # the one that ships may learn from every fold
    progress("Fitting on the known rows", 0, 1)
    design, selection = recipe.choose(sample, known, seed)
    model = options.fit(design, known, y, seed)
    progress("Fitting on the known rows", 1, 1)
    return Choices(
        known=known,
        held=held,
        validation=found,
        calibration=calibrated,
        cut_offs=cost.choose_cut_offs(found.pd, y, seed=seed),
        selection=selection,
        model=model,
        pd_held=calibrated(model(held)),
    )
