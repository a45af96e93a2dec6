"""The driver: one phone on one open line, from start-up to close.

It owns no thread and never sleeps by itself; every wait is a read with a deadline on the injected clock. Use
it from one thread. Once the line is gone (``LinkDown``, or an outcome that says so) open a new transport and
make a new driver.
"""

from collections.abc import Callable

from recado.gsm.submit import Submit
from recado.modem import startup, ussd
from recado.modem.asking import ask
from recado.modem.clock import Clock, SystemClock
from recado.modem.errors import NoAnswer, PhoneDown
from recado.modem.events import Event, ReportArrived, SmsArrived
from recado.modem.health import Health, read_health
from recado.modem.identity import Identity
from recado.modem.outcome import Outcome, SendStep
from recado.modem.sending import Sender
from recado.modem.session import Session
from recado.modem.settings import DriverSettings
from recado.modem.store import Store, StoredOutgoing, StoredPdu
from recado.modem.storing import StoringSender
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
        self._store = Store(self._session)
        self._storing = StoringSender(self._session, self._sender, self._store)
        self._acknowledge: str | None = None
        self._reports_stored: tuple[str, ...] = ()
        self._unacknowledged = 0

    @property
    def name(self) -> str:
        """The line's name, for messages and logs."""
        return self._transport.name

    def start(self) -> Identity:
        """Bring the phone to where it can send and say who it is. May be called again at any time.

        Raises a subclass of ``errors.PhoneDown`` whose ``condition``, ``reason`` and ``advice`` say what is
        missing: ``LinkDown``, ``PhoneSilent``, ``SimUnusable``, ``SmsUnsupported``, ``SmscMissing``,
        ``NetworkUnavailable``, ``StillInitialising``.
        """
        started = startup.start(self._session, self._settings)
        self._sender.pacing = started.quirks.pacing
        self._acknowledge = started.acknowledge
        self._unacknowledged = 0
        self._store.lists = started.quirks.lists
        self._reports_stored = started.quirks.cnmi_storing
        return started.identity

    def health(self) -> Health:
        """Ask the phone how it is. Never raises; a phone that does not answer is in its ``condition``."""
        return read_health(self._session, self._settings.smsc)

    def balance(self, ussd_code: str) -> str | None:
        """Ask the network the USSD ``ussd_code``, such as ``*544#``, and give its answer as text, or ``None``.

        Takes 30 s at most. Raises ``EncodeError`` when that is no USSD code, ``PhoneSilent`` or ``LinkDown``; never
        for what the phone or the network answers. Not to be asked between two parts of one message.
        """
        return ussd.query(self._session, ussd_code)

    def send(self, submit: Submit, *, on_step: Callable[[SendStep], None] | None = None) -> Outcome:
        """Send one SUBMIT and say what became of it.

        ``on_step`` is called before each step is taken; what it raises before ``SUBMITTED`` ends the send
        with nothing on the air. Never raises for what the phone or the line does; ``EncodeError`` when
        ``submit`` cannot be written at all.
        """
        sender = self._storing if self._settings.store_first else self._sender
        return sender.send(submit, on_step or _ignore)

    def wait(self, timeout: float, wake: int | None = None) -> tuple[Event, ...]:
        """Wait for events, at most ``timeout`` seconds or until the descriptor ``wake`` is readable.

        Gives what has come since the last time, oldest first. With ``caller_acknowledges`` nothing is written;
        keep what this gives, then call ``acknowledge``: until then the phone holds the next report back, and the
        network delivers again what was not kept. Raises ``LinkDown`` or ``PhoneSilent``, but only when there is
        no event left to give.
        """
        self._session.listen(timeout, wake)
        events = self.take_events()
        if not self._settings.caller_acknowledges:
            try:
                self.acknowledge()
            except PhoneDown:
                # The events come first; the line will say the same again next time.
                if not events:
                    raise
        return events

    def take_events(self) -> tuple[Event, ...]:
        """Give the events collected so far without waiting. They too want ``acknowledge``."""
        events = self._session.mailbox.take()
        self._unacknowledged += sum(isinstance(event, ReportArrived | SmsArrived) for event in events)
        return events

    def acknowledge(self) -> None:
        """Tell the phone (+CNMA, 3GPP TS 27.005 §3.4.4) that all messages given so far are safe.

        Call it once ``ReportArrived`` and ``SmsArrived`` are committed; it writes nothing when none was given,
        or when this phone acknowledges by itself. Raises ``LinkDown`` or ``PhoneSilent``; the messages are then
        delivered again.
        """
        while self._unacknowledged:
            self._unacknowledged -= 1
            if self._acknowledge is None:
                continue
            try:
                answer = self._session.execute(self._acknowledge)
            except NoAnswer:
                continue
            if not answer.ok and answer.final.code != _NOTHING_TO_ACKNOWLEDGE:
                self._stop_acknowledging()

    def read_stored(self, memory: str, index: int) -> str | None:
        """Give the hexadecimal PDU that ``SmsStored`` or ``ReportStored`` named, or ``None``.

        Raises ``PhoneSilent`` or ``LinkDown``.
        """
        return self._store.read(memory, index)

    def delete_stored(self, memory: str, index: int) -> bool:
        """Delete a stored message once it is safe elsewhere; say whether it is gone. Raises as ``read_stored``."""
        return self._store.delete(memory, index)

    def list_stored(self) -> tuple[StoredPdu, ...]:
        """Give the messages and reports that wait in the phone, at start-up and after many ``SmsStored``.

        Raises as ``read_stored``.
        """
        return self._store.received()

    def stored_outgoing(self) -> tuple[StoredOutgoing, ...]:
        """Give the messages that ``store_first`` left in the phone: the evidence after a crash.

        A message of which any copy is ``STO SENT`` left. One of which only ``STO UNSENT`` is found did not, once
        ``send_timeout`` has passed since it was sent. One that is not found may have left. Delete each with
        ``delete_stored`` once its fate is written down, and before it is sent again. Raises as ``read_stored``.
        """
        return self._store.outgoing()

    def close(self) -> None:
        """Let the line go. Safe to call twice."""
        self._transport.close()

    def _stop_acknowledging(self) -> None:
        """Some phones refuse +CNMA and yet withhold every further report without it: have them stored instead."""
        self._acknowledge = None
        for parameters in self._reports_stored:
            if ask(self._session, f"AT+CNMI={parameters}") is not None:
                return


def _ignore(step: SendStep) -> None:
    """Whoever does not care about steps."""
