"""Reading and writing a file descriptor with time limits: what a serial line and a socket have in common.

The bytes go straight to the descriptor, past the serial library's own read and write, because those log what
they carry: numbers and texts of customers.
"""

import math
import os
import select
import time

from recado.modem.errors import LinkDown

_CHUNK = 4096
_WRITE_LIMIT = 10.0
"""Seconds. A PDU takes 0.4 s even at 9600 bit/s: a line that takes nothing for longer is stuck."""

_GONE = "A ligação com o aparelho caiu ({name})."
_STUCK = "O aparelho deixou de receber dados ({name})."
_STUCK_ADVICE = "Desligue o aparelho da energia e ligue de novo; confira o cabo."


class DescriptorTransport:
    """A ``Transport`` over a non-blocking descriptor. Subclasses open it and let it go."""

    def __init__(self, fd: int, name: str) -> None:
        self._fd = fd
        self._name = name
        self._closed = False

    @property
    def name(self) -> str:
        """The link as it was written down."""
        return self._name

    def read(self, timeout: float, wake: int | None = None) -> bytes:
        """Give what has arrived, waiting at most ``timeout`` seconds; see ``Transport.read``."""
        if not self._ready(select.POLLIN, timeout, wake):
            return b""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone() from error
        if not data:
            raise self._gone()
        return data

    def write(self, data: bytes) -> None:
        """Write all of ``data`` or raise ``LinkDown``; see ``Transport.write``."""
        limit = time.monotonic() + _WRITE_LIMIT
        view = memoryview(data)
        while view:
            if not self._ready(select.POLLOUT, limit - time.monotonic()):
                raise LinkDown(_STUCK.format(name=self._name), _STUCK_ADVICE)
            try:
                view = view[os.write(self._fd, view) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._gone() from error

    def close(self) -> None:
        """Let the line go. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._release()

    def _release(self) -> None:
        raise NotImplementedError

    def _ready(self, event: int, timeout: float, wake: int | None = None) -> bool:
        """Wait for ``event``; a hang-up counts, so that the read that follows tells of it."""
        if self._closed:
            raise self._gone()
        poller = select.poll()
        poller.register(self._fd, event)
        if wake is not None:
            poller.register(wake, select.POLLIN)
        happened = dict(poller.poll(math.ceil(max(0.0, timeout) * 1000)))
        if happened.get(self._fd, 0) & select.POLLNVAL:
            raise self._gone()
        return self._fd in happened

    def _gone(self) -> LinkDown:
        return LinkDown(_GONE.format(name=self._name))
