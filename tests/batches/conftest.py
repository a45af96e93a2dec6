"""No file of one test in another's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recado.batches.storage import folder


@pytest.fixture(autouse=True)
def empty_folder() -> Iterator[None]:
    yield
    for path in folder().iterdir():
        path.unlink()
