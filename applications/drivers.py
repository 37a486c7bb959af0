"""The facts behind a reason, beside what they typically are for past loans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications import facts
from applications.summary import percentage
from ml.typical import Half, Typical
from ml.units import Unit
from scoring.context import Past

_NEARLY_NONE = 0.02
_LEADING = 0.25  # of the weight of the strongest; weaker facts do not stand for a reason


@dataclass(frozen=True)
class Strip:
    """Where the middle half of some loans lies among all past loans, from 0 to 100."""

    start: float
    width: float
    median: float


@dataclass(frozen=True)
class Scale:
    """What stands under the strips: the ends of the scale, its middle, and this applicant."""

    lowest: str
    middle: str
    highest: str
    place: float
    words: str


@dataclass(frozen=True)
class Comparison:
    """How a value compares with repaid loans and with those that were not.

    Attributes
    ----------
    tells : bool
        Whether the value, as it is shown, differs from what is typical.
    """

    words: str
    tells: bool
    halves: str = ""
    repaid: Strip | None = None
    defaulted: Strip | None = None
    scale: Scale | None = None


def compared(reason: Mapping[str, Any], past: Past | None) -> list[dict[str, Any]]:
    """Return a reason's facts with their comparison, one that tells something first."""
    drivers = [
        {**driver, "comparison": _comparison(driver, past) if past else None}
        for driver in reason["drivers"]
    ]
    if not drivers:
        return []
    strongest = max(abs(driver["contribution"]) for driver in drivers)
    may_lead = [driver for driver in drivers if _may_lead(driver, reason, strongest)]
    known = [driver for driver in may_lead if driver["value"] is not None]
    lead = next(iter(known or may_lead or drivers))
    return [lead, *(driver for driver in drivers if driver is not lead)]


def _may_lead(driver: Mapping[str, Any], reason: Mapping[str, Any], strongest: float) -> bool:
    """Whether a fact speaks as its reason does, weighs enough, and visibly differs."""
    weight, comparison = driver["contribution"], driver["comparison"]
    return (
        (weight > 0) == (reason["contribution"] > 0)
        and abs(weight) >= _LEADING * strongest
        and (comparison is None or comparison.tells)
    )


def _comparison(driver: Mapping[str, Any], past: Past) -> Comparison | None:
    typical = past.typical(driver["feature"])
    if typical is None:
        return None
    value, unit = driver["value"], Unit(driver["unit"])
    if value is None:
        return _unknown(typical.repaid.unknown, typical.defaulted.unknown)
    if isinstance(value, str) or unit is Unit.YES_NO:
        return _shared(
            _("The same for %(repaid)s of repaid loans and %(defaulted)s of those not repaid."),
            typical.repaid.shares.get(value, 0.0),
            typical.defaulted.shares.get(value, 0.0),
        )
    if typical.repaid.half is None or typical.defaulted.half is None:
        return None
    return _numbers(float(value), unit, typical, typical.repaid.half, typical.defaulted.half)


def _unknown(repaid: float, defaulted: float) -> Comparison:
    if max(repaid, defaulted) < _NEARLY_NONE:
        return Comparison(_("Known for nearly all past loans."), tells=True)
    return _shared(
        _("Not known for %(repaid)s of repaid loans and %(defaulted)s of those not repaid."),
        repaid,
        defaulted,
    )


def _shared(words: str, repaid: float, defaulted: float) -> Comparison:
    shares = {"repaid": percentage(repaid, 0), "defaulted": percentage(defaulted, 0)}
    return Comparison(words % shares, tells=shares["repaid"] != shares["defaulted"])


def _numbers(
    value: float, unit: Unit, typical: Typical, repaid: Half, defaulted: Half
) -> Comparison:
    shown = facts.written(value, unit)
    usual = {
        "repaid": facts.written(repaid.median, unit),
        "defaulted": facts.written(defaulted.median, unit),
    }
    return Comparison(
        words=_usual(shown, usual["repaid"], usual["defaulted"]) % usual,
        tells=shown not in usual.values(),
        halves=_(
            "The middle half lies between %(repaid_low)s and %(repaid_high)s when repaid, and "
            "between %(low)s and %(high)s when not."
        )
        % {
            "repaid_low": facts.written(repaid.low, unit),
            "repaid_high": facts.written(repaid.high, unit),
            "low": facts.written(defaulted.low, unit),
            "high": facts.written(defaulted.high, unit),
        },
        repaid=_strip(repaid, typical),
        defaulted=_strip(defaulted, typical),
        scale=_scale(value, unit, typical),
    )


def _usual(shown: str, repaid: str, defaulted: str) -> str:
    """What is typical; a value is not repeated as if it were another."""
    if shown == repaid == defaulted:
        return _("Typical whether repaid or not: it counts together with other facts.")
    if repaid == defaulted:
        return _("Typical whether repaid or not: %(repaid)s.")
    if shown == repaid:
        return _("Typical when repaid, too; when not: %(defaulted)s.")
    if shown == defaulted:
        return _("Typical when not repaid, too; when repaid: %(repaid)s.")
    return _("Typical when repaid: %(repaid)s; when not: %(defaulted)s.")


def _strip(half: Half, typical: Typical) -> Strip:
    low, median, high = (_place(edge, typical) for edge in (half.low, half.median, half.high))
    return Strip(low, max(round(high - low, 1), 1.0), median)


def _scale(value: float, unit: Unit, typical: Typical) -> Scale:
    lowest, middle, highest = (
        facts.written(typical.scale[percent], unit) for percent in (0, 50, 100)
    )
    place = _place(value, typical)
    words = _(
        "On the scale of all past loans, from %(lowest)s over %(middle)s in the middle to "
        "%(highest)s, this applicant stands at %(place)d of 100."
    ) % {"place": round(place), "lowest": lowest, "middle": middle, "highest": highest}
    return Scale(lowest, middle, highest, place, words)


def _place(value: float, typical: Typical) -> float:
    return round(100 * typical.place(value), 1)
