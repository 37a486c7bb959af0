"""The figures file: everything the generator knows about real clients, and no client.

It holds distributions (quantiles and shares), covariances, and the coefficients of the
risk model, as measured by `ml.synthesis.fit`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from ml.synthesis.copula import unpack
from ml.synthesis.normal import Floats

FILE: Final = Path(__file__).with_name("figures.json.gz")


@dataclass(frozen=True)
class Figures:
    """Figures by block of columns.

    `marginals` by block and driver; `clients` are the names of the latents drawn once per
    client, `rows` those drawn per row, by block; `joint` and `within` are packed
    covariances (see `ml.synthesis.copula`); `centres` and `spreads` standardise row latents
    by block, since clients with many rows weigh more in them; `risk` is the model behind TARGET.
    """

    marginals: Mapping[str, Any]
    clients: list[str]
    rows: Mapping[str, list[str]]
    joint: list[int]
    within: Mapping[str, list[int]]
    centres: Mapping[str, list[float]]
    spreads: Mapping[str, list[float]]
    risk: Mapping[str, Any]

    @cached_property
    def joint_matrix(self) -> Floats:
        """Covariance of the clients' latents, followed by the effects of each block."""
        size = len(self.clients) + sum(len(names) for names in self.rows.values())
        return unpack(self.joint, size)

    @cached_property
    def within_matrices(self) -> Mapping[str, Floats]:
        """Covariance of the rows' own parts, by block."""
        return {name: unpack(self.within[name], len(self.rows[name])) for name in self.rows}

    def save(self, path: Path) -> None:
        """Write the figures as JSON, compressed where the name ends in `.gz`."""
        text = json.dumps(vars_without_caches(self), separators=(",", ":"), sort_keys=True)
        data = text.encode()
        # mtime=0: the same figures give the same bytes.
        path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)

    @classmethod
    def load(cls, path: Path = FILE) -> Figures:
        """Read figures that `save` wrote."""
        data = path.read_bytes()
        return cls(**json.loads(gzip.decompress(data) if path.suffix == ".gz" else data))


def vars_without_caches(figures: Figures) -> dict[str, Any]:
    """Return the fields of `figures` without what was derived from them."""
    return {name: getattr(figures, name) for name in Figures.__dataclass_fields__}


@lru_cache(maxsize=1)
def shipped() -> Figures:
    """Return the figures that come with the package, read once."""
    return Figures.load()
