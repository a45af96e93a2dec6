"""Reading a PDU from left to right, with every overrun told as a `DecodeError`.

A PDU comes from outside, so its length is checked before anything is built from it: the longest TPDU that
3GPP allows has 164 octets, and some phones pass a little more than they should.
"""

from recado.gsm.errors import DecodeError

MAX_PDU_OCTETS = 512


def octets_from_hex(text: str) -> bytes:
    """The octets of a hexadecimal PDU line; refuses one that is no hexadecimal or far too long
    (DecodeError).
    """
    if len(text) > 2 * MAX_PDU_OCTETS + 64:
        raise DecodeError(f"PDU of {len(text)} characters is longer than any SMS")
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise DecodeError("PDU is not hexadecimal") from error


class OctetReader:
    """A cursor over the octets of one PDU."""

    __slots__ = ("_octets", "_position")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0

    def octet(self, what: str) -> int:
        """The next octet; `what` names it in the DecodeError when there is none."""
        return self.take(1, what)[0]

    def take(self, count: int, what: str) -> bytes:
        """The next `count` octets; `what` names them in the DecodeError when they are not all there."""
        end = self._position + count
        if end > len(self._octets):
            raise DecodeError(f"{what}: {count} octets wanted, {len(self._octets) - self._position} left")
        taken = self._octets[self._position : end]
        self._position = end
        return taken

    def rest(self) -> bytes:
        """Every octet not yet read."""
        taken = self._octets[self._position :]
        self._position = len(self._octets)
        return taken
