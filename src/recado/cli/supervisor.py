"""Keeps the parts of `recado run` alive: starts each, starts again with back-off what dies, ends all together.

The terminal's Ctrl-C reaches only this process (each part has a process group of its own), so the order of the end is
ours: first what takes work, then the emulated phone it talks to. Should this process be killed, the kernel ends the
parts.
"""

from __future__ import annotations

import ctypes
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType, TracebackType

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
"""Seconds after which a part counts as steady: its next death begins the back-off anew."""
END_PATIENCE = 40.0
"""Seconds that a part has to end by itself; the gateway uses them to write down what it was sending."""
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Part:
    """One child process: `name` as the user knows it (pt-BR), `argv`, and its life so far (seconds, monotonic).

    `ends_last`: the others lean on it, so it is ended once they are gone.
    """

    name: str
    argv: Sequence[str]
    ends_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = field(default=0)


def back_off(deaths: int) -> float:
    """Seconds to wait before the next start, after so many deaths in a row (1-based): 1, 2, 4 … 30."""
    return min(FIRST_PAUSE * float(2 ** min(deaths - 1, 10)), LONGEST_PAUSE)


class Supervisor:
    """Runs `parts`, in their order, until a stop signal; `say` gets each line (pt-BR) for the user.

    `ready` is asked, every turn until it says yes, whether the whole is up; then `on_ready` is called once.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        say: Callable[[str], None],
        ready: Callable[[], bool] = lambda: True,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._parts = list(parts)
        self._say = say
        self._ready = ready
        self._on_ready = on_ready
        self._announced = False

    def run(self) -> None:
        """Keep the parts alive until SIGINT, SIGTERM or SIGHUP, then end them all; a second signal: at once."""
        with _SignalInbox() as inbox:
            try:
                while not inbox.stop_asked:
                    self._start_due()
                    self._announce()
                    inbox.wait(self._next_wait())
                    self._bury()
            finally:
                self._say("Encerrando…")
                self._end_all(inbox)

    def _start_due(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.process is None and now >= part.start_again_at:
                part.process = _spawn(part.argv)
                part.started_at = now

    def _announce(self) -> None:
        if not self._announced and self._ready():
            self._announced = True
            self._on_ready()

    def _next_wait(self) -> float | None:
        """Seconds until something is due by itself; None to wait for a signal."""
        due = [part.start_again_at for part in self._parts if part.process is None]
        if not self._announced:
            due.append(time.monotonic() + 0.1)
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _bury(self) -> None:
        now = time.monotonic()
        for part in self._parts:
            if part.process is None or part.process.poll() is None:
                continue
            part.deaths = 1 if now - part.started_at >= STEADY_AFTER else part.deaths + 1
            pause = back_off(part.deaths)
            part.start_again_at = now + pause
            self._say(f"{part.name}: parou ({describe_end(part.process.returncode)}). Nova partida em {pause:g} s.")
            part.process = None

    def _end_all(self, inbox: _SignalInbox) -> None:
        inbox.forget()
        for last in (False, True):
            living = [part.process for part in self._parts if part.process is not None and part.ends_last == last]
            for process in living:
                process.terminate()
            until = time.monotonic() + END_PATIENCE
            while any(process.poll() is None for process in living):
                if inbox.stop_asked or time.monotonic() >= until:
                    for process in living:
                        process.kill()
                inbox.wait(0.2)


def describe_end(code: int) -> str:
    """How a process ended, for the user: by a signal or with an exit code."""
    return f"sinal {-code}" if code < 0 else f"código {code}"


def _spawn(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    # One C call between fork and exec, no lock taken: safe here, where this process has a single thread.
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, process_group=0, preexec_fn=_die_with_parent)  # noqa: S603 - our own programs


_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _SignalInbox:
    """Turns signals into bytes on a socket: nothing runs inside a handler, and a wait ends at once."""

    def __init__(self) -> None:
        self.stop_asked = False
        self._reader, self._writer = socket.socketpair()
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self._wakeup_before = -1

    def __enter__(self) -> _SignalInbox:
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (*_STOP_SIGNALS, signal.SIGCHLD):
            self._before[number] = signal.signal(number, _do_nothing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reader.close()
        self._writer.close()

    def wait(self, timeout: float | None) -> None:
        """Wait for a signal, at most `timeout` seconds; notes whether a stop was asked."""
        select.select([self._reader], [], [], timeout)
        with suppress(BlockingIOError):
            received = self._reader.recv(64)
            self.stop_asked = self.stop_asked or any(number in _STOP_SIGNALS for number in received)

    def forget(self) -> None:
        """Begin to listen anew: the next stop signal is a second, more urgent one."""
        self.stop_asked = False


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """The wake-up descriptor carries the signal; a handler must be there for the default not to act."""
