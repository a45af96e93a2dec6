"""Files that people give: in a folder of the data folder, for its owner alone, and never copied once they are there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings


def private_folder(name: str) -> Path:
    """The folder `name` of the data folder, mode 0700, made when it is not there."""
    path = Path(settings.RECADO_HOME) / name
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def upload_in(folder: Path) -> IO[bytes]:
    """A named file to write an upload to, mode 0600; its closing removes it, unless `keep_as` gave it another name."""
    return tempfile.NamedTemporaryFile(prefix="upload-", dir=folder)


def keep_as(upload: Path, path: Path) -> None:
    """Make the finished `upload` the file at `path`; the same disk, so that nothing is copied."""
    path.unlink(missing_ok=True)
    os.link(upload, path)
