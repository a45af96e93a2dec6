"""Where a batch's file stands: in the data folder, for its owner alone, until nobody needs it.

    RECADO_HOME/batches/         0700
        upload-*                 on its way from a browser; what a dead process left is removed after a day
        17.source                what batch 17 was given, byte for byte
        17.csv                   the same as a table that can be read from any place: a workbook, or RAs, written out

Both leave with the last state in which the batch may still be read again; the rows, with the batch's last SMS and
`KEPT_AFTER_END` (`tidying`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from recado.batches.uploads import keep_as, private_folder, upload_in

_PIECE = 1024 * 1024


def folder() -> Path:
    """The folder of all batches' files, made when it is not there."""
    return private_folder("batches")


def new_upload() -> IO[bytes]:
    """A named file to write an upload to, mode 0600; `keep` gives it to a batch, else its closing removes it."""
    return upload_in(folder())


def keep(upload: Path, batch_id: int) -> Path:
    """Make the finished `upload` the batch's source."""
    path = source_of(batch_id)
    keep_as(upload, path)
    return path


def source_of(batch_id: int) -> Path:
    """What the batch was given."""
    return folder() / f"{batch_id}.source"


def table_of(batch_id: int) -> Path:
    """What is read row by row: the source itself, or the table made of it."""
    made = made_table(batch_id)
    return made if made.exists() else source_of(batch_id)


def made_table(batch_id: int) -> Path:
    """Where a table that is made of a source goes."""
    return folder() / f"{batch_id}.csv"


def forget(batch_id: int) -> None:
    """Remove all files of the batch."""
    for path in (source_of(batch_id), made_table(batch_id), made_table(batch_id).with_suffix(".draft")):
        path.unlink(missing_ok=True)


def fingerprint(path: Path) -> str:
    """SHA-256 of the content, hexadecimal: the same file under another name is the same."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
