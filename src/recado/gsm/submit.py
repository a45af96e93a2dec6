"""SMS-SUBMIT: what Recado hands to the phone (3GPP TS 23.040 §9.2.2.2).

A `Part` says what depends on the text, `build_submit` adds the rest. The reading side serves the emulator and
the tests.
"""

from dataclasses import dataclass, field

from recado.gsm.address import Address, as_address, read_address
from recado.gsm.errors import EncodeError
from recado.gsm.segment import Part
from recado.gsm.tpdu import REPLY_PATH, UDHI, MessageType, first_octet, open_tpdu
from recado.gsm.userdata import CarriesUserData, cut_user_data
from recado.gsm.validity import Validity, ValidityFormat, encode_validity, read_validity

_REJECT_DUPLICATES = 0x04
_VPF_SHIFT = 3
_STATUS_REPORT = 0x20


@dataclass(frozen=True, slots=True)
class Submit(CarriesUserData):
    """One SMS to send. `reference` is TP-MR: most phones replace it by their own and say which in `+CMGS`.

    `validity` is a period (`timedelta`), an aware moment (`datetime`), or None for the network's own; only a
    decoded PDU has `EnhancedValidity`. `smsc` is what a decoded PDU named.
    """

    destination: Address
    dcs: int
    udhi: bool
    udl: int
    user_data: bytes = field(repr=False)
    validity: Validity = None
    status_report: bool = False
    reject_duplicates: bool = False
    reference: int = 0
    pid: int = 0
    reply_path: bool = False
    smsc: Address | None = None

    def to_bytes(self) -> bytes:
        """The TPDU, SMSC left out. Raises EncodeError when a field does not fit."""
        if not 0 <= self.reference <= 0xFF:
            raise EncodeError(f"TP-MR {self.reference} is out of range")
        form, period = encode_validity(self.validity)
        first = first_octet(
            MessageType.SUBMIT,
            (form << _VPF_SHIFT, True),
            (_REJECT_DUPLICATES, self.reject_duplicates),
            (_STATUS_REPORT, self.status_report),
            (UDHI, self.udhi),
            (REPLY_PATH, self.reply_path),
        )
        head = bytes((first, self.reference)) + self.destination.to_bytes() + bytes((self.pid, self.dcs))
        return head + period + bytes((self.udl,)) + self.user_data

    @classmethod
    def from_hex(cls, pdu: str, *, smsc_included: bool = True) -> "Submit":
        """Read a PDU line. Raises DecodeError, and nothing else, for what is no readable SMS-SUBMIT."""
        reader, smsc, first = open_tpdu(pdu, MessageType.SUBMIT, smsc_included=smsc_included)
        reference = reader.octet("TP-MR")
        destination = read_address(reader, "TP-DA")
        pid, dcs = reader.octet("TP-PID"), reader.octet("TP-DCS")
        validity = read_validity(reader, ValidityFormat(first >> _VPF_SHIFT & 0x03))
        udl = reader.octet("TP-UDL")
        submit = cls(
            destination=destination,
            dcs=dcs,
            udhi=bool(first & UDHI),
            udl=udl,
            user_data=cut_user_data(dcs, udl, reader.rest()),
            validity=validity,
            status_report=bool(first & _STATUS_REPORT),
            reject_duplicates=bool(first & _REJECT_DUPLICATES),
            reference=reference,
            pid=pid,
            reply_path=bool(first & REPLY_PATH),
            smsc=smsc,
        )
        # Reading the content now keeps every DecodeError on this side of the door.
        _ = submit.content
        return submit


def build_submit(
    part: Part,
    destination: Address | str,
    *,
    validity: Validity = None,
    status_report: bool = False,
    reject_duplicates: bool = False,
    message_reference: int = 0,
) -> Submit:
    """The SMS-SUBMIT of one part to one number (E.164 with "+", or an Address).

    `validity` as in `Submit`; a period is rounded down to what TP-VP can say, and up to five minutes.
    Raises EncodeError for a number that does not fit.
    """
    return Submit(
        destination=as_address(destination),
        dcs=part.dcs,
        udhi=part.udhi,
        udl=part.udl,
        user_data=part.user_data,
        validity=validity,
        status_report=status_report,
        reject_duplicates=reject_duplicates,
        reference=message_reference,
    )
