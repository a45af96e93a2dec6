"""What people write to find an RA: a protocol, its number, the *matrícula* of the property, a mobile."""

from __future__ import annotations

from django.db.models import Q

from recado.numerals import digits_of
from recado.outbox.numbers import NumberRefused, normalise_mobile

PROTOCOL_DIGITS = 14
# An RA number is a 64-bit key: what has more digits is none, and must not reach the database as one.
LONGEST_RA = 18
LONGEST_PROPERTY = 12


def mobile_of(term: str) -> str:
    """The mobile (E.164) that `term` may be; "" when it is none."""
    try:
        return normalise_mobile(term)
    except NumberRefused:
        return ""


def named_by(term: str) -> Q:
    """The RAs of a protocol or a number: what names one RA and no more."""
    digits = digits_of(term)
    meaning = Q(requesters__protocol=digits) if len(digits) == PROTOCOL_DIGITS else Q(pk__in=())
    return meaning | Q(pk=int(digits)) if digits and len(digits) <= LONGEST_RA else meaning


def meaning_of(term: str) -> Q:
    """Everything that `term` may be: 11 digits are a mobile, a property or an RA at once."""
    digits, meaning = digits_of(term), named_by(term)
    if digits and len(digits) <= LONGEST_PROPERTY:
        meaning |= Q(property_id=digits)
    if mobile := mobile_of(term):
        meaning |= Q(requesters__mobile=mobile)
    return meaning
