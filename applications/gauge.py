"""The geometry of the PD gauge: a half circle with the cut-offs, drawn without styles."""

from __future__ import annotations

import math
from dataclasses import dataclass

_RADIUS = 100.0
_CENTRE = (120.0, 116.0)


@dataclass(frozen=True)
class Zone:
    """A stretch of the gauge between two probabilities."""

    outcome: str
    path: str


@dataclass(frozen=True)
class Tick:
    """A cut-off on the gauge: a short line, and where its label goes."""

    pd: float
    x1: float
    y1: float
    x2: float
    y2: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Gauge:
    zones: list[Zone]
    ticks: list[Tick]
    needle: str
    highest: float


def gauge(*, pd: float, refer_from: float, decline_from: float) -> Gauge:
    """Lay out a gauge on which the cut-offs stand well apart and the PD always fits."""
    highest = min(1.0, max(2.5 * decline_from, 1.1 * pd))
    bounds = (0.0, min(refer_from, highest), min(decline_from, highest), highest)
    zones = [
        Zone(outcome, _arc(low / highest, high / highest))
        for outcome, low, high in zip(
            ("approve", "refer", "decline"), bounds[:-1], bounds[1:], strict=True
        )
        if high > low
    ]
    ticks = [_tick(pd, pd / highest) for pd in sorted({refer_from, decline_from}) if pd <= highest]
    return Gauge(zones=zones, ticks=ticks, needle=_needle(pd / highest), highest=highest)


def _point(share: float, radius: float) -> tuple[float, float]:
    """Where a share of the half circle lies, from the left (0) over the top to the right (1)."""
    angle = math.pi * (1 - share)
    return (
        round(_CENTRE[0] + radius * math.cos(angle), 2),
        round(_CENTRE[1] - radius * math.sin(angle), 2),
    )


def _arc(low: float, high: float) -> str:
    (x1, y1), (x2, y2) = _point(low, _RADIUS - 8), _point(high, _RADIUS - 8)
    return f"M{x1} {y1} A{_RADIUS - 8} {_RADIUS - 8} 0 0 1 {x2} {y2}"


def _tick(pd: float, share: float) -> Tick:
    (x1, y1), (x2, y2) = _point(share, _RADIUS - 18), _point(share, _RADIUS + 3)
    label_x, label_y = _point(share, _RADIUS + 7)
    anchor = "end" if share < 0.45 else "start" if share > 0.55 else "middle"
    return Tick(pd, x1, y1, x2, y2, label_x, label_y, anchor)


def _needle(share: float) -> str:
    """A slim triangle from beside the centre to the arc."""
    tip = _point(share, _RADIUS - 22)
    angle = math.pi * (1 - share)
    dx, dy = 4 * math.sin(angle), 4 * math.cos(angle)
    left = (round(_CENTRE[0] - dx, 2), round(_CENTRE[1] - dy, 2))
    right = (round(_CENTRE[0] + dx, 2), round(_CENTRE[1] + dy, 2))
    return f"{left[0]},{left[1]} {tip[0]},{tip[1]} {right[0]},{right[1]}"
