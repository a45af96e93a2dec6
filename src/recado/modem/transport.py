"""What the driver needs of a line: bytes in with a time limit, bytes out, close. Nothing else."""

from typing import Protocol


class Transport(Protocol):
    """An open line to a phone. All methods raise ``LinkDown`` once the line is gone."""

    @property
    def name(self) -> str:
        """A short name for messages and logs, such as ``serial:/dev/ttyUSB0``."""
        ...

    def read(self, timeout: float, wake: int | None = None) -> bytes:
        """Give the bytes that have arrived, waiting at most ``timeout`` seconds for the first of them.

        Gives ``b""`` when the time is up, or when the file descriptor ``wake`` became readable (the caller
        reads that one). Raises ``LinkDown`` when the line is gone.
        """
        ...

    def write(self, data: bytes) -> None:
        """Hand over all of ``data``.

        Raises ``LinkDown`` when the line is gone; some of the bytes may have left by then.
        """
        ...

    def close(self) -> None:
        """Let the line go. Safe to call twice; never raises."""
        ...
