"""What can go wrong around the phone in software; the sentences are for whoever runs it (pt-BR)."""

from __future__ import annotations


class EmulatorError(Exception):
    """Anything of the emulator's own; `str()` is a sentence in pt-BR."""


class FaultError(EmulatorError):
    """A fault, or the value of one, that does not exist: the caller's mistake, nothing was changed."""


class EmulatorUnavailable(EmulatorError):
    """No emulator answers at that control socket: start it, or use the right path."""


class ControlError(EmulatorError):
    """The emulator answered and refused the request; the sentence says why."""


class EmulatorStartError(EmulatorError):
    """The emulator could not start: a path is in use or cannot be written."""
