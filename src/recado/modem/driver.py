"""The driver: one phone on one open line, from start-up to close.

It owns no thread and never sleeps by itself; every wait is a read with a deadline on the injected clock. Use
it from one thread. Once the line is gone (``LinkDown``, or an outcome that says so) open a new transport and
make a new driver.
"""

from collections.abc import Callable

from recado.gsm.submit import Submit
from recado.modem import startup, store
from recado.modem.clock import Clock, SystemClock
from recado.modem.errors import NoAnswer, PhoneDown
from recado.modem.events import Event
from recado.modem.health import Health, read_health
from recado.modem.identity import Identity
from recado.modem.outcome import Outcome, SendStep
from recado.modem.sending import Sender
from recado.modem.session import Session
from recado.modem.settings import DriverSettings
from recado.modem.transport import Transport

_NOTHING_TO_ACKNOWLEDGE = 340
"""+CMS ERROR of a phone that acknowledged by itself (3GPP TS 27.005 §3.2.5)."""


class Driver:
    """Talks to one phone. See ``DriverSettings`` for what may be chosen."""

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock | None = None,
        settings: DriverSettings | None = None,
    ) -> None:
        self._transport = transport
        self._settings = settings or DriverSettings()
        self._session = Session(transport, clock or SystemClock())
        self._sender = Sender(self._session, self._settings)
        self._acknowledge: str | None = None

    @property
    def name(self) -> str:
        """The line's name, for messages and logs."""
        return self._transport.name

    def start(self) -> Identity:
        """Bring the phone to where it can send and say who it is. May be called again at any time.

        Raises a subclass of ``errors.PhoneDown`` whose ``state``, ``reason`` and ``advice`` say what is
        missing: ``LinkDown``, ``PhoneSilent``, ``SimUnusable``, ``SmsUnsupported``, ``SmscMissing``,
        ``NetworkUnavailable``, ``StillInitialising``.
        """
        started = startup.start(self._session, self._settings)
        self._sender.pacing = started.quirks.pacing
        self._acknowledge = started.acknowledge
        return started.identity

    def health(self) -> Health:
        """Ask the phone how it is. Never raises; a phone that does not answer is in its ``condition``."""
        return read_health(self._session)

    def send(self, submit: Submit, *, on_step: Callable[[SendStep], None] | None = None) -> Outcome:
        """Send one SUBMIT and say what became of it.

        ``on_step`` is called before each step is taken; what it raises before ``SUBMITTED`` ends the send
        with nothing on the air. Never raises for what the phone or the line does; ``EncodeError`` when
        ``submit`` cannot be written at all.
        """
        return self._sender.send(submit, on_step or _ignore)

    def wait(self, timeout: float, wake: int | None = None) -> tuple[Event, ...]:
        """Wait for events, at most ``timeout`` seconds or until the descriptor ``wake`` is readable.

        Gives what has come since the last time, oldest first. Nothing is written except acknowledgements
        of reports. Raises ``LinkDown`` or ``PhoneSilent``, but only when there is no event left to give.
        """
        self._session.listen(timeout, wake)
        try:
            self._acknowledge_messages()
        except PhoneDown:
            # The events come first; the line will say the same again next time.
            if not self._session.mailbox:
                raise
        return self.take_events()

    def take_events(self) -> tuple[Event, ...]:
        """Give the events collected so far without waiting."""
        return self._session.mailbox.take()

    def read_stored(self, memory: str, index: int) -> str | None:
        """Give the hexadecimal PDU that ``SmsStored`` or ``ReportStored`` named, or ``None``.

        Raises ``PhoneSilent`` or ``LinkDown``.
        """
        return store.read_stored(self._session, memory, index)

    def delete_stored(self, memory: str, index: int) -> bool:
        """Delete a stored message once it is safe elsewhere. Raises as ``read_stored``."""
        return store.delete_stored(self._session, memory, index)

    def close(self) -> None:
        """Let the line go. Safe to call twice."""
        self._transport.close()

    def _acknowledge_messages(self) -> None:
        """Answer +CNMA for each message handed over directly, where the phone waits for it.

        Without it the phone withholds the next report. One that refuses the command is not asked again.
        """
        while self._session.unacknowledged:
            self._session.unacknowledged -= 1
            if self._acknowledge is None:
                continue
            try:
                answer = self._session.execute(self._acknowledge)
            except NoAnswer:
                continue
            if not answer.ok and answer.final.code != _NOTHING_TO_ACKNOWLEDGE:
                self._acknowledge = None


def _ignore(step: SendStep) -> None:
    """Whoever does not care about steps."""
