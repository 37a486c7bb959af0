"""Files of batches on disk: written in pieces, complete and durable before anything names them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from scoring.batches.exceptions import TooLarge, Unusable

INPUT = "input"  # the file as it was uploaded, in the directory of its batch
_PIECE = 1 << 20
_INCOMING = "incoming"
_FORGOTTEN_AFTER_S = 24 * 3600
_GRACE_S = 60


class Readable(Protocol):
    """What an upload is read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Upload:
    """A file that has arrived whole, and belongs to no batch yet."""

    path: Path
    size: int
    sha256: str

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def receive(stream: Readable) -> Upload:
    """Write a stream to disk in pieces.

    Raises
    ------
    TooLarge
        If there is more of it than this site takes; nothing is kept.
    Unusable
        If it breaks off; nothing is kept.
    """
    folder = Path(settings.BATCH_DIR) / _INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=folder)
    path, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(number, "wb") as target:
            for piece in _pieces(stream):
                size += len(piece)
                if size > settings.BATCH_MAX_BYTES:
                    raise TooLarge
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Upload(path, size, digest.hexdigest())


def keep(upload: Upload, directory: Path) -> Path:
    """Move an upload to the directory of its batch, to stay there after a loss of power."""
    directory.mkdir(parents=True)
    target = directory / INPUT
    upload.path.rename(target)
    for folder in (directory, directory.parent):
        _sync(folder)
    return target


def remove(directory: Path) -> None:
    """Remove the files of a batch."""
    shutil.rmtree(directory, ignore_errors=True)


def remove_unneeded(*, in_use: set[UUID]) -> None:
    """Remove the files of batches that are over, and of requests that died."""
    root = Path(settings.BATCH_DIR)
    long_ago = time.time() - _FORGOTTEN_AFTER_S
    kept = {str(pk) for pk in in_use}
    for directory in root.glob("*-*-*-*-*"):
        # A batch's row is written just after its file was moved here.
        if directory.name not in kept and directory.stat().st_mtime < time.time() - _GRACE_S:
            remove(directory)
    for path in (root / _INCOMING).glob("*"):
        if path.stat().st_mtime < long_ago:
            path.unlink(missing_ok=True)


def _pieces(stream: Readable) -> Iterator[bytes]:
    try:
        while piece := stream.read(_PIECE):
            yield piece
    except OSError as error:  # Django's UnreadablePostError among them
        raise Unusable(_("The upload broke off. Please send the file again.")) from error


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
