"""A message bus of the test's own, and a BlueZ on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.links.fake_bluez import FakeBlueZ, PrivateBus


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PrivateBus]:
    if not PrivateBus.available():
        pytest.skip("needs dbus-daemon (apt install dbus)")
    bus = PrivateBus(tmp_path)
    bus.start()
    yield bus
    bus.stop()


@pytest.fixture
def bluez(bus: PrivateBus) -> Iterator[FakeBlueZ]:
    bluez = FakeBlueZ(bus.address)
    bluez.start()
    yield bluez
    bluez.close()
