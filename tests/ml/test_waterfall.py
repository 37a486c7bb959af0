"""From the average score to this one, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ml.calibration import Calibration
from ml.waterfall import raw_score, waterfall

EVEN = Calibration(raw=(-4.0, 4.0), log_odds=(-4.0, 4.0))
BENT = Calibration(raw=(-4.0, -2.0, 1.0), log_odds=(-5.0, -2.5, 0.5))
PARTS = [("scores", 1.0), ("work", -0.5), ("age", 0.25), ("region", -0.25)]


def pd(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def test_the_steps_lead_from_the_average_to_the_score() -> None:
    way = waterfall(EVEN, -3.0, PARTS, shown=4, rest="rest")
    assert way.base_pd == pytest.approx(pd(-3))
    assert [(s.key, s.start, s.end) for s in way.steps] == [
        ("scores", -3.0, -2.0),
        ("work", -2.0, -2.5),
        ("age", -2.5, -2.25),
        ("region", -2.25, -2.5),
    ]
    assert [s.pd for s in way.steps] == pytest.approx([pd(-2), pd(-2.5), pd(-2.25), pd(-2.5)])


def test_what_is_not_shown_is_one_step() -> None:
    way = waterfall(EVEN, -3.0, PARTS, shown=1, rest="rest")
    assert [(s.key, s.end) for s in way.steps] == [("scores", -2.0), ("rest", -2.5)]


@pytest.mark.parametrize("shown", [0, 1, 2, 4, 9])
def test_it_ends_at_the_calibrated_score_however_many_are_shown(shown: int) -> None:
    way = waterfall(BENT, -3.0, PARTS, shown=shown, rest="rest")
    raw = -3.0 + sum(part for _, part in PARTS)
    assert way.steps[-1].end == pytest.approx(raw)
    assert way.steps[-1].pd == pytest.approx(float(BENT(np.array([raw]))[0]))
    starts = [way.base, *(s.end for s in way.steps[:-1])]
    assert [s.start for s in way.steps] == pytest.approx(starts)


def test_without_reasons_the_average_stays() -> None:
    way = waterfall(EVEN, -3.0, [], shown=4, rest="rest")
    assert way.steps == []
    assert way.ticks


@pytest.mark.parametrize("probability", [0.0001, 0.02, 0.08, 0.3, 0.9, 0.9999])
def test_the_raw_score_of_a_pd_is_calibrated_to_it(probability: float) -> None:
    found = raw_score(BENT, probability)
    assert float(BENT(np.array([found]))[0]) == pytest.approx(probability)


def test_the_axis_reaches_past_both_ends() -> None:
    way = waterfall(BENT, -3.0, PARTS, shown=4, rest="rest")
    places = [x for _, x in way.ticks]
    edges = [way.base, *(s.end for s in way.steps)]
    assert places == sorted(places)
    assert places[0] <= min(edges)
    assert places[-1] >= max(edges)
    assert 3 <= len(places) <= 14


def test_a_short_way_has_a_finer_axis() -> None:
    way = waterfall(EVEN, -3.0, [("scores", 0.5)], shown=4, rest="rest")
    assert 0.06 in [probability for probability, _ in way.ticks]
