"""TP-UD: the header, if any, and the text or data after it (3GPP TS 23.040 §9.2.3.24).

TP-UDL counts septets for GSM 7-bit and octets otherwise, header included. Too few octets for a TP-UDL that
could be true mean a cut PDU, which is refused. A TP-UDL that no SMS can have (some senders count septets
for UCS-2) says nothing, and what is there is read. Octets past TP-UDL are ignored.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from recado.gsm.alphabet import decode_septets
from recado.gsm.coding import Encoding, read_dcs
from recado.gsm.errors import DecodeError
from recado.gsm.septets import pack, unpack
from recado.gsm.tpdu import Tpdu
from recado.gsm.udh import Concat, Header, InformationElement, Ports, split_header

MAX_USER_DATA_OCTETS = 140


@dataclass(frozen=True, slots=True)
class Content:
    """What a message carries, read. `data` holds the octets after the header, still packed for GSM 7-bit."""

    encoding: Encoding
    text: str = field(repr=False)
    data: bytes = field(repr=False)
    header: Header = field(default_factory=Header)
    message_class: int | None = None


class CarriesUserData(Tpdu):
    """Reading of TP-UD for every TPDU that has one."""

    __slots__ = ()

    dcs: int
    udhi: bool
    udl: int
    user_data: bytes

    @property
    def content(self) -> Content:
        """TP-UD read (worked out at each call: keep it when it is needed often). DecodeError when
        unreadable.
        """
        return decode_content(self.dcs, self.udhi, self.udl, self.user_data)

    @property
    def text(self) -> str:
        """The text of this part alone; "" for octets. Half of a cut surrogate pair reads as U+FFFD."""
        return self.content.text

    @property
    def encoding(self) -> Encoding:
        """How the text is written."""
        return read_dcs(self.dcs).encoding

    @property
    def message_class(self) -> int | None:
        """0 (shown at once, not kept) to 3, or None."""
        return read_dcs(self.dcs).message_class

    @property
    def elements(self) -> tuple[InformationElement, ...]:
        """Every element of the header, as it came."""
        return self.content.header.elements

    @property
    def concat(self) -> Concat | None:
        """Which part of which message this is; None for a message in one part."""
        return self.content.header.concat

    @property
    def ports(self) -> Ports | None:
        """The application ports; None for a message to a person."""
        return self.content.header.ports


def user_data_octets(dcs: int, udl: int) -> int:
    """How many octets a TP-UDL stands for under this TP-DCS."""
    return (udl * 7 + 7) // 8 if read_dcs(dcs).encoding is Encoding.GSM7 else udl


def cut_user_data(dcs: int, udl: int, octets: bytes) -> bytes:
    """The octets that TP-UDL covers; DecodeError when they are not all there and could have been."""
    wanted = user_data_octets(dcs, udl)
    if len(octets) < wanted <= MAX_USER_DATA_OCTETS:
        raise DecodeError(f"TP-UD: {wanted} octets wanted, {len(octets)} left")
    return octets[:wanted]


def pack_user_data(header: bytes, septets: bytes) -> tuple[int, bytes]:
    """TP-UDL and TP-UD of septet values behind an encoded header, with the fill bits between them."""
    header_septets, fill_bits = _header_septets(len(header))
    user_data = header + pack(septets, fill_bits) if septets else header
    return header_septets + len(septets), user_data


def decode_content(dcs: int, udhi: bool, udl: int, octets: bytes) -> Content:
    """Read TP-UD. DecodeError for a header that overruns it or an odd number of octets of UCS-2."""
    coding = read_dcs(dcs)
    header, header_octets = split_header(octets) if udhi else (Header(), 0)
    data = octets[header_octets:]
    if coding.encoding is Encoding.GSM7:
        header_septets, fill_bits = _header_septets(header_octets)
        septets = unpack(data, max(0, udl - header_septets), fill_bits)
        text = decode_septets(septets, header.locking, header.single)
    elif coding.encoding is Encoding.UCS2:
        text = decode_ucs2(data)
    else:
        text = ""
    return Content(coding.encoding, text, data, header, coding.message_class)


def decode_ucs2(octets: bytes) -> str:
    """Big-endian UTF-16 to text; half a surrogate pair reads as U+FFFD, an odd length is a DecodeError."""
    if len(octets) % 2:
        raise DecodeError("UCS-2 text has an odd number of octets")
    return octets.decode("utf-16-be", "replace")


def join_text(contents: Iterable[Content]) -> str:
    """The text of a message from its parts, in order.

    UCS-2 parts are joined before they are read, because some senders cut a surrogate pair between two parts.
    """
    parts = tuple(contents)
    if parts and all(part.encoding is Encoding.UCS2 for part in parts):
        return decode_ucs2(b"".join([part.data for part in parts]))
    return "".join([part.text for part in parts])


def _header_septets(header_octets: int) -> tuple[int, int]:
    """How many septets a header takes the place of, and the fill bits that complete the last one."""
    septets = (header_octets * 8 + 6) // 7
    return septets, septets * 7 - header_octets * 8
