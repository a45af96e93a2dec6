"""The types that Recado came with, by their keys, which are GSAN's. No Django here: the commands name them in help."""

from __future__ import annotations

from enum import IntEnum


class OwnType(IntEnum):
    """The keys of the types that Recado's own events and doors name."""

    OPENED = 1
    REITERATED = 2
    CLOSED = 3
    NOT_REGISTERED = 4
    ORDER_DONE = 5
    BY_HAND = 6


# What tells of a request: protocol, done, error. Nobody's wish to be told no more holds for these.
OF_A_REQUEST = frozenset(OwnType) - {OwnType.BY_HAND}
