"""The gauge and the bars over time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.gauge import gauge
from applications.querysets import DayOfDecisions
from applications.summary import number
from applications.templatetags.desk import percent
from applications.timeline import volume

shares = st.floats(0, 1)


@given(pd=shares, cut_offs=st.tuples(shares, shares).map(sorted))
def test_the_needle_always_fits(pd: float, cut_offs: list[float]) -> None:
    refer, decline = cut_offs
    if decline == 0:
        decline = 0.5
    drawn = gauge(pd=pd, refer_from=refer, decline_from=decline)

    assert pd <= drawn.highest <= 1
    assert all("nan" not in zone.path for zone in drawn.zones)
    assert all(0 <= tick.pd <= drawn.highest for tick in drawn.ticks)


def test_equal_cut_offs_leave_no_room_for_referrals() -> None:
    drawn = gauge(pd=0.05, refer_from=0.1, decline_from=0.1)

    assert [zone.outcome for zone in drawn.zones] == ["approve", "decline"]
    assert len(drawn.ticks) == 1


@pytest.mark.parametrize(("days", "unit"), [(0, "day"), (62, "day"), (63, "week"), (400, "month")])
def test_bars_stay_readable_and_count_everything(days: int, unit: str) -> None:
    first = date(2023, 1, 31)
    rows: list[DayOfDecisions] = [
        {"day": first, "outcome": "approve", "decisions": 3},
        {"day": first + timedelta(days=days), "outcome": "refer", "decisions": 2},
    ]
    chart = volume(rows)

    assert chart.data["unit"] == unit
    assert len(chart.rows) <= 63
    assert [sum(trace["y"]) for trace in chart.data["traces"]] == [3, 2, 0]


def test_no_decisions_no_bars() -> None:
    assert volume([]).rows == []


@pytest.mark.parametrize(
    ("value", "written"),
    [(450000.0, "450,000"), (24700.5, "24,700.50"), (0.6668, "0.667"), (0, "0"), (9.999, "10.00")],
)
def test_numbers_are_written_briefly(value: float, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0666, "6.7\u00a0%"), (0.05, "5.0\u00a0%"), (1, "100.0\u00a0%"), (None, "–")],
)
def test_probabilities_are_rounded(share: float | None, written: str) -> None:
    assert percent(share) == written
