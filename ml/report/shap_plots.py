"""SHAP plots: what moved the scores, over all applicants and in typical cases.

The values are LightGBM's own (`pred_contrib`), which is what shap's TreeExplainer returns for
its boosters. They are on the raw-score scale: log-odds of default before calibration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import shap
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from ml.decision import Outcome
from ml.report.canvas import BLUE, DECISIONS, INK, Drawing, Drawn
from ml.report.findings import Findings
from ml.report.groups import thinned
from ml.report.interactions import interactions
from ml.report.words import figure, listed, share, signed, wrapped

_TOP = 16  # features in a plot of the strongest
_COMPARED = 8  # features in a plot of several groups
_DEPENDENCE = 4
_PARTNERS = 30  # strongest features, among which the colour of a dependence plot is chosen
_LINES = 60  # applicants in the decision plot: more are a tangle
_COLUMNS = 500  # applicants in the heatmap
_PAIRED = 8  # features whose pairs are looked at
_UNKNOWN = "not known"
_FONT = 10.0
_X_LABEL = "SHAP value: log-odds of default added"
_STRENGTH = "Mean absolute SHAP value (log-odds)"


def drawings(findings: Findings) -> tuple[Drawing, ...]:
    """Every plot of this kind."""
    if not len(findings.explained):
        return ()
    explained = Explained(findings)
    plots: list[tuple[str, str, Callable[[Explained], Drawn]]] = [
        ("bar", "What moves scores most", _bar),
        ("beeswarm", "How values move scores", _beeswarm),
        ("concepts", "What moves scores most, by concept", _concepts),
        ("cohorts", "What moves scores, by recommendation", _cohorts),
    ]
    for rank, column in enumerate(explained.order[:_DEPENDENCE], start=1):
        title = f"Dependence: {findings.labels[column]}"
        plots.append((f"dependence_{rank}", title, partial(_dependence, column=int(column))))
    for outcome, row in explained.typical.items():
        title = f"A typical case to {outcome.value}"
        plots.append((f"case_{outcome.value}", title, partial(_case, outcome=outcome, row=row)))
    plots += [
        ("decision", "Ways to a score", _decision),
        ("heatmap", "Applicants side by side", _heatmap),
        ("interactions", "Which features act together", _interactions),
    ]
    return tuple(
        Drawing(f"shap_{name}", title, partial(draw, explained)) for name, title, draw in plots
    )


@dataclass(frozen=True)
class Explained:
    """Rows with their SHAP values."""

    findings: Findings

    @cached_property
    def contributions(self) -> np.ndarray:
        """Shape (n, n_features + 1); the base value comes last."""
        threads = self.findings.manifest["training"]["parameters"].get("num_threads", 1)
        values = self.findings.booster.predict(
            self.findings.explained, pred_contrib=True, num_threads=threads
        )
        return np.asarray(values, dtype=np.float64)

    @property
    def values(self) -> np.ndarray:
        """SHAP values, shape (n, n_features)."""
        return self.contributions[:, :-1]

    @property
    def base(self) -> float:
        """The score from which contributions are counted."""
        return float(self.contributions[0, -1])

    @cached_property
    def pd(self) -> np.ndarray:
        """Calibrated probabilities of default, shape (n,)."""
        return self.findings.calibrated(self.contributions.sum(axis=1))

    @cached_property
    def strength(self) -> np.ndarray:
        """Mean absolute SHAP value of each feature."""
        return np.asarray(np.abs(self.values).mean(axis=0))

    @cached_property
    def order(self) -> np.ndarray:
        """Columns by falling strength."""
        return np.argsort(-self.strength, kind="stable")

    @cached_property
    def labels(self) -> list[str]:
        """Labels broken into lines."""
        return [wrapped(label) for label in self.findings.labels]

    @cached_property
    def outcomes(self) -> np.ndarray:
        """What is recommended for each row."""
        return np.array([self.findings.cut_offs.decide(pd) for pd in self.pd])

    @cached_property
    def typical(self) -> dict[Outcome, int]:
        """For each recommendation that occurs, the row nearest to the median PD of its rows."""
        found = {}
        for outcome in Outcome:
            rows = np.flatnonzero(self.outcomes == outcome)
            if len(rows):
                distance = np.abs(self.pd[rows] - np.median(self.pd[rows]))
                found[outcome] = int(rows[np.argmin(distance)])
        return found

    @cached_property
    def data(self) -> np.ndarray:
        """What the model saw, with a code of its own for a level that is not known."""
        data = self.findings.explained.astype(np.float64)
        for j, feature in enumerate(self.findings.features):
            if feature.levels is not None:
                data[np.isnan(data[:, j]), j] = len(feature.levels)
        return data

    @cached_property
    def by_concept(self) -> tuple[list[str], np.ndarray]:
        """Names of the concepts, and their features' SHAP values added up, shape (n, k)."""
        columns = self.findings.of_concept()
        values = [self.values[:, js].sum(axis=1) for js in columns.values()]
        return [concept.label for concept in columns], np.column_stack(values)

    def strongest(self, count: int, rows: np.ndarray | slice = slice(None)) -> shap.Explanation:
        """The strongest features as shap's plots take them."""
        top = self.order[:count]
        values = self.values[rows][:, top]
        return shap.Explanation(
            values=values,
            base_values=np.full(len(values), self.base),
            data=self.data[rows][:, top],
            feature_names=[self.labels[j] for j in top],
        )

    def column(self, j: int) -> shap.Explanation:
        """One feature as shap's plots take it, levels as text."""
        levels = self.findings.features[j].levels
        shown = None
        if levels is not None:
            names = np.array([*levels, _UNKNOWN], dtype=object)
            shown = names[self.data[:, j].astype(int)]
        data = self.data[:, j]
        if levels is None and np.any(data % 1 > 0):
            data = data + 1e-7  # shap takes a number between two whole ones for a level
        return shap.Explanation(
            values=self.values[:, j],
            base_values=np.full(len(self.values), self.base),
            data=data,
            display_data=shown,
            feature_names=self.labels[j],
        )

    def shown(self, row: int) -> list[str]:
        """The values of a row as text."""
        values = zip(self.findings.features, self.findings.explained[row], strict=True)
        return [_text(feature.value(float(number))) for feature, number in values]


def _text(value: float | str | None) -> str:
    if value is None:
        return _UNKNOWN
    if isinstance(value, str):
        return value
    text = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    return text.replace("-", "−")


def _bar(explained: Explained) -> Drawn:
    shap.plots.bar(explained.strongest(_TOP), max_display=_TOP, show=False)
    part = explained.strength[explained.order[:_TOP]].sum() / max(explained.strength.sum(), 1e-12)
    alt = (
        f"Mean absolute SHAP value. Strongest: {_strongest(explained)}. The features shown hold "
        f"{share(part)} of the sum over all features."
    )
    return _finished(alt, _STRENGTH)


def _beeswarm(explained: Explained) -> Drawn:
    plt.figure()
    shap.plots.beeswarm(explained.strongest(_TOP), max_display=_TOP, show=False, plot_size=(9, 8.5))
    alt = (
        f"SHAP values of {len(explained.values):,} applicants, a dot each, coloured by the "
        f"feature's value. Strongest on average: {_strongest(explained)}. {_risen(explained)}"
    )
    return _finished(alt, _X_LABEL)


def _strongest(explained: Explained) -> str:
    labels = explained.findings.labels
    return listed([f"{labels[j]} ({figure(explained.strength[j])})" for j in explained.order[:3]])


def _risen(explained: Explained) -> str:
    """What high and low values of the strongest numeric feature do."""
    features = explained.findings.features
    numeric = [int(j) for j in explained.order if features[j].levels is None]
    return _ends(explained, numeric[0]) if numeric else ""


def _ends(explained: Explained, column: int) -> str:
    """The mean SHAP value of a number's lowest and highest tenth."""
    values, data = explained.values[:, column], explained.data[:, column]
    label = explained.findings.labels[column]
    if np.isnan(data).all():
        return f"{label} is never known."
    low, high = np.nanquantile(data, [0.1, 0.9])
    return (
        f"{label}: the lowest tenth of values adds {signed(values[data <= low].mean(), 3)} on "
        f"average, the highest tenth {signed(values[data >= high].mean(), 3)}."
    )


def _concepts(explained: Explained) -> Drawn:
    names, values = explained.by_concept
    shap.plots.bar(
        shap.Explanation(values=values, feature_names=names), max_display=len(names), show=False
    )
    strength = np.abs(values).mean(axis=0)
    top = np.argsort(-strength, kind="stable")[:3]
    told = listed([f"{names[i]} ({figure(strength[i])})" for i in top])
    return _finished(
        f"Mean absolute SHAP value of each concept's features together. Strongest: {told}.",
        _STRENGTH,
    )


def _cohorts(explained: Explained) -> Drawn:
    rows = {outcome: np.flatnonzero(explained.outcomes == outcome) for outcome in explained.typical}
    cohorts = {
        f"To {outcome.value}": explained.strongest(_COMPARED, found)
        for outcome, found in rows.items()
    }
    shap.plots.bar(cohorts, max_display=_COMPARED, show=False)
    axes = plt.gca()
    for bars, outcome in zip(axes.containers, rows, strict=False):
        for bar in bars:
            bar.set_facecolor(DECISIONS[outcome.value])
    for text in axes.texts:
        text.set_color(INK)
    axes.legend(loc="lower right", fontsize=10)
    first = explained.order[0]
    told = listed(
        [
            f"{figure(np.abs(explained.values[found, first]).mean())} where the recommendation "
            f"is to {outcome.value}"
            for outcome, found in rows.items()
        ]
    )
    return _finished(
        f"Mean absolute SHAP value by recommendation. {explained.findings.labels[first]}: {told}.",
        _STRENGTH,
    )


def _dependence(explained: Explained, *, column: int) -> Drawn:
    partner = _partner(explained, column)
    colour = BLUE if partner is None else explained.column(partner)
    _, axes = plt.subplots(figsize=(8, 5))
    shap.plots.scatter(
        explained.column(column), color=colour, ax=axes, show=False, dot_size=12, alpha=0.8
    )
    axes.grid(visible=False)
    axes.set_ylabel(_X_LABEL)
    for each in plt.gcf().axes[1:]:  # the colour bar, and the histogram's axis without ticks
        each.set_ylabel(each.get_ylabel().replace("\n", " "), labelpad=8)
        if partner is not None:
            each.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    labels = explained.findings.labels
    if explained.findings.features[column].levels is None:
        told = _ends(explained, column)
    else:
        told = _levels(explained, column)
    if partner is not None:
        told += f" Coloured by {labels[partner]}, which seems to act together with it most."
    return _finished(f"SHAP value over the feature's value. {told}", labels[column])


def _partner(explained: Explained, column: int) -> int | None:
    """The number that seems to interact most with a feature, among the strongest."""
    features = explained.findings.features
    candidates = [
        int(j)
        for j in explained.order[:_PARTNERS]
        if j != column and features[j].levels is None and np.nanstd(explained.data[:, j]) > 0
    ]
    if not candidates:
        return None
    columns = [column, *candidates]
    ranked = shap.utils.approximate_interactions(
        0, explained.values[:, columns], explained.data[:, columns]
    )
    return columns[next(int(i) for i in ranked if i != 0)]


def _levels(explained: Explained, column: int) -> str:
    """The levels of the highest and the lowest mean SHAP value."""
    levels = (*(explained.findings.features[column].levels or ()), _UNKNOWN)
    codes, values = explained.data[:, column].astype(int), explained.values[:, column]
    means = {code: float(values[codes == code].mean()) for code in np.unique(codes)}
    high, low = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    return (
        f"{explained.findings.labels[column]}: {levels[high]} adds most "
        f"({signed(means[high], 3)} on average), {levels[low]} least ({signed(means[low], 3)})."
    )


def _case(explained: Explained, *, outcome: Outcome, row: int) -> Drawn:
    values, shown = explained.values[row], explained.shown(row)
    plt.figure()
    shap.plots.waterfall(
        shap.Explanation(
            values=values,
            base_values=explained.base,
            data=np.array(shown, dtype=object),
            feature_names=explained.labels,
        ),
        max_display=11,
        show=False,
    )
    for axes in plt.gcf().axes:
        axes.grid(visible=False)
    strong = np.argsort(-np.abs(values), kind="stable")[:3]
    labels = explained.findings.labels
    told = listed([f"{labels[j]} = {shown[j]} ({signed(values[j], 2)})" for j in strong])
    return _finished(
        f"The applicant nearest to the median of those to {outcome.value}: probability of "
        f"default {share(explained.pd[row])}. From a base score of {signed(explained.base, 2)}, "
        f"contributions lead to {signed(explained.base + values.sum(), 2)}; the strongest are "
        f"{told}."
    )


def _decision(explained: Explained) -> Drawn:
    typical = list(explained.typical.values())
    rows = np.unique([*_spread(explained, _LINES), *typical])
    names, values = explained.by_concept
    plt.figure()
    shap.plots.decision(
        explained.base,
        values[rows],
        feature_names=names,
        feature_display_range=slice(-1, -len(names) - 1, -1),
        highlight=np.flatnonzero(np.isin(rows, typical)),
        alpha=0.65,
        ignore_warnings=True,
        show=False,
    )
    scores = explained.base + explained.values[rows].sum(axis=1)
    return _finished(
        f"Decision plot of {len(rows)} applicants by concept. All lines start at the base score "
        f"of {signed(explained.base, 2)} and end between {signed(scores.min(), 2)} and "
        f"{signed(scores.max(), 2)}; the typical cases are drawn thick and dashed.",
        "Raw score (log-odds of default)",
    )


def _heatmap(explained: Explained) -> Drawn:
    rows = _spread(explained, _COLUMNS)
    names, values = explained.by_concept
    axes = shap.plots.heatmap(
        shap.Explanation(
            values=values[rows],
            base_values=np.full(len(rows), explained.base),
            feature_names=names,
        ),
        instance_order=np.arange(len(rows)),
        max_display=len(names),
        plot_width=9,
        show=False,
    )
    axes.grid(visible=False)
    return _finished(
        f"SHAP values by concept of {len(rows)} applicants side by side, from the safest "
        f"({share(explained.pd[rows[0]])}) to the riskiest ({share(explained.pd[rows[-1]])}): "
        "blue lowers the score and red raises it.",
        "Applicants, by rising score",
        axes=axes,
    )


def _spread(explained: Explained, count: int) -> np.ndarray:
    """So many rows, evenly over the scores, by rising score."""
    order = np.argsort(explained.values.sum(axis=1), kind="stable")
    return np.asarray(order[thinned(len(order), count)])


def _interactions(explained: Explained) -> Drawn:
    columns = explained.order[:_PAIRED]
    strength = interactions(explained.findings.booster, explained.findings.explained, columns)
    labels = [explained.findings.labels[j] for j in columns]
    figure_, axes = plt.subplots(figsize=(9, 7.4))
    lower = np.where(np.tri(len(columns), k=-1, dtype=bool), strength, np.nan)[1:, :-1]
    top = max(np.nanmax(lower, initial=0), 0.01)
    image = axes.imshow(lower, cmap="Blues", vmin=0, vmax=top)
    dark = top * 0.75
    for (i, j), value in np.ndenumerate(lower):
        if j <= i:
            colour = "white" if value > dark else INK
            axes.text(j, i, figure(value), ha="center", va="center", fontsize=9, color=colour)
    wrapped_labels = [wrapped(label, 26) for label in labels]
    axes.set_xticks(range(len(columns) - 1), wrapped_labels[:-1], rotation=90, fontsize=8.5)
    axes.set_yticks(range(len(columns) - 1), wrapped_labels[1:], fontsize=8.5)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    bar = figure_.colorbar(image, ax=axes, shrink=0.6, label="Interaction (log-odds)")
    bar.outline.set_visible(False)
    return _finished(_pairs(strength, labels))


def _pairs(strength: np.ndarray, labels: list[str]) -> str:
    pairs = [(i, j) for i in range(len(labels)) for j in range(i)]
    pairs.sort(key=lambda pair: -strength[pair])
    told = [f"{labels[j]} with {labels[i]} ({figure(strength[i, j])})" for i, j in pairs[:3]]
    if not told:
        return "A single feature has no partner."
    if not strength.any():
        return "No two of the strongest features act together: the model adds up single features."
    return f"Strength of pairwise interactions of the strongest features; first: {listed(told)}."


def _finished(alt: str, x_label: str | None = None, axes: Axes | None = None) -> Drawn:
    """The current figure, its text made smaller: shap's is meant for short names."""
    current = plt.gcf()
    for each in current.axes:
        each.yaxis.label.set_fontsize(_FONT)
        for text in (*each.get_yticklabels(), *each.texts):
            text.set_fontsize(min(text.get_fontsize(), _FONT))
            text.set_multialignment("right")
    if x_label is not None:
        (axes or current.axes[0]).set_xlabel(wrapped(x_label, 80), fontsize=_FONT)
    return Drawn(current, alt)
