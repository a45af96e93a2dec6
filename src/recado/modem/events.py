"""What a phone says on its own. The driver keeps these apart from answers and hands them out in order."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ReportArrived:
    """A SMS-STATUS-REPORT, as hexadecimal PDU with the SMSC in front (+CDS, 3GPP TS 27.005 §3.4.1)."""

    pdu: str


@dataclass(frozen=True, slots=True)
class SmsArrived:
    """A SMS-DELIVER, as hexadecimal PDU with the SMSC in front (+CMT)."""

    pdu: str


@dataclass(frozen=True, slots=True)
class SmsStored:
    """A message waits in the phone's store (+CMTI). ``index`` may be 0 on some makers."""

    memory: str
    index: int


@dataclass(frozen=True, slots=True)
class ReportStored:
    """A status report waits in the phone's store (+CDSI)."""

    memory: str
    index: int


@dataclass(frozen=True, slots=True)
class SignalChanged:
    """The phone reported another signal strength; ``line`` is its own wording."""

    line: str


@dataclass(frozen=True, slots=True)
class StoreFull:
    """The phone's store takes nothing more: the network holds the rest back until something is deleted."""

    line: str


@dataclass(frozen=True, slots=True)
class Rebooted:
    """The phone started again or is shutting down: every setting is lost, start it again."""

    line: str


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A result for a send that was already given up as ``Unknown``.

    ``+CMGS`` in ``line`` is evidence that it reached the network, under the TP-MR ``reference`` where told.
    An error line, with ``reference`` ``None``, says that it was refused.
    """

    reference: int | None
    line: str


@dataclass(frozen=True, slots=True)
class OtherLine:
    """Anything else, chatter included."""

    line: str


Event: TypeAlias = (
    ReportArrived
    | SmsArrived
    | SmsStored
    | ReportStored
    | SignalChanged
    | StoreFull
    | Rebooted
    | LateAnswer
    | OtherLine
)
