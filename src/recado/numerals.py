"""How Brazilian Portuguese writes numbers and counts things, and the digits of a number; for every room, no Django."""

from __future__ import annotations


def digits_of(written: str) -> str:
    """The ASCII digits of what somebody wrote, in their order, without all that stands between them."""
    return "".join(character for character in written if character in "0123456789")


def thousands(number: int) -> str:
    """1204 as `1.204`."""
    return f"{number:,}".replace(",", ".")


def counted(number: int, singular: str, plural: str) -> str:
    """`1 mensagem`, `1.204 mensagens`, `0 mensagens`."""
    return f"{thousands(number)} {singular if number == 1 else plural}"
