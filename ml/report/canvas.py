"""Drawing: one look for all plots, and bytes that depend on nothing but what is drawn."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ml.report.findings import Findings

BLUE, ORANGE, GREY, INK = "#1f6fb2", "#d9652b", "#8a94a3", "#1d2733"
OUTCOMES = {"repaid": BLUE, "defaulted": ORANGE}
DECISIONS = {"approve": "#2e7d5b", "refer": "#e0a030", "decline": "#b5403c"}
SAMPLES = {"Hold-out": BLUE, "Out of fold": GREY}

_DPI = 160
_COLOURS = 256
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e8ee",
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 2,
}


class Drawn(NamedTuple):
    """A figure, and what it shows in a sentence with its numbers."""

    figure: Figure
    alt: str


class Drawing(NamedTuple):
    """A plot to be drawn."""

    name: str
    title: str
    draw: Callable[[], Drawn]


@dataclass(frozen=True)
class Plot:
    """A drawn plot.

    Attributes
    ----------
    png : bytes
    width, height : int
        In CSS pixels, half as many as the image has.
    """

    name: str
    title: str
    alt: str
    png: bytes
    width: int
    height: int


def drawing(
    name: str,
    title: str,
    draw: Callable[[Axes, Findings], str],
    findings: Findings,
    size: tuple[float, float] = (8, 4.6),
) -> Drawing:
    """A plot on one pair of axes; `draw` returns what it shows."""

    def drawn() -> Drawn:
        figure = Figure(figsize=size, layout="constrained")
        alt = draw(figure.subplots(), findings)
        return Drawn(figure, alt)

    return Drawing(name, title, drawn)


def render(drawing: Drawing) -> Plot:
    """Draw a plot as PNG."""
    mpl.use("Agg")  # shap draws through pyplot, which would look for a screen
    with style.context(["default", _STYLE]), _fixed_randomness(), _quiet():
        figure, alt = drawing.draw()
        image = _image(figure)
        plt.close(figure)
    return Plot(drawing.name, drawing.title, alt, _png(image), image.width // 2, image.height // 2)


def _image(figure: Figure) -> Image.Image:
    """The drawn figure; one that was not laid out is cut to what is on it."""
    buffer = BytesIO()
    tight = None if figure.get_layout_engine() else "tight"
    fast = {"compress_level": 0}  # read back at once
    figure.savefig(
        buffer, format="png", dpi=_DPI, bbox_inches=tight, pad_inches=0.12, pil_kwargs=fast
    )
    return Image.open(buffer).convert("RGB")


def _png(image: Image.Image) -> bytes:
    """A palette of 256 colours makes the file a third as large, and no eye sees it."""
    buffer = BytesIO()
    few = image.quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(buffer, format="png")
    return buffer.getvalue()


@contextmanager
def _fixed_randomness() -> Iterator[None]:
    """Seed numpy's global generator, from which shap draws its jitter, and set it back."""
    state = np.random.get_state()
    np.random.seed(0)
    try:
        yield
    finally:
        np.random.set_state(state)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep quiet about what shap still asks of matplotlib, and about columns it finds empty."""
    with warnings.catch_warnings():
        for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", category)
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
