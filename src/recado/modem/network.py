"""Registration, signal and SIM state: reading what 3GPP TS 27.007 §5 to §8 lets phones answer."""

import re
from dataclasses import dataclass
from enum import StrEnum

from recado.modem.condition import PhoneCondition


class Registration(StrEnum):
    """Where the phone stands with the network, as far as sending SMS is concerned."""

    HOME = "home"
    ROAMING = "roaming"
    SMS_ONLY = "sms_only"
    SEARCHING = "searching"
    DENIED = "denied"
    IDLE = "idle"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"

    @property
    def ready(self) -> bool:
        """Whether an SMS can leave."""
        return self in (Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY)


# 3GPP TS 27.007 §7.2, <stat>. 6 and 7 are "SMS only", which is all that is needed.
_STATUS = {
    0: Registration.IDLE,
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.DENIED,
    4: Registration.UNKNOWN,
    5: Registration.ROAMING,
    6: Registration.SMS_ONLY,
    7: Registration.SMS_ONLY,
    8: Registration.EMERGENCY,
    9: Registration.HOME,
    10: Registration.ROAMING,
    11: Registration.EMERGENCY,
}

# 3GPP TS 27.007 §8.3, <code>. Anything else a phone asks for is a lock that only a person can open.
_SIM_STATES = {
    "READY": PhoneCondition.READY,
    "SIM PIN": PhoneCondition.SIM_PIN,
    "SIM PIN2": PhoneCondition.READY,
    "SIM PUK": PhoneCondition.SIM_PUK,
    "SIM PUK2": PhoneCondition.READY,
}

# 3GPP TS 27.007 §9.2, +CME ERROR; and 3GPP TS 27.005 §3.2.5, +CMS ERROR.
_SIM_ERRORS = {
    10: PhoneCondition.SIM_MISSING,
    11: PhoneCondition.SIM_PIN,
    12: PhoneCondition.SIM_PUK,
    13: PhoneCondition.SIM_FAILURE,
    15: PhoneCondition.SIM_FAILURE,
    310: PhoneCondition.SIM_MISSING,
    311: PhoneCondition.SIM_PIN,
    313: PhoneCondition.SIM_FAILURE,
    315: PhoneCondition.SIM_FAILURE,
    316: PhoneCondition.SIM_PUK,
}

BUSY_CODES = frozenset({14, 314, 515})
"""SIM busy, in both families, and the 515 that several makers use for "still initialising"."""

_STAT = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Signal:
    """+CSQ (3GPP TS 27.007 §8.5). Both ``None`` when the phone does not know."""

    dbm: int | None = None
    percent: int | None = None


def read_registration(values: tuple[str, ...]) -> Registration | None:
    """Read what follows ``+CREG:`` (or +CGREG, +CEREG) on each line; ``None`` when nothing can be read.

    The answer is ``<n>,<stat>,…`` but the unsolicited form, which may come in between, is ``<stat>,…``:
    the second field is a bare decimal of one or two digits only in the answer.
    """
    found: Registration | None = None
    for value in values:
        fields = [part.strip() for part in value.split(",")]
        answer = len(fields) > 1 and _STAT.fullmatch(fields[1])
        stat = fields[1] if answer else fields[0]
        if _STAT.fullmatch(stat) and stat.isascii() and (answer or found is None):
            found = _STATUS.get(int(stat), Registration.UNKNOWN)
    return found


def combine(circuit: Registration | None, packet: tuple[Registration | None, ...]) -> Registration:
    """Give the registration that decides about SMS, from +CREG and from +CGREG and +CEREG.

    +CREG decides when it knows. A data-only SIM shows ``+CREG: 0,3`` beside ``+CEREG: 0,1``: denied. An
    LTE-only device knows nothing of circuits: then the packet side counts.
    """
    if circuit is not None and (circuit.ready or circuit is Registration.DENIED):
        return circuit
    ready = next((status for status in packet if status is not None and status.ready), None)
    known = (circuit, *packet)
    return ready or next((status for status in known if status is not None), Registration.UNKNOWN)


def read_signal(value: str | None) -> Signal:
    """Read what follows ``+CSQ:``: 0 to 31 in steps of 2 dB from -113 dBm; 99 is unknown."""
    rssi = (value or "").partition(",")[0].strip()
    if not (_STAT.fullmatch(rssi) and rssi.isascii()) or int(rssi) > 31:
        return Signal()
    return Signal(dbm=-113 + 2 * int(rssi), percent=round(int(rssi) * 100 / 31))


def read_sim_state(value: str) -> PhoneCondition:
    """Read what follows ``+CPIN:``; some makers quote it."""
    return _SIM_STATES.get(value.strip().strip('"').strip().upper(), PhoneCondition.SIM_FAILURE)


def sim_error(code: int | None) -> PhoneCondition | None:
    """Give the SIM condition behind an error code, or ``None`` when it says nothing of the SIM."""
    return None if code is None else _SIM_ERRORS.get(code)


def network_condition(registration: Registration, signal: Signal, *, radio_on: bool) -> PhoneCondition:
    """Say in one word whether the network side is ready; strength 0 or unknown counts only unregistered."""
    if not radio_on:
        return PhoneCondition.RADIO_OFF
    if registration.ready:
        return PhoneCondition.READY
    if registration is Registration.DENIED:
        return PhoneCondition.REGISTRATION_DENIED
    return PhoneCondition.NOT_REGISTERED if signal.percent else PhoneCondition.NO_SIGNAL
