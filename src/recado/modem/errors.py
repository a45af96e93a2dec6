"""The modem room's own errors. Each says whose fault it is, in Brazilian Portuguese, and what to do next.

Nothing a phone or a line does may raise anything else: callers catch ``ModemError`` and are safe.
"""

from recado.modem.condition import PhoneCondition, explain


class ModemError(Exception):
    """Something is wrong with the phone or with the way to it.

    ``reason`` says what happened and ``advice`` what a person can do, both in Brazilian Portuguese.
    """

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class PhoneDown(ModemError):
    """The phone cannot send now. ``condition`` says why; a later ``Driver.start()`` may find it well again."""

    condition: PhoneCondition = PhoneCondition.SILENT

    def __init__(
        self,
        reason: str | None = None,
        advice: str | None = None,
        *,
        condition: PhoneCondition | None = None,
    ) -> None:
        if condition is not None:
            self.condition = condition
        known = explain(self.condition)
        super().__init__(reason or known.reason, known.advice if advice is None else advice)


class LinkDown(PhoneDown):
    """The line to the phone is gone: unplugged, refused, hung up. Open it again before anything else."""

    condition = PhoneCondition.DISCONNECTED


class PhoneSilent(PhoneDown):
    """The line is open but nothing that answers AT is at its other end."""

    condition = PhoneCondition.SILENT


class SimUnusable(PhoneDown):
    """The SIM is missing, locked or unreadable; ``condition`` says which."""

    condition = PhoneCondition.SIM_FAILURE


class NetworkUnavailable(PhoneDown):
    """No signal, no registration, registration denied or radio off; ``condition`` says which."""

    condition = PhoneCondition.NOT_REGISTERED


class SmscMissing(PhoneDown):
    """The SIM holds no service centre address, so every SUBMIT would fail."""

    condition = PhoneCondition.NO_SMSC


class SmsUnsupported(PhoneDown):
    """The device refuses PDU mode: it cannot send SMS over this port."""

    condition = PhoneCondition.NO_SMS


class StillInitialising(PhoneDown):
    """The SIM or the device stayed busy for as long as we were willing to wait."""

    condition = PhoneCondition.INITIALISING


class NoAnswer(ModemError):
    """A command got no final result before its deadline: the phone is busy, asleep or hung.

    ``lines`` are the information lines that did arrive; some phones leave out the OK after them.
    """

    def __init__(self, command: str, lines: tuple[str, ...] = ()) -> None:
        super().__init__(f"O aparelho não respondeu ao comando {command} a tempo.")
        self.command = command
        self.lines = lines
