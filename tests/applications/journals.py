"""The journal in tests whose applications come from factories, which write no entries.

Nor did any model score their predictions.
"""

from __future__ import annotations

from applications import verifying
from applications.verifying import Fault, What


def edited() -> list[Fault]:
    """What was changed after it was written down."""
    found = verifying.everything().faults
    return [fault for fault in found if fault.what not in {What.UNRECORDED, What.UNACTIVATED}]
