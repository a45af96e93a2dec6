"""SMS-DELIVER: what arrives on the phone (3GPP TS 23.040 §9.2.2.1).

Recado reads replies; it writes this PDU only to play a phone in the emulator.
"""

from dataclasses import dataclass, field
from datetime import datetime

from recado.gsm.address import Address, as_address, read_address
from recado.gsm.errors import DecodeError, EncodeError
from recado.gsm.octets import OctetReader
from recado.gsm.segment import Part
from recado.gsm.timestamp import TIMESTAMP_OCTETS, decode_timestamp, encode_timestamp
from recado.gsm.tpdu import NO_MORE_MESSAGES, REPLY_PATH, UDHI, MessageType, first_octet, open_tpdu
from recado.gsm.userdata import CarriesUserData, cut_user_data

_STATUS_REPORT_INDICATION = 0x20


@dataclass(frozen=True, slots=True)
class Deliver(CarriesUserData):
    """One SMS received. `sent_at` is the network's own clock, aware; None when it sent no date and time.

    `text`, `concat`, `ports`, `message_class` and `encoding` read what the message carries.
    """

    originator: Address
    sent_at: datetime | None
    dcs: int
    udhi: bool
    udl: int
    user_data: bytes = field(repr=False)
    pid: int = 0
    more_messages: bool = False
    status_report_indication: bool = False
    reply_path: bool = False
    smsc: Address | None = None

    def to_bytes(self) -> bytes:
        """The TPDU, SMSC left out. Raises EncodeError when a field does not fit or `sent_at` is missing."""
        if self.sent_at is None:
            raise EncodeError("an SMS-DELIVER needs the time it was sent at")
        first = first_octet(
            MessageType.DELIVER,
            (NO_MORE_MESSAGES, not self.more_messages),
            (_STATUS_REPORT_INDICATION, self.status_report_indication),
            (UDHI, self.udhi),
            (REPLY_PATH, self.reply_path),
        )
        head = bytes((first,)) + self.originator.to_bytes() + bytes((self.pid, self.dcs))
        return head + encode_timestamp(self.sent_at) + bytes((self.udl,)) + self.user_data

    @classmethod
    def from_hex(cls, pdu: str, *, smsc_included: bool = True) -> "Deliver":
        """Read a PDU line. Raises DecodeError, and nothing else, for what is no readable SMS-DELIVER.

        A time stamp that is no date and time does not cost the message: `sent_at` is then None.
        """
        reader, smsc, first = open_tpdu(pdu, MessageType.DELIVER, smsc_included=smsc_included)
        originator = read_address(reader, "TP-OA")
        pid, dcs = reader.octet("TP-PID"), reader.octet("TP-DCS")
        sent_at = read_timestamp(reader, "TP-SCTS")
        udl = reader.octet("TP-UDL")
        deliver = cls(
            originator=originator,
            sent_at=sent_at,
            dcs=dcs,
            udhi=bool(first & UDHI),
            udl=udl,
            user_data=cut_user_data(dcs, udl, reader.rest()),
            pid=pid,
            more_messages=not first & NO_MORE_MESSAGES,
            status_report_indication=bool(first & _STATUS_REPORT_INDICATION),
            reply_path=bool(first & REPLY_PATH),
            smsc=smsc,
        )
        # Reading the content now keeps every DecodeError on this side of the door.
        _ = deliver.content
        return deliver


def build_deliver(part: Part, originator: Address | str, sent_at: datetime) -> Deliver:
    """The SMS-DELIVER of one part from one number or name, stamped with an aware datetime."""
    return Deliver(
        originator=as_address(originator),
        sent_at=sent_at,
        dcs=part.dcs,
        udhi=part.udhi,
        udl=part.udl,
        user_data=part.user_data,
    )


def read_timestamp(reader: OctetReader, what: str) -> datetime | None:
    """The time stamp at the cursor; None when its seven octets are no date and time (some networks send
    zeros).
    """
    octets = reader.take(TIMESTAMP_OCTETS, what)
    try:
        return decode_timestamp(octets)
    except DecodeError:
        return None
