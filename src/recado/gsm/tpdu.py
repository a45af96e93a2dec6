"""What every PDU shares: an SMSC in front, a first octet that says its type, and the hexadecimal line around it.

TP-MTI is two bits whose meaning depends on the direction (3GPP TS 23.040 §9.2.3.1); SUBMIT, DELIVER and
STATUS-REPORT as told apart here are those a phone's user sees.
"""

from enum import IntEnum

from recado.gsm.address import Address, as_address, read_smsc
from recado.gsm.errors import DecodeError
from recado.gsm.octets import OctetReader, octets_from_hex

UDHI = 0x40
REPLY_PATH = 0x80
# TP-MMS of DELIVER and STATUS-REPORT is set when nothing more waits (§9.2.3.2).
NO_MORE_MESSAGES = 0x04

_MTI_MASK = 0x03


class MessageType(IntEnum):
    """TP-MTI."""

    DELIVER = 0b00
    SUBMIT = 0b01
    STATUS_REPORT = 0b10


class Tpdu:
    """A PDU that knows its own octets."""

    __slots__ = ()

    def to_bytes(self) -> bytes:
        """The TPDU, SMSC left out. Raises EncodeError when a field does not fit."""
        raise NotImplementedError

    @property
    def tpdu_length(self) -> int:
        """Octets without the SMSC: the number in AT+CMGS, +CMT and +CDS (3GPP TS 27.005 §3.1)."""
        return len(self.to_bytes())

    def to_hex(self, smsc: Address | str | None = None) -> str:
        """The PDU line, upper case, with the SMSC in front; "00" there stands for the phone's own."""
        head = as_address(smsc).to_smsc_bytes() if smsc else b"\x00"
        return (head + self.to_bytes()).hex().upper()


def first_octet(message_type: MessageType, *flags: tuple[int, bool]) -> int:
    """TP-MTI and the bits that are set, each given as (bit, whether)."""
    return message_type | sum(bit for bit, wanted in flags if wanted)


def open_tpdu(pdu: str, message_type: MessageType, *, smsc_included: bool) -> tuple[OctetReader, Address | None, int]:
    """A cursor behind the first octet of a PDU line, the SMSC and the first octet.

    Raises DecodeError when the line is no hexadecimal, is cut, or is a PDU of another type.
    """
    reader = OctetReader(octets_from_hex(pdu))
    smsc = read_smsc(reader) if smsc_included else None
    first = reader.octet("first octet")
    if first & _MTI_MASK != message_type:
        raise DecodeError(f"first octet {first:02X} is no {message_type.name}")
    return reader, smsc, first
