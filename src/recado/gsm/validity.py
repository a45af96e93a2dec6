"""TP-VP: how long the network keeps trying (3GPP TS 23.040 §9.2.3.12).

Recado writes the relative form: one octet, in steps that grow from five minutes to weeks. What does not
fall on a step is rounded down, so that no message arrives after its time; only what is shorter than the
first step is rounded up to it. The absolute form is written for a datetime, and the enhanced form is read
and carried along.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from recado.gsm.errors import DecodeError, EncodeError
from recado.gsm.octets import OctetReader
from recado.gsm.timestamp import TIMESTAMP_OCTETS, decode_timestamp, encode_timestamp

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(weeks=63)
_ENHANCED_OCTETS = 7


class ValidityFormat(IntEnum):
    """TP-VPF, as it stands in bits 4 and 3 of the first octet (§9.2.3.3)."""

    NONE = 0b00
    ENHANCED = 0b01
    RELATIVE = 0b10
    ABSOLUTE = 0b11


@dataclass(frozen=True, slots=True)
class EnhancedValidity:
    """§9.2.3.12.3, as read: None when no period is given. `octets` are the seven of the field."""

    duration: timedelta | None
    single_shot: bool
    octets: bytes


Validity = timedelta | datetime | EnhancedValidity | None

# (first octet value, period at that value, step): §9.2.3.12.1, longest first.
_STEPS = (
    (197, timedelta(weeks=5), timedelta(weeks=1)),
    (168, timedelta(days=2), timedelta(days=1)),
    (144, timedelta(hours=12, minutes=30), timedelta(minutes=30)),
    (0, SHORTEST, timedelta(minutes=5)),
)
# Between two scales (24 h to 2 days, 30 days to 5 weeks) the last value of the lower one holds.
_LAST_OF_SCALE = {168: 196, 144: 167, 0: 143}


def encode_relative(period: timedelta) -> int:
    """The TP-VP octet of a period, rounded down to a step. Raises EncodeError when it is not above zero."""
    if period <= timedelta(0):
        raise EncodeError("the validity period is already over")
    period = min(max(period, SHORTEST), LONGEST)
    value, start, step = next(scale for scale in _STEPS if period >= scale[1])
    return min(value + (period - start) // step, _LAST_OF_SCALE.get(value, 255))


def decode_relative(octet: int) -> timedelta:
    """The period of a TP-VP octet, 0 to 255."""
    value, start, step = next(scale for scale in _STEPS if octet >= scale[0])
    return start + (octet - value) * step


def decode_enhanced(octets: bytes) -> EnhancedValidity:
    """Seven octets of the enhanced form; DecodeError when they are fewer or their digits are none."""
    if len(octets) != _ENHANCED_OCTETS:
        raise DecodeError(f"enhanced validity of {len(octets)} octets")
    indicator = octets[0]
    values = octets[2:] if indicator & 0x80 else octets[1:]
    form = indicator & 0x07
    duration: timedelta | None = None
    if form == 1:
        duration = decode_relative(values[0])
    elif form == 2:
        duration = timedelta(seconds=values[0])
    elif form == 3:
        hours, minutes, seconds = (_decimal(octet) for octet in values[:3])
        duration = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return EnhancedValidity(duration, bool(indicator & 0x40), octets)


def encode_validity(validity: Validity) -> tuple[ValidityFormat, bytes]:
    """TP-VPF and the octets of TP-VP. Raises EncodeError for a period that is over or a naive datetime."""
    if validity is None:
        return ValidityFormat.NONE, b""
    if isinstance(validity, EnhancedValidity):
        return ValidityFormat.ENHANCED, validity.octets
    if isinstance(validity, datetime):
        return ValidityFormat.ABSOLUTE, encode_timestamp(validity)
    return ValidityFormat.RELATIVE, bytes((encode_relative(validity),))


def read_validity(reader: OctetReader, form: ValidityFormat) -> Validity:
    """TP-VP at the cursor, in the form that TP-VPF announced."""
    if form is ValidityFormat.NONE:
        return None
    if form is ValidityFormat.RELATIVE:
        return decode_relative(reader.octet("TP-VP"))
    if form is ValidityFormat.ENHANCED:
        return decode_enhanced(reader.take(_ENHANCED_OCTETS, "TP-VP"))
    return decode_timestamp(reader.take(TIMESTAMP_OCTETS, "TP-VP"))


def _decimal(octet: int) -> int:
    tens, units = octet & 0x0F, octet >> 4
    if tens > 9 or units > 9:
        raise DecodeError(f"validity octet {octet:02X} is no pair of decimal digits")
    return tens * 10 + units
