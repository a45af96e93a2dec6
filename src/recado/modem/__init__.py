"""The AT dialogue with a phone (3GPP TS 27.005, TS 27.007). Pure: bytes in, events out."""

from recado.modem.condition import PhoneCondition, explain
from recado.modem.driver import Driver
from recado.modem.errors import LinkDown, ModemError
from recado.modem.health import Health
from recado.modem.identity import Identity
from recado.modem.network import Registration
from recado.modem.outcome import Outcome, SendStep
from recado.modem.settings import DriverSettings
from recado.modem.store import StoredOutgoing, StoredPdu
from recado.modem.transport import Transport

__all__ = [
    "Driver",
    "DriverSettings",
    "Health",
    "Identity",
    "LinkDown",
    "ModemError",
    "Outcome",
    "PhoneCondition",
    "Registration",
    "SendStep",
    "StoredOutgoing",
    "StoredPdu",
    "Transport",
    "explain",
]
