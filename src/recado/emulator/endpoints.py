"""Where the phone in software is plugged in: a pseudo-terminal behind a symbolic link, or a TCP port.

Both are non-blocking and are polled by the loop in `serve`. The pseudo-terminal keeps its own slave side open:
a client may then open and close the port as often as it likes, the line stays in raw mode and the loop is never
woken by a hang-up that is none. The cost: bytes written while nobody reads wait in the kernel for the next
client, as they do in many USB phones.
"""

from __future__ import annotations

import os
import select
import socket
import tty
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from recado.emulator.errors import EmulatorStartError, cause_of

_CHUNK: Final = 4096
# A real UART overruns too; what nobody reads must not fill the memory.
_MOST_PENDING: Final = 256 * 1024


class Pollable(Protocol):
    """Something the loop polls."""

    def interests(self) -> dict[int, int]:
        """Give the descriptors to poll, each with its `select.POLL…` mask."""

    def close(self) -> None:
        """Let go of every descriptor; safe to repeat."""


class Endpoint(Pollable, Protocol):
    """A line that can be plugged and unplugged."""

    link: str

    def open(self) -> None:
        """Plug in; nothing happens when already plugged. Raises `EmulatorStartError`."""

    def take(self, descriptor: int, events: int) -> bytes:
        """Give what arrived on a descriptor that poll reported; b"" when nothing did."""

    def write(self, data: bytes) -> None:
        """Write what the line takes now and keep the rest for later."""


class PtyEndpoint:
    """A raw pseudo-terminal; `path` is a symbolic link to it, replaced atomically, there only while plugged."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self.link = f"serial:{path}"
        self._master: int | None = None
        self._slave: int | None = None
        self._device = ""
        self._pending = bytearray()

    def open(self) -> None:
        """Open a new pseudo-terminal and point the link at it."""
        if self._master is not None:
            return
        if self.path.exists() and not self.path.is_symlink():
            raise EmulatorStartError(f"{self.path} já existe e não é um atalho: escolha outro caminho.")
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._device = os.ttyname(self._slave)
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self._device)
            fresh.replace(self.path)
        except OSError as error:
            self.close()
            raise EmulatorStartError(f"Não foi possível criar {self.path}: {cause_of(error)}.") from error

    def close(self) -> None:
        """Remove the link, if it is still ours, and hang up."""
        with suppress(OSError):
            if self._device and str(self.path.readlink()) == self._device:
                self.path.unlink()
        for descriptor in (self._slave, self._master):
            if descriptor is not None:
                os.close(descriptor)
        self._master = self._slave = None
        self._device = ""
        self._pending.clear()

    def interests(self) -> dict[int, int]:
        """Read always, write only while something waits."""
        if self._master is None:
            return {}
        return {self._master: select.POLLIN | (select.POLLOUT if self._pending else 0)}

    def take(self, descriptor: int, events: int) -> bytes:
        """Read what the client wrote; send on what waited."""
        if descriptor != self._master:
            return b""
        if events & select.POLLOUT:
            self._flush()
        if not events & select.POLLIN:
            return b""
        try:
            return os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Write to the client."""
        if self._master is None or not data or len(self._pending) + len(data) > _MOST_PENDING:
            return
        self._pending += data
        self._flush()

    def _flush(self) -> None:
        if self._master is None:
            return
        with suppress(BlockingIOError):
            while self._pending:
                del self._pending[: os.write(self._master, self._pending)]


class TcpEndpoint:
    """A TCP port that takes one client at a time; the next one is refused while the first stays.

    There is no password: bind it to a loopback address.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self.link = f"tcp:{host}:{port}"
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._pending = bytearray()

    def open(self) -> None:
        """Listen; port 0 takes a free one and keeps it from then on."""
        if self._listener is not None:
            return
        try:
            self._listener = socket.create_server(self._address)
        except OSError as error:
            raise EmulatorStartError(f"Não foi possível abrir {self.link}: {cause_of(error)}.") from error
        self._listener.setblocking(False)
        host, port = self._listener.getsockname()[:2]
        self._address = (host, port)
        self.link = f"tcp:{host}:{port}"

    def close(self) -> None:
        """Stop listening and hang up."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._hang_up()

    def interests(self) -> dict[int, int]:
        """Read always, write only while something waits."""
        if self._listener is None:
            return {}
        masks = {self._listener.fileno(): select.POLLIN}
        if self._client is not None:
            masks[self._client.fileno()] = select.POLLIN | (select.POLLOUT if self._pending else 0)
        return masks

    def take(self, descriptor: int, events: int) -> bytes:
        """Take a new client, or read what the client wrote."""
        if self._listener is not None and descriptor == self._listener.fileno():
            self._welcome(self._listener)
            return b""
        if self._client is None or descriptor != self._client.fileno():
            return b""
        if events & select.POLLOUT:
            self._flush()
        if not events & ~select.POLLOUT:
            return b""
        try:
            data = self._client.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> None:
        """Write to the client; without one the bytes are lost."""
        if self._client is None or not data or len(self._pending) + len(data) > _MOST_PENDING:
            return
        self._pending += data
        self._flush()

    def _welcome(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        if self._client is not None and not _left(self._client):
            client.close()
            return
        self._hang_up()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client

    def _flush(self) -> None:
        try:
            while self._client is not None and self._pending:
                del self._pending[: self._client.send(self._pending)]
        except BlockingIOError:
            return
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        self._pending.clear()


def _left(client: socket.socket) -> bool:
    """Tell whether a client closed its side: it may go unread behind the next one's arrival."""
    poll = select.poll()
    poll.register(client, select.POLLRDHUP)
    return bool(poll.poll(0))
