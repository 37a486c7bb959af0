"""Model bundles in this process: each loaded once, the champion followed when it changes."""

from __future__ import annotations

import threading
from pathlib import Path

from ml.bundle import Bundle, BundleError
from monitoring.prepared import Prepared
from scoring.exceptions import NoChampion
from scoring.models import ModelVersion

_CHAMPION = Prepared(lambda: ModelVersion.objects.champions().order_by().values_list("sha256"))
_MOST = 4  # bundles in memory
_lock = threading.Lock()
_loaded: dict[str, Bundle] = {}


def champion() -> Bundle:
    """Return the bundle that scores now. One query; files are read at the first call only.

    Raises
    ------
    NoChampion
        If none was activated yet, or its files are damaged.
    """
    row = _CHAMPION.first()
    if row is None:
        raise NoChampion(
            "No model is active. Train one with `python -m ml train`, then register it with "
            "`manage.py register_model`."
        )
    return _loaded.get(row[0]) or load(_registered(row[0]))


def by_sha256(sha256: str) -> Bundle:
    """Return the bundle that once scored, to explain what it said. No query once it is loaded."""
    return _loaded.get(sha256) or load(_registered(sha256))


def of_any_time(sha256: str) -> Bundle:
    """The same, read anew where it was made for other features than today's."""
    version = _registered(sha256)
    try:
        return load(version)
    except NoChampion:
        return _anew(version)


def load(version: ModelVersion) -> Bundle:
    """Return the loaded bundle of `version`, verified by its hashes."""
    try:
        with _lock:  # two first requests must not read the same files twice
            if version.sha256 not in _loaded:
                if len(_loaded) == _MOST:
                    _loaded.pop(next(iter(_loaded)))
                _loaded[version.sha256] = _read(version.path, version.sha256, Bundle)
            return _loaded[version.sha256]
    except BundleError as error:
        raise NoChampion(str(error)) from error


def from_disk(sha256: str) -> Bundle:
    """Return the bundle that once scored, its files read and verified anew.

    One made for other features than today's is loaded too: it cannot score anybody, but can
    repeat what it said of a stored feature vector.

    Raises
    ------
    NoChampion
        If it is not registered here, or its files are gone or damaged.
    """
    return _anew(_registered(sha256))


def _registered(sha256: str) -> ModelVersion:
    version = ModelVersion.objects.without_figures().filter(sha256=sha256).first()
    if version is None:
        raise NoChampion(f"The model {sha256[:12]} is not registered here.")
    return version


def _anew(version: ModelVersion) -> Bundle:
    try:
        return _read(version.path, version.sha256, _OfAnyLayout)
    except BundleError as error:
        raise NoChampion(str(error)) from error


class _OfAnyLayout(Bundle):
    """A bundle that may have been made for other features than today's."""

    def _check(self) -> None:
        """Files and hashes are verified all the same."""


def forget() -> None:
    """Drop what was loaded, so that files are read and verified again."""
    _loaded.clear()


def _read(path: Path, sha256: str, kind: type[Bundle]) -> Bundle:
    bundle = kind.load(path)
    if bundle.sha256 != sha256:
        raise BundleError(
            f"The bundle in {path.name} is not the one that was registered "
            f"({bundle.sha256[:12]} instead of {sha256[:12]})."
        )
    return bundle
