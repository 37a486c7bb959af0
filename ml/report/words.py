"""Numbers, groups and reasons in words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

ATTRIBUTES = {
    "CODE_GENDER": "Gender",
    "NAME_FAMILY_STATUS": "Family status",
    "age_band": "Age",
}
_LEVELS = {("CODE_GENDER", "F"): "Women", ("CODE_GENDER", "M"): "Men"}
_TIERS = {
    "form": "The form alone",
    "bureau": "Form and credit bureau",
    "previous": "Form and earlier dealings with us",
    "all": "Form, bureau and earlier dealings",
}


def tier(name: str) -> str:
    """What is on file about an applicant."""
    return _TIERS.get(name, name)


def level(attribute: str, name: str) -> str:
    """A group of applicants."""
    return _LEVELS.get((attribute, name), name)


def share(value: float, digits: int = 1) -> str:
    """A share or a probability.

    >>> share(0.0915)
    '9.2%'
    """
    return f"{value:.{digits}%}"


def figure(value: float, digits: int = 3) -> str:
    """A figure without unit."""
    return f"{value:.{digits}f}"


def signed(value: float, digits: int = 4) -> str:
    """A difference, with its sign.

    >>> signed(-0.00123)
    '−0.0012'
    """
    return f"{value:+.{digits}f}".replace("-", "−")


def interval(bounds: Sequence[float], digits: int = 3) -> str:
    """A 95 % interval.

    >>> interval([0.7, 0.8])
    '0.700 to 0.800'
    """
    low, high = bounds
    return f"{figure(low, digits)} to {figure(high, digits)}"


def listed(parts: Sequence[str]) -> str:
    """Parts of a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def wrapped(label: str, width: int = 40) -> str:
    """A long label over several lines."""
    return fill(label, width)
