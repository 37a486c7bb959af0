"""How columns move together: latent normals of clients, and of rows within clients.

Every driver has a latent standard normal. For an application it is drawn once per client;
for a row of an auxiliary table it is the sum of an effect of the client (which moves with
the application's latents) and of a part of its own:

    row latent = effect of the client + part of the row,   variance B + W = 1

All of it is estimated by moments of normal scores s, whose variance v is below one for
discrete columns: a covariance of two scores is, to first order, the latent covariance times
v₁ v₂. B comes from pairs of rows of one client, the rest from rows as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ml.synthesis.normal import Floats

Ints = npt.NDArray[np.int64]

_SMALLEST_EFFECT = 0.02
"""Variance floor of a client's effect: below it a correlation would be mostly noise."""
_MOST = 0.98


def joint_covariance(
    clients: Mapping[str, Floats], blocks: Mapping[str, tuple[Mapping[str, Floats], Ints]]
) -> tuple[Floats, dict[str, Floats]]:
    """Estimate the covariance of client latents and, by block, of rows within clients.

    Parameters
    ----------
    clients
        Normal scores of the application's drivers, each of shape (clients,), NaN if unknown.
    blocks
        By block: normal scores of its drivers, and the client's index of each row.

    Returns
    -------
    joint, within
        `joint` over the clients' latents followed by the effects of each block;
        `within` by block. All are positive semidefinite.
    """
    base = np.column_stack(list(clients.values()))
    totals: dict[str, Floats] = {}
    between: dict[str, Floats] = {}
    for name, (scores, owner) in blocks.items():
        rows = np.column_stack(list(scores.values()))
        totals[name] = _latent_covariance(rows, rows)
        between[name] = _pair_covariance(rows, owner)
        effect = np.clip(np.diag(between[name]), _SMALLEST_EFFECT, 0.95)
        np.fill_diagonal(between[name], effect)
    places = _places(base.shape[1], between)
    joint = _joint(base, blocks, between, places)
    within = {
        name: nearest_covariance(
            totals[name] - joint[place, place], 1.0 - np.diag(joint[place, place])
        )
        for name, place in places.items()
    }
    return joint, within


def nearest_covariance(matrix: Floats, variances: Floats) -> Floats:
    """Return a positive semidefinite matrix near `matrix` with the given variances.

    Examples
    --------
    >>> nearest_covariance(np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones(2)).round(2).tolist()
    [[1.0, 0.98], [0.98, 1.0]]
    """
    scale = np.sqrt(np.maximum(variances, 1e-9))
    correlation = np.clip(matrix / np.outer(scale, scale), -_MOST, _MOST)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2.0)
    fixed = (vectors * np.maximum(values, 1e-4)) @ vectors.T
    unit = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / np.outer(unit, unit) * np.outer(scale, scale), dtype=np.float64)


def normals(covariance: Floats, rows: int, noise: np.random.Generator) -> Floats:
    """Draw `rows` vectors of mean zero with the given covariance, shape (rows, drivers)."""
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(covariance)))
    return np.asarray(noise.standard_normal((rows, len(covariance))) @ root.T)


def _places(start: int, between: Mapping[str, Floats]) -> dict[str, slice]:
    places = {}
    for name, matrix in between.items():
        places[name] = slice(start, start + len(matrix))
        start += len(matrix)
    return places


def _joint(
    base: Floats,
    blocks: Mapping[str, tuple[Mapping[str, Floats], Ints]],
    between: Mapping[str, Floats],
    places: Mapping[str, slice],
) -> Floats:
    size = base.shape[1] + sum(len(x) for x in between.values())
    joint = np.zeros((size, size))
    head = slice(0, base.shape[1])
    joint[head, head] = _latent_covariance(base, base)
    means: dict[str, Floats] = {}
    spreads: dict[str, Floats] = {}
    for name, (scores, owner) in blocks.items():
        rows = np.column_stack(list(scores.values()))
        joint[places[name], places[name]] = between[name]
        cross = _latent_covariance(base[owner], rows)
        joint[head, places[name]], joint[places[name], head] = cross, cross.T
        means[name] = _client_means(rows, owner, len(base))
        spreads[name] = np.nanvar(rows, axis=0)
    for first, second in combinations(blocks, 2):
        # The rows' own parts are independent, so client means show the effects alone.
        cross = _latent_covariance(means[first], means[second], spreads[first], spreads[second])
        joint[places[first], places[second]] = cross
        joint[places[second], places[first]] = cross.T
    variances = np.concatenate([np.ones(base.shape[1]), *map(np.diag, between.values())])
    return nearest_covariance(joint, variances)


def _latent_covariance(
    left: Floats, right: Floats, v_left: Floats | None = None, v_right: Floats | None = None
) -> Floats:
    """Covariance of latents from scores, over the rows that know both."""
    known_left, known_right = ~np.isnan(left), ~np.isnan(right)
    a, b = np.where(known_left, left, 0.0), np.where(known_right, right, 0.0)
    x, y = known_left.astype(np.float64), known_right.astype(np.float64)
    count = np.maximum(x.T @ y, 1.0)
    product = (a.T @ b) / count - (a.T @ y) / count * ((x.T @ b) / count)
    # Shrunk where few rows know both: noise would else look like dependence.
    product *= count / (count + 50.0)
    v_left = np.nanvar(left, axis=0) if v_left is None else v_left
    v_right = np.nanvar(right, axis=0) if v_right is None else v_right
    return np.asarray(product / np.maximum(np.outer(v_left, v_right), 1e-3), dtype=np.float64)


def _pair_covariance(rows: Floats, owner: Ints) -> Floats:
    """Covariance of the latents of two different rows of one client."""
    filled = np.where(np.isnan(rows), 0.0, rows - np.nanmean(rows, axis=0))
    known = (~np.isnan(rows)).astype(np.float64)
    clients = int(owner.max()) + 1
    totals, counts = _sums(filled, owner, clients), _sums(known, owner, clients)
    # Each client weighs like its rows, not like the square of them.
    size = np.bincount(owner, minlength=clients)
    weight = 1.0 / np.maximum(size - 1, 1)
    pairs = (counts * weight[:, None]).T @ counts - (known * weight[owner, None]).T @ known
    cross = (totals * weight[:, None]).T @ totals - (filled * weight[owner, None]).T @ filled
    spread = np.nanvar(rows, axis=0)
    scaled = cross / np.maximum(pairs, 1.0) * (pairs / (pairs + 50.0))
    return np.asarray(scaled / np.maximum(np.outer(spread, spread), 1e-3), dtype=np.float64)


def _sums(rows: Floats, owner: Ints, clients: int) -> Floats:
    return np.column_stack(
        [np.bincount(owner, weights=column, minlength=clients) for column in rows.T]
    )


def _client_means(rows: Floats, owner: Ints, clients: int) -> Floats:
    known = (~np.isnan(rows)).astype(np.float64)
    total = _sums(np.where(np.isnan(rows), 0.0, rows), owner, clients)
    count = _sums(known, owner, clients)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / np.where(count > 0, count, np.nan), dtype=np.float64)


def pack(matrix: Floats) -> list[int]:
    """Return the upper triangle in thousandths, to keep the figures file small.

    Examples
    --------
    >>> pack(np.array([[1.0, 0.25], [0.25, 1.0]]))
    [1000, 250, 1000]
    """
    return [round(float(x) * 1000) for x in matrix[np.triu_indices(len(matrix))]]


def unpack(thousandths: Sequence[int], size: int) -> Floats:
    """Return the symmetric matrix that `pack` stored, repaired after its rounding."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = np.asarray(thousandths) / 1000.0
    matrix = matrix + np.triu(matrix, 1).T
    return nearest_covariance(matrix, np.diag(matrix))
