"""Where attachments lie: files that a crash does not take."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class DurableStorage(FileSystemStorage):
    """A file is on disk, and so is its name in the folder, when `save` returns."""

    def _save(self, name: str, content: File[bytes]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # missing in the stubs
        path = Path(self.path(saved))
        for place in (path, path.parent, path.parent.parent):
            _sync(place)
        return saved


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
