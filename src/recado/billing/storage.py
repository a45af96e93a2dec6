"""Where a file of bills stands while it is read: RECADO_HOME/billing, for its owner alone; removed once it is read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings


def folder() -> Path:
    """The folder, mode 0700, made when it is not there."""
    path = Path(settings.RECADO_HOME) / "billing"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def new_upload() -> IO[bytes]:
    """A named file to write an upload to, mode 0600; its closing removes it unless `keep` was called."""
    return tempfile.NamedTemporaryFile(prefix="upload-", dir=folder())


def path_of(file_id: int) -> Path:
    """Where the file of this number stands."""
    return folder() / f"{file_id}.csv"


def keep(upload: Path, file_id: int) -> None:
    """Make the finished `upload` the file of this number; the same disk, so that nothing is copied."""
    path_of(file_id).unlink(missing_ok=True)
    os.link(upload, path_of(file_id))


def forget(file_id: int) -> None:
    """Remove the file of this number."""
    path_of(file_id).unlink(missing_ok=True)
