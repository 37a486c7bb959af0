"""What about an applicant led to a score.

A reason must say which thing weighed (12 CFR 1002.9(b)(2)): not "your loan", but its amount, its
length or its cost. The sentences name the factor and, since a model may weigh it either way, not
the direction, as the commentary to that rule allows ("length of residence" rather than "too short
a period of residence"). That something happened is said only where it did.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from applications.letters.cause_words import CAUSES, LEFT_OUT, Cause, Event, Fact
from ml.concepts import Concept


def sentence_of(concept: Concept, feature: str, value: Any) -> tuple[str, str]:
    """Return the code of a reason and its sentence, in the active language.

    Parameters
    ----------
    value : float, str or None
        What the model saw of the feature; None where it was not known.

    Returns
    -------
    tuple of str
        Empty where the feature is never a reason, or its value is none.
    """
    found = cause_of(concept, feature)
    if found is None:
        return "", ""
    code, cause = found
    sentence = _said(cause, value)
    return (f"{concept}.{code}", sentence) if sentence else ("", "")


@cache
def cause_of(concept: Concept, feature: str) -> tuple[str, Cause] | None:
    """Return the code and the cause behind a feature; None for what is never a reason."""
    if is_left_out(feature):
        return None
    causes = CAUSES.get(concept, {}).items()
    return next((found for found in causes if re.fullmatch(found[1].features, feature)), None)


def is_left_out(feature: str) -> bool:
    """Whether a feature is never given as a reason, on purpose."""
    return any(pattern.fullmatch(feature) for pattern in LEFT_OUT.values())


def _said(cause: Cause, value: Any) -> str:
    if value is None:
        return str(cause.unknown) if isinstance(cause, Fact) else ""
    if isinstance(cause, Event) and float(value) <= 0:
        return ""
    return str(cause.sentence)
