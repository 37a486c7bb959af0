"""How much each column of an application matters to a model."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np

from ml.bundle import Bundle
from ml.features import FEATURES
from ml.schema import APPLICATION_TEST


def gain(bundle: Bundle) -> np.ndarray:
    """Share of what the model gained by each of its features, shape (n_features,)."""
    found = np.asarray(bundle.booster.feature_importance("gain"), dtype=np.float64)
    return found / max(float(found.sum()), 1e-12)


def of_columns(bundle: Bundle) -> dict[str, float]:
    """Share of the gain of the features that a raw application column takes part in.

    Shares overlap, since a feature may come from several columns; strongest first.
    """
    weights: dict[str, float] = defaultdict(float)
    for feature, share in zip(bundle.features, gain(bundle), strict=True):
        for column in {column for name in feature.needs for column in columns_of(name)}:
            weights[column] += float(share)
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


@cache
def columns_of(name: str) -> frozenset[str]:
    """Raw application columns that a feature is computed from; none for loan history.

    >>> sorted(columns_of("CREDIT_TO_INCOME"))
    ['AMT_CREDIT', 'AMT_INCOME_TOTAL']
    """
    feature = FEATURES[name]
    if feature.table not in {"application", "combined"}:
        return frozenset()
    found: set[str] = set()
    for root in feature.expr.meta.root_names():
        if root in FEATURES and root != name:
            found |= columns_of(root)
        elif root in APPLICATION_TEST.columns:
            found.add(root)
    return frozenset(found)
