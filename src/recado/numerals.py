"""How Brazilian Portuguese writes numbers and counts things; for every room, and without Django."""

from __future__ import annotations


def thousands(number: int) -> str:
    """1204 as `1.204`."""
    return f"{number:,}".replace(",", ".")


def counted(number: int, singular: str, plural: str) -> str:
    """`1 mensagem`, `1.204 mensagens`, `0 mensagens`."""
    return f"{thousands(number)} {singular if number == 1 else plural}"
