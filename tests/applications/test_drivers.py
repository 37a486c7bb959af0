"""A reason's facts beside what is typical: which leads, what is said, and on which scale."""

from __future__ import annotations

from typing import Any

import pytest

from applications.drivers import Comparison, compared
from ml.typical import Group, Half, Typical

SCALE = tuple(float(percent) / 10 for percent in range(101))  # 0 to 10, half below 5


class _Past:
    """Past loans of which only typical values are asked."""

    def __init__(self, **typical: Typical) -> None:
        self._typical = typical

    def typical(self, feature: str) -> Typical | None:
        return self._typical.get(feature)


def _numbers(repaid: float, defaulted: float) -> Typical:
    def group(median: float) -> Group:
        return Group(Half(median - 1, median, median + 1), {}, 0.1)

    return Typical(group(repaid), group(defaulted), SCALE)


def _driver(feature: str, value: Any, contribution: float, unit: str = "points") -> dict[str, Any]:
    return {"feature": feature, "value": value, "contribution": contribution, "unit": unit}


def _compared(*drivers: dict[str, Any], contribution: float = 1.0, **typical: Typical) -> Any:
    return compared({"contribution": contribution, "drivers": list(drivers)}, _Past(**typical))  # type: ignore[arg-type]  # all that is asked of it


def _only(value: Any, typical: Typical, unit: str = "points") -> Comparison:
    (driver,) = _compared(_driver("one", value, 1.0, unit), one=typical)
    comparison: Comparison = driver["comparison"]
    return comparison


def test_a_value_as_typical_does_not_lead() -> None:
    usual, unusual = _driver("usual", 2.001, 0.5), _driver("unusual", 7.0, 0.3)

    found = _compared(usual, unusual, usual=_numbers(2.0, 3.0), unusual=_numbers(2.0, 3.0))

    assert [driver["feature"] for driver in found] == ["unusual", "usual"]


@pytest.mark.parametrize(
    "other",
    [
        _driver("other", 7.0, 0.1),  # next to no weight
        _driver("other", 7.0, -0.4),  # speaks the other way
        _driver("other", 2.0, 0.4),  # as typical itself
    ],
)
def test_the_strongest_leads_where_no_other_may(other: dict[str, Any]) -> None:
    usual = _driver("usual", 2.0, 0.5)

    found = _compared(usual, other, usual=_numbers(2.0, 3.0), other=_numbers(2.0, 3.0))

    assert found[0]["feature"] == "usual"


def test_what_is_known_leads_before_what_is_not() -> None:
    unknown, known = _driver("unknown", None, 0.5), _driver("known", 7.0, 0.3)

    found = _compared(unknown, known, unknown=_numbers(2.0, 3.0), known=_numbers(2.0, 3.0))

    assert found[0]["feature"] == "known"


@pytest.mark.parametrize(
    ("value", "typical", "words", "tells"),
    [
        (7.0, _numbers(2.0, 3.0), "Typical when repaid: 2; when not: 3.", True),
        (7.0, _numbers(2.0, 2.0), "Typical whether repaid or not: 2.", True),
        (2.0, _numbers(2.0, 3.0), "Typical when repaid, too; when not: 3.", False),
        (3.0, _numbers(2.0, 3.0), "Typical when not repaid, too; when repaid: 2.", False),
        (
            2.0,
            _numbers(2.0, 2.0),
            "Typical whether repaid or not: it counts together with other facts.",
            False,
        ),
    ],
)
def test_no_value_is_told_twice(value: float, typical: Typical, words: str, tells: bool) -> None:
    comparison = _only(value, typical)

    assert (comparison.words, comparison.tells) == (words, tells)


def test_the_scale_has_ends_a_middle_and_words() -> None:
    scale = _only(7.0, _numbers(2.0, 3.0)).scale

    assert scale is not None
    assert (scale.lowest, scale.middle, scale.highest, scale.place) == ("0", "5", "10", 70.0)
    assert "from 0 over 5 in the middle to 10" in scale.words
    assert "stands at 70 of 100" in scale.words


def test_a_level_that_is_as_common_on_both_sides_tells_nothing() -> None:
    def group(share: float) -> Group:
        return Group(None, {"Working": share}, 0.0)

    same = _only("Working", Typical(group(0.5), group(0.501), ()))
    other = _only("Working", Typical(group(0.5), group(0.6), ()))

    assert (same.tells, other.tells) == (False, True)
    assert "50\u00a0% of repaid loans and 60\u00a0% of those not repaid" in other.words


def test_without_past_loans_nothing_is_compared() -> None:
    reason = {"contribution": 1.0, "drivers": [_driver("one", 1.0, 0.5)]}

    assert compared(reason, None)[0]["comparison"] is None
    assert compared({"contribution": 1.0, "drivers": []}, None) == []
