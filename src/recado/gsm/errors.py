"""Errors of the SMS codec, told apart by whose fault they are.

`EncodeError` is ours: somebody asked for an SMS that cannot exist. `DecodeError` is the other side's: a
phone or a network handed over octets that are no SMS. A caller drops and logs the second; the first is a
bug or bad input.
"""


class GsmError(Exception):
    """Anything this package refuses."""


class EncodeError(GsmError):
    """Our side asked for the impossible: correct the text, the number or the setting before trying again."""


class DecodeError(GsmError):
    """The other side sent what cannot be read: keep the raw PDU aside and go on with the next one."""
