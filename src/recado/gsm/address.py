"""Addresses in a PDU: swapped digits or packed letters behind a type octet (3GPP TS 23.040 §9.1.2.5).

Inside a TPDU the length octet counts digits; in front of it, the SMSC's counts octets with the type
included (3GPP TS 23.040 §9.1.2.5, 3GPP TS 24.011 §8.2.5.1). An odd digit is filled with F. A number written
with "+" is international. `repr` masks the number, because what is printed by accident ends up in a log.
"""

from dataclasses import dataclass

from recado.gsm.alphabet import decode_septets, encode_septets
from recado.gsm.errors import DecodeError, EncodeError
from recado.gsm.octets import OctetReader
from recado.gsm.septets import pack, unpack

INTERNATIONAL = 0x91
UNKNOWN = 0x81
ALPHANUMERIC = 0xD0

_DIGITS = "0123456789*#abc"
_NIBBLE = {digit: value for value, digit in enumerate(_DIGITS)}
# The letters stand in received addresses alone: nobody dials them.
_DIALLED = frozenset("0123456789*#")
_FILLER = 0xF
_MAX_DIGITS = 20
_MAX_LETTERS = 11
_TYPE_OF_NUMBER = 0x70


@dataclass(frozen=True, slots=True)
class Address:
    """A number or a name, with its type octet (type of number and numbering plan).

    `value` holds the digits without "+", or the letters of an alphanumeric sender; `str()` gives what
    people write.
    """

    value: str
    toa: int = INTERNATIONAL

    @classmethod
    def parse(cls, text: str) -> "Address":
        """`+5531999990000` to an international address, digits without "+" to one of unknown type.

        Raises EncodeError when there is no digit, more than 20, or anything that is no digit.
        """
        digits, toa = (text[1:], INTERNATIONAL) if text.startswith("+") else (text, UNKNOWN)
        if not 1 <= len(digits) <= _MAX_DIGITS:
            raise EncodeError(f"an address has 1 to {_MAX_DIGITS} digits, not {len(digits)}")
        if not set(digits) <= _DIALLED:
            raise EncodeError("a number to send to holds something that is no digit")
        return cls(digits, toa)

    @property
    def alphanumeric(self) -> bool:
        """True for a name such as "Recado", which cannot be answered."""
        return self.toa & _TYPE_OF_NUMBER == ALPHANUMERIC & _TYPE_OF_NUMBER

    @property
    def international(self) -> bool:
        """True for a number with its country code."""
        return self.toa & _TYPE_OF_NUMBER == INTERNATIONAL & _TYPE_OF_NUMBER

    def __str__(self) -> str:
        return f"+{self.value}" if self.international else self.value

    def __repr__(self) -> str:
        return f"Address('{'*' * max(0, len(self.value) - 4)}{self.value[-4:]}', toa={self.toa:#04x})"

    def to_bytes(self) -> bytes:
        """The address field of a TPDU. Raises EncodeError when the value does not fit."""
        if not self.alphanumeric:
            return bytes((len(self.value), self.toa)) + _swapped_digits(self.value)
        septets = encode_septets(self.value)
        if septets is None or len(septets) > _MAX_LETTERS:
            raise EncodeError(f"a name has at most {_MAX_LETTERS} characters of the GSM alphabet")
        return bytes(((len(septets) * 7 + 3) // 4, self.toa)) + pack(septets)

    def to_smsc_bytes(self) -> bytes:
        """The SMSC field in front of a TPDU: its length counts octets."""
        digits = _swapped_digits(self.value)
        return bytes((len(digits) + 1, self.toa)) + digits


def as_address(address: "Address | str") -> Address:
    """The address itself, or the parsed text (`Address.parse`)."""
    return Address.parse(address) if isinstance(address, str) else address


def read_address(reader: OctetReader, what: str) -> Address:
    """The address field at the cursor of a TPDU; DecodeError when cut, or when a digit is none."""
    length = reader.octet(f"{what} length")
    if length > _MAX_DIGITS:
        raise DecodeError(f"{what}: {length} digits, where {_MAX_DIGITS} is the most")
    toa = reader.octet(f"{what} type")
    octets = reader.take((length + 1) // 2, what)
    if toa & _TYPE_OF_NUMBER == ALPHANUMERIC & _TYPE_OF_NUMBER:
        return Address(decode_septets(unpack(octets, length * 4 // 7)), toa)
    if length % 2:
        # The length says how many digits count; some networks fill with 0 instead of F.
        octets = octets[:-1] + bytes((octets[-1] | _FILLER << 4,))
    return Address(_read_digits(octets, what), toa)


def read_smsc(reader: OctetReader) -> Address | None:
    """The SMSC field at the head of a PDU; None when its length is 0 ("the one the phone keeps")."""
    length = reader.octet("SMSC length")
    if length == 0:
        return None
    toa = reader.octet("SMSC type")
    return Address(_read_digits(reader.take(length - 1, "SMSC"), "SMSC"), toa)


def _swapped_digits(digits: str) -> bytes:
    try:
        nibbles = [_NIBBLE[digit] for digit in digits]
    except KeyError as error:
        raise EncodeError("an address holds something that is no digit") from error
    if len(nibbles) > _MAX_DIGITS:
        raise EncodeError(f"an address has at most {_MAX_DIGITS} digits")
    if len(nibbles) % 2:
        nibbles.append(_FILLER)
    return bytes([low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True)])


def _read_digits(octets: bytes, what: str) -> str:
    nibbles = [nibble for octet in octets for nibble in (octet & 0x0F, octet >> 4)]
    if nibbles and nibbles[-1] == _FILLER:
        nibbles.pop()
    if _FILLER in nibbles:
        raise DecodeError(f"{what}: filler in the middle of the digits")
    return "".join([_DIGITS[nibble] for nibble in nibbles])
