"""TP-SCTS, TP-DT and absolute TP-VP: seven octets of swapped digits (3GPP TS 23.040 §9.2.3.11).

The year has two digits. The first SMS was sent in 1992, so 90 to 99 are the 1990s and the rest is this
century. The zone counts quarters of an hour, with the sign in bit 3 of its octet.
"""

from datetime import datetime, timedelta, timezone

from recado.gsm.errors import DecodeError, EncodeError

TIMESTAMP_OCTETS = 7
_FIRST_YEAR = 1990


def _digits(octet: int) -> int:
    tens, units = octet & 0x0F, octet >> 4
    if tens > 9 or units > 9:
        raise DecodeError(f"timestamp octet {octet:02X} is no pair of decimal digits")
    return tens * 10 + units


def _swapped(value: int) -> int:
    return value // 10 | value % 10 << 4


def decode_timestamp(octets: bytes) -> datetime:
    """Seven octets to an aware datetime in the sender's zone; DecodeError when they are no date and time."""
    if len(octets) != TIMESTAMP_OCTETS:
        raise DecodeError(f"timestamp of {len(octets)} octets")
    year, month, day, hour, minute, second = (_digits(octet) for octet in octets[:6])
    # Zone units above 9 are seen in the field and still mean one number of quarters.
    quarters = (octets[6] & 0x07) * 10 + (octets[6] >> 4)
    zone = timezone(timedelta(minutes=15 * (-quarters if octets[6] & 0x08 else quarters)))
    full_year = year + (1900 if year >= _FIRST_YEAR % 100 else 2000)
    try:
        return datetime(full_year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise DecodeError(f"timestamp {octets.hex()} is no date and time") from error


def encode_timestamp(moment: datetime) -> bytes:
    """An aware datetime to seven octets (whole seconds); EncodeError when naive or out of the two-digit
    window.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise EncodeError("a timestamp needs a time zone")
    if not _FIRST_YEAR <= moment.year < _FIRST_YEAR + 100:
        raise EncodeError(f"year {moment.year} does not fit two digits")
    quarters, remainder = divmod(abs(offset), timedelta(minutes=15))
    if remainder or quarters > 79:
        raise EncodeError("the time zone is no whole number of quarters of an hour")
    fields = (moment.year % 100, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    zone = _swapped(quarters) | (0x08 if offset < timedelta(0) else 0)
    return bytes([*map(_swapped, fields), zone])
