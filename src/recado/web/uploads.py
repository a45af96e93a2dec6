"""A large file from a browser: straight to the data folder, its size watched, nothing of it in memory.

Django would write it to the system's temporary folder first, under whatever rights that has. A file beyond the limit is
read to its end and thrown away, so that the browser hears the refusal: one that is cut off shows an error of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from recado.batches import storage

_MEGABYTE = 1024 * 1024


class StraightToFolder(FileUploadHandler):
    """Writes the field `field` to a file of `batches.storage`; other files of the form are not taken."""

    def __init__(self, field: str, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._field = field
        self._most = settings.RECADO_BATCH_MAX_MB * _MEGABYTE
        self._file: IO[bytes] | None = None
        self._written = 0
        self.is_too_large = False

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        """A file of the form begins."""
        super().new_file(field_name, *args, **kwargs)
        if field_name != self._field or self._file is not None:
            raise StopUpload(connection_reset=False)
        self._file = storage.new_upload()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of it."""
        self._written += len(raw_data)
        if self._written > self._most:
            self.is_too_large = True
            self.discard()
            raise StopUpload(connection_reset=False)
        if self._file is not None:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """The whole of it is here."""
        if self._file is None:
            return None
        self._file.flush()
        return UploadedFile(file=self._file, name=self.file_name, size=file_size)

    def discard(self) -> None:
        """Remove what was written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def path(self) -> Path | None:
        """Where the file stands until the request ends; None when there is none."""
        return Path(self._file.name) if self._file is not None else None
