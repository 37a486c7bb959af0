"""What the model card states beside the figures: for whom, with what, and how fairly it works.

Everything here looks at scores of rows that the scoring model has not learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from ml import cost, fitting, metrics, validation
from ml.bundle import encode
from ml.choosing import Choices, Options
from ml.fairness import AGES, DAYS_A_YEAR, age_labels, impact_ratios
from ml.features import FEATURES, matrix
from ml.progress import Step
from ml.sample import Sample
from ml.tables import Tables
from ml.validation import Fold, Recipe, Validation

Predict = Callable[[pl.DataFrame], np.ndarray]
Figures = dict[str, Any]

REPEATS = 4  # further seeds that the cross-validation is repeated with

TIERS = ("form", "bureau", "previous", "all")
# What the model is allowed to see, tier by tier.
_SEEN: dict[str, tuple[str, ...]] = {
    "form": (),
    "bureau": ("bureau", "bureau_balance"),
    "previous": ("bureau", "bureau_balance", "previous_application"),
}
_SHARES = (0.25, 0.5, 0.75, 1.0)


def gather(
    *, tables: Tables, sample: Sample, choices: Choices, options: Options, progress: Step
) -> Figures:
    """Everything the model card states, as the manifest holds it under `metrics`.

    The hold-out is looked at here and nowhere before.
    """
    cut_off, seed = choices.cut_offs.cost_optimal, options.seed
    known, held, pd_held = choices.known, choices.held, choices.pd_held
    referred = (pd_held >= choices.cut_offs.refer_from) & (pd_held < choices.cut_offs.decline_from)
    rows, pd = np.append(known, held), np.append(choices.validation.pd, pd_held)
    model = choices.model

    def predict(frame: pl.DataFrame) -> np.ndarray:
        X = encode(frame, model.design.features)
        return choices.calibration(fitting.raw_scores(model.booster, [X]))

    progress("Gathering figures", 0, 1)
    figures: Figures = {
        "out_of_fold": metrics.evaluate(choices.validation.pd, sample.y[known], cut_off, seed=seed),
        "hold_out": metrics.evaluate(pd_held, sample.y[held], cut_off, seed=seed),
        "referred_share": float(referred.mean()),
        "trees": model.rounds,
        "tiers": tiers(sample, rows, pd, cut_off, seed=seed),
        "withheld": withheld(tables, sample, (held, pd_held), predict, cut_off, seed=seed),
        "fairness": fairness(sample, rows, pd, cut_off),
        "selection": selected(choices),
    }
    progress("Gathering figures", 1, 1)
    return figures if options.quick else figures | _studies(sample, choices, options, progress)


def _studies(sample: Sample, choices: Choices, options: Options, progress: Step) -> Figures:
    """What takes several more cross-validations."""
    known, recipe, seed = choices.known, options.recipe, options.seed
    repeats = REPEATS if len(known) < fitting.MANY_ROWS else 0
    kept = choices.selection.kept
    seeds = [_repeat(seed, choices.validation, sample, kept)]
    for k in range(repeats):
        progress("Repeating with other seeds", k, repeats)
        again = validation.cross_validate(sample, known, recipe, seed=seed + k + 1)
        seeds.append(_repeat(seed + k + 1, again, sample, kept))
    progress("Repeating with other seeds", repeats, repeats)
    curve = []
    for point in learning_curve(sample, known, recipe, seed=seed):
        curve.append(point)
        progress("Learning from fewer rows", len(curve), len(_SHARES))
    progress("Weighing protected attributes", 0, 1)
    price = protected(sample, choices.validation, recipe, seed=seed)
    progress("Weighing protected attributes", 1, 1)
    return {"seeds": seeds, "learning_curve": curve, "protected": price}


def selected(choices: Choices) -> Figures:
    """What became of every candidate, and in how many folds the kept ones were kept."""
    kept, dropped = choices.selection.kept, choices.selection.dropped
    times = _times_kept(choices.validation, kept)
    return {
        "candidates": len(kept) + len(dropped),
        "kept": len(kept),
        "kept_in_folds": dict(zip(kept, times, strict=True)),
        "dropped": [{"feature": name, "reason": why} for name, why in dropped.items()],
    }


def _repeat(seed: int, found: Validation, sample: Sample, kept: Sequence[str]) -> Figures:
    """Figures of a cross-validation, and which part of the kept features most folds kept."""
    return {
        "seed": seed,
        **found.figures(sample),
        "kept_again": float(np.mean([2 * n > len(found.folds) for n in _times_kept(found, kept)])),
    }


def _times_kept(found: Validation, names: Sequence[str]) -> list[int]:
    folds = [set(fold.selection.kept) for fold in found.folds]
    return [sum(name in fold for fold in folds) for name in names]


def tiers(
    sample: Sample, rows: np.ndarray, pd: np.ndarray, cut_off: float, *, seed: int
) -> list[Figures]:
    """Figures by what is on file about an applicant.

    "form": nothing; "bureau": loans with other lenders; "previous": earlier applications with
    us; "all": both.
    """
    bureau, previous = (
        ~np.isnan(sample.column(name)[rows]) for name in ("BUREAU_COUNT", "PREV_COUNT")
    )
    masks = (~bureau & ~previous, bureau & ~previous, ~bureau & previous, bureau & previous)
    return [
        _tier(tier, pd[mask], sample.y[rows][mask], cut_off, seed)
        for tier, mask in zip(TIERS, masks, strict=True)
    ]


def withheld(
    tables: Tables,
    sample: Sample,
    scored: tuple[np.ndarray, np.ndarray],
    predict: Predict,
    cut_off: float,
    *,
    seed: int,
) -> list[Figures]:
    """Figures for the same applicants when tables are withheld from the model.

    `scored` are their rows, and their probabilities of default with nothing withheld.
    """
    rows, pd = scored
    applications = tables.frames["application_train"].sort("SK_ID_CURR")
    held = applications.with_row_index().filter(pl.col("index").is_in(rows.tolist())).drop("index")
    found = {"all": pd}
    for tier, seen in _SEEN.items():
        frames = {name: tables.frames[name] for name in seen if name in tables.frames}
        found[tier] = predict(matrix(frames, held))
    return [_tier(tier, found[tier], sample.y[rows], cut_off, seed) for tier in TIERS]


def learning_curve(
    sample: Sample, rows: np.ndarray, recipe: Recipe, *, seed: int
) -> Iterator[dict[str, float]]:
    """Figures by number of rows learned from: how much more data would still bring.

    Each fold is scored by models made from growing parts of the other folds.
    """
    splits = list(fitting.splits(sample.y[rows], validation.FOLDS, seed))
    if len(rows) >= fitting.MANY_ROWS:
        splits = splits[:1]
    order = np.random.default_rng(seed)
    shuffled = [(rows[order.permutation(known)], rows[scored]) for known, scored in splits]
    scored = np.concatenate([held for _, held in shuffled])
    for share in _SHARES:

        def one(split: fitting.Split, share: float = share) -> np.ndarray:
            part = np.sort(split[0][: round(share * len(split[0]))])
            design, _ = recipe.choose(sample, part, seed)
            return recipe.fit(design, part, sample.y[part], seed)(split[1])

        raw = np.concatenate(list(fitting.side_by_side(one, shuffled, len(rows))))
        yield {
            "rows": round(share * len(shuffled[0][0])),
            "auc": metrics.auc(raw, sample.y[scored]),
            "cost_per_applicant": float(cost.curve(raw, sample.y[scored]).costs.min()),
        }


def protected(sample: Sample, found: Validation, recipe: Recipe, *, seed: int) -> Figures:
    """What leaving protected attributes out costs, on the same folds, in AUC and money.

    Returns
    -------
    dict
        `included` in the model or not; `features`; for `auc` and `cost_per_applicant` the
        figure `without` and `with` them and the interval of the difference.
    """
    names = [name for name, feature in FEATURES.items() if feature.protected]

    def others(fold: Fold) -> list[str]:
        kept = fold.selection.kept
        return [n for n in kept if n not in names] if recipe.protected else [*kept, *names]

    other = validation.refit(sample, found, recipe.fit, others, seed=seed)
    without, with_ = (other, found.raw) if recipe.protected else (found.raw, other)
    y = sample.y[found.rows]
    figures: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "auc": metrics.auc,
        "cost_per_applicant": lambda raw, target: float(cost.curve(raw, target).costs.min()),
    }
    compared = {
        name: {
            "without": figure(without, y),
            "with": figure(with_, y),
            "difference_interval": metrics.difference_interval(
                figure, (without, with_), y, seed=seed
            ),
        }
        for name, figure in figures.items()
    }
    return {"included": recipe.protected, "features": names} | compared


def fairness(sample: Sample, rows: np.ndarray, pd: np.ndarray, cut_off: float) -> list[Figures]:
    """Approval and errors by gender, family status and age band at a cut-off.

    `four_fifths` is the approved share over that of the best-approved level of the attribute
    with at least 100 applicants (29 CFR 1607.4 D calls below 4/5 evidence of adverse impact).
    """
    found = []
    for attribute, levels in _attributes(sample, rows).items():
        parts: list[Figures] = [
            {"attribute": attribute, "level": level}
            | _of_level(pd[at], sample.y[rows][at], cut_off)
            for level, at in _levels(levels)
        ]
        shares = [part["approved_share"] for part in parts]
        ratios = impact_ratios(shares, [part["applicants"] for part in parts])
        found += [part | {"four_fifths": r} for part, r in zip(parts, ratios, strict=True)]
    return found


def _attributes(sample: Sample, rows: np.ndarray) -> dict[str, pl.Series]:
    context = sample.context[rows]
    years = -context["DAYS_BIRTH"] / DAYS_A_YEAR
    labels = age_labels()
    bands = [labels[band] for band in np.digitize(years, AGES)]
    return {
        "CODE_GENDER": context["CODE_GENDER"],
        "NAME_FAMILY_STATUS": context["NAME_FAMILY_STATUS"],
        "age_band": pl.Series("age_band", bands),
    }


def _levels(values: pl.Series) -> Iterator[tuple[str, np.ndarray]]:
    for level in values.drop_nulls().unique().sort():
        yield level, (values == level).fill_null(value=False).to_numpy()


def _of_level(pd: np.ndarray, y: np.ndarray, cut_off: float) -> Figures:
    approved, bad = pd < cut_off, y == 1
    return {
        "applicants": len(pd),
        "default_rate": float(bad.mean()),
        "mean_pd": float(pd.mean()),
        "approved_share": float(approved.mean()),
        "good_refused_share": _share(~approved[~bad]),
        "defaulters_approved_share": _share(approved[bad]),
    }


def _share(flags: np.ndarray) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _tier(tier: str, pd: np.ndarray, y: np.ndarray, cut_off: float, seed: int) -> Figures:
    """Figures of some applicants; ranking only where both outcomes are frequent enough."""
    result: Figures = {
        "tier": tier,
        "applicants": len(y),
        "defaults": int(y.sum()),
        "auc": None,
        "auc_interval": None,
        "cost_per_applicant": None,
        "cost_per_applicant_interval": None,
    }
    if len(y):
        figures = metrics.evaluate(pd, y, cut_off, seed=seed)
        wanted = ["cost_per_applicant", "cost_per_applicant_interval"]
        if 0 < y.sum() < len(y):
            wanted += ["auc", "auc_interval"]
        result |= {name: figures[name] for name in wanted}
    return result
