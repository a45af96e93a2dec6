"""Where a file of bills stands while it is read: RECADO_HOME/billing, for its owner alone; removed once it is read."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from recado.batches.uploads import keep_as, private_folder, upload_in


def folder() -> Path:
    """The folder of all files of bills, made when it is not there."""
    return private_folder("billing")


def new_upload() -> IO[bytes]:
    """A named file to write an upload to, mode 0600; its closing removes it unless `keep` was called."""
    return upload_in(folder())


def path_of(file_id: int) -> Path:
    """Where the file of this number stands."""
    return folder() / f"{file_id}.csv"


def keep(upload: Path, file_id: int) -> None:
    """Make the finished `upload` the file of this number."""
    keep_as(upload, path_of(file_id))


def forget(file_id: int) -> None:
    """Remove the file of this number."""
    path_of(file_id).unlink(missing_ok=True)
