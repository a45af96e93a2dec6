"""obexd, the half of BlueZ that speaks OBEX, on a message bus of Recado's own: one for all phones of the process.

obexd lives on a session bus, and a server has none. The keeper starts both when they are first wanted, and again after
they were lost; they end with this process, however it ends (`obex_keeper`).
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from select import select

from dbus_fast import Message

from recado.links.bluetooth import obex_keeper
from recado.links.bluetooth.bus import Bus, BusRefusal

SERVICE = "org.bluez.obex"
NO_OBEXD = "recado.NoObexd"
NO_DBUS_DAEMON = "recado.NoDbusDaemon"
NO_START = "recado.NoStart"

_OBEXD_PLACES = ("/usr/libexec/bluetooth/obexd", "/usr/lib/bluetooth/obexd", "/usr/libexec/obexd")
_START_TIMEOUT = 10.0
_NAME_TIMEOUT = 10.0
_EACH = 0.05


@dataclass(frozen=True, slots=True)
class Programs:
    """The two programs; None where this machine has not got them."""

    dbus_daemon: str | None
    obexd: str | None

    @classmethod
    def of_this_machine(cls) -> Programs:
        """Look for them where distributions put them."""
        places = (place for place in _OBEXD_PLACES if Path(place).exists())
        return cls(shutil.which("dbus-daemon"), next(places, None) or shutil.which("obexd"))


class Obex:
    """obexd and its bus. `ready` first, then `bus.call(SERVICE, …)`; everything but `close` runs in the bus's loop."""

    def __init__(self, programs: Programs | None = None) -> None:
        self.bus = Bus(self._address)
        self._programs = programs
        self._keeper: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._starts = 0
        self._listening = ""
        self._watchers: dict[str, Callable[[Message], None]] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where messages may lie while obexd reads or writes them: nobody else can look in."""
        if self._folder is None:
            raise BusRefusal(NO_START)
        return self._folder / "messages"

    async def ready(self) -> str:
        """Have obexd on the bus; give a name for it that no later obexd has. Raises `BusRefusal`."""
        limit, starts = time.monotonic() + _NAME_TIMEOUT, self._starts
        while True:
            try:
                owner = await self.bus.owner(SERVICE)
                if owner != self._listening:
                    await self.bus.listen(f"type='signal',sender='{SERVICE}'", self._heed)
                    self._listening = owner
                return owner
            except BusRefusal as refusal:
                if refusal.name in (NO_OBEXD, NO_DBUS_DAEMON, NO_START):
                    raise
                # An obexd that ends at once takes its bus along.
                if time.monotonic() >= limit or self._starts > starts + 1:
                    raise BusRefusal(NO_START, refusal.text) from refusal
            await asyncio.sleep(_EACH)

    def watch(self, session: str, heed: Callable[[Message], None]) -> None:
        """Have `heed` called with every signal about the object `session` and those under it."""
        self._watchers[session] = heed

    def unwatch(self, session: str) -> None:
        """Undo `watch`."""
        self._watchers.pop(session, None)

    def close(self) -> None:
        """End obexd and its bus."""
        self.bus.close()
        with self._lock:
            self._end()

    def _heed(self, message: Message) -> None:
        """Objects that come and go are told of at the root, their changes at their own path."""
        told_of = message.body[0] if message.path == "/" and message.body else message.path
        for session, heed in list(self._watchers.items()):
            if isinstance(told_of, str) and (told_of == session or told_of.startswith(f"{session}/")):
                heed(message)

    def _address(self) -> str:
        """The bus's address: a new bus where the last one is gone. Waits for it in the bus's own thread."""
        with self._lock:
            self._end()
            programs = self._programs or Programs.of_this_machine()
            if programs.obexd is None:
                raise BusRefusal(NO_OBEXD)
            if programs.dbus_daemon is None:
                raise BusRefusal(NO_DBUS_DAEMON)
            # A session of its own: a Ctrl-C at the terminal must not take the phone away from the last send.
            self._keeper = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", obex_keeper.__file__, programs.dbus_daemon, programs.obexd],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._starts += 1
            told = json.loads(_first_line(self._keeper) or "{}")
            if "address" not in told:
                self._end()
                raise BusRefusal(NO_START)
            self._folder = Path(told["folder"])
            return str(told["address"])

    def _end(self) -> None:
        """Close the keeper's input: it ends the rest."""
        keeper, self._keeper, self._folder = self._keeper, None, None
        if keeper is None:
            return
        for pipe in (keeper.stdin, keeper.stdout):
            if pipe is not None:
                pipe.close()
        try:
            keeper.wait(_START_TIMEOUT)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()


def _first_line(keeper: subprocess.Popen[bytes]) -> bytes:
    if keeper.stdout is None or not select([keeper.stdout], [], [], _START_TIMEOUT)[0]:
        return b""
    return keeper.stdout.readline()
