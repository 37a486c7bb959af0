"""Rows of many sequences at once."""

from __future__ import annotations

import numpy as np

from ml.synthesis.marginals import Ints


def ranges(lengths: Ints) -> tuple[Ints, Ints]:
    """Return, for sequences of these lengths laid end to end, each row's sequence and place.

    Examples
    --------
    >>> owner, place = ranges(np.array([2, 0, 3]))
    >>> owner.tolist(), place.tolist()
    ([0, 0, 2, 2, 2], [0, 1, 0, 1, 2])
    """
    owner = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - np.repeat(starts, lengths)
