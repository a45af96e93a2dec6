"""SMS-STATUS-REPORT: what became of an SMS that asked for a report (3GPP TS 23.040 §9.2.2.3).

`reference` is the TP-MR of the SMS it tells of; it has 8 bits and comes round again, so match it with the
recipient and the time too.
"""

from dataclasses import dataclass, field
from datetime import datetime

from recado.gsm.address import Address, read_address
from recado.gsm.causes import report_status
from recado.gsm.deliver import read_timestamp
from recado.gsm.errors import EncodeError
from recado.gsm.meaning import ReportOutcome, ReportStatus
from recado.gsm.timestamp import encode_timestamp
from recado.gsm.tpdu import NO_MORE_MESSAGES, MessageType, Tpdu, first_octet, open_tpdu

_FOR_COMMAND = 0x20


@dataclass(frozen=True, slots=True)
class StatusReport(Tpdu):
    """One delivery report. Both times are the network's own clock, aware; None where it sent no date and
    time.

    `parameters` are the optional octets after TP-ST, unread: nothing in them changes what became of the
    SMS.
    """

    reference: int
    recipient: Address
    submitted_at: datetime | None
    discharged_at: datetime | None
    status: int
    more_messages: bool = False
    for_command: bool = False
    parameters: bytes = field(default=b"", repr=False)
    smsc: Address | None = None

    @property
    def meaning(self) -> ReportStatus:
        """What TP-ST says, with a reason for the attendant."""
        return report_status(self.status)

    @property
    def outcome(self) -> ReportOutcome:
        """Delivered, unconfirmed, still being tried, or failed."""
        return self.meaning.outcome

    def to_bytes(self) -> bytes:
        """The TPDU, SMSC left out. Raises EncodeError when a field does not fit or a time is missing."""
        if self.submitted_at is None or self.discharged_at is None:
            raise EncodeError("an SMS-STATUS-REPORT needs both its times")
        if not (0 <= self.reference <= 0xFF and 0 <= self.status <= 0xFF):
            raise EncodeError("TP-MR or TP-ST is out of range")
        first = first_octet(
            MessageType.STATUS_REPORT,
            (NO_MORE_MESSAGES, not self.more_messages),
            (_FOR_COMMAND, self.for_command),
        )
        head = bytes((first, self.reference)) + self.recipient.to_bytes()
        times = encode_timestamp(self.submitted_at) + encode_timestamp(self.discharged_at)
        return head + times + bytes((self.status,)) + self.parameters

    @classmethod
    def from_hex(cls, pdu: str, *, smsc_included: bool = True) -> "StatusReport":
        """Read a PDU line. Raises DecodeError, and nothing else, for what is no readable STATUS-REPORT."""
        reader, smsc, first = open_tpdu(pdu, MessageType.STATUS_REPORT, smsc_included=smsc_included)
        return cls(
            reference=reader.octet("TP-MR"),
            recipient=read_address(reader, "TP-RA"),
            submitted_at=read_timestamp(reader, "TP-SCTS"),
            discharged_at=read_timestamp(reader, "TP-DT"),
            status=reader.octet("TP-ST"),
            more_messages=not first & NO_MORE_MESSAGES,
            for_command=bool(first & _FOR_COMMAND),
            parameters=reader.rest(),
            smsc=smsc,
        )
