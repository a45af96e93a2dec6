"""What can go wrong around the phone in software; the sentences are for whoever runs it (pt-BR)."""

from __future__ import annotations

import errno
import socket
from typing import Final

_CAUSES: Final = {
    errno.ENOENT: "a pasta não existe",
    errno.ENOTDIR: "um nome no meio do caminho não é pasta",
    errno.EISDIR: "é uma pasta",
    errno.EACCES: "sem permissão",
    errno.EPERM: "sem permissão",
    errno.EROFS: "o disco só permite leitura",
    errno.ENOSPC: "o disco está cheio",
    errno.ENAMETOOLONG: "o nome é longo demais",
    errno.EADDRINUSE: "a porta já está em uso",
    errno.EADDRNOTAVAIL: "este endereço não é desta máquina",
}


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


def cause_of(error: OSError) -> str:
    """Why the system refused, in a few words without a full stop (pt-BR)."""
    if isinstance(error, socket.gaierror):
        return "este nome não existe na rede"
    if error.errno is None and "too long" in str(error):
        # A Unix socket's path has about a hundred characters at most; Python says so without a number.
        return "o caminho é longo demais"
    known = _CAUSES.get(error.errno or 0)
    return known or f"o sistema recusou ({errno.errorcode.get(error.errno or 0, type(error).__name__)})"
