"""Packing 7-bit values into octets and back (3GPP TS 23.038 §6.1.2.1.1).

The first septet fills the low bits of the first octet, so a whole field is one little-endian number:
packing is joining the values as bits and unpacking is shifting. After a user data header, fill bits move
the first septet to the next septet boundary (3GPP TS 23.040 §9.2.3.24).
"""

_BITS = tuple(f"{value:07b}" for value in range(128))


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Septet values, one an octet, to packed octets, after `fill_bits` (0 to 6) zero bits."""
    if not septets:
        return bytes((fill_bits + 7) // 8)
    # Text in base 2 parses in linear time; shifting septet by septet would copy the number each time.
    number = int("".join([_BITS[value] for value in reversed(septets)]), 2) << fill_bits
    return number.to_bytes((len(septets) * 7 + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """The first `count` septet values of packed octets, fewer when the octets do not hold so many."""
    available = max(0, (len(octets) * 8 - fill_bits) // 7)
    number = int.from_bytes(octets, "little") >> fill_bits
    return bytes([number >> shift & 0x7F for shift in range(0, 7 * min(count, available), 7)])
