"""TP-DCS: in which alphabet a message is written, and its class (3GPP TS 23.038 §4)."""

from dataclasses import dataclass
from enum import StrEnum

DCS_GSM7 = 0x00
DCS_UCS2 = 0x08


class Encoding(StrEnum):
    """How the octets of TP-UD are to be read."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"
    OCTETS = "octets"


@dataclass(frozen=True, slots=True)
class Coding:
    """What a TP-DCS octet says; `message_class` is 0 (shown at once) to 3, or None."""

    encoding: Encoding
    message_class: int | None = None


_ALPHABETS = (Encoding.GSM7, Encoding.OCTETS, Encoding.UCS2, Encoding.GSM7)


def read_dcs(dcs: int) -> Coding:
    """The coding of one octet, 0 to 255. Reserved values read as GSM 7-bit, as §4 asks; compressed text as
    octets.
    """
    group = dcs >> 4
    if group < 0x8:
        compressed = bool(dcs & 0x20)
        encoding = Encoding.OCTETS if compressed else _ALPHABETS[dcs >> 2 & 0x03]
        return Coding(encoding, dcs & 0x03 if dcs & 0x10 else None)
    if group == 0xF:
        return Coding(Encoding.OCTETS if dcs & 0x04 else Encoding.GSM7, dcs & 0x03)
    return Coding(Encoding.UCS2 if group == 0xE else Encoding.GSM7)
