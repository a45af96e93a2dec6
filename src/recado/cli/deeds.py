"""What the command line leaves on record: who typed it, at a terminal."""

from __future__ import annotations

import getpass

TERMINAL = "terminal"


def shell_user() -> str:
    """Who types the command, for the record."""
    try:
        return f"{getpass.getuser()} (linha de comando)"
    except (KeyError, OSError):
        return "linha de comando"


def note(deed: str, subject: object = "", detail: str = "", *, who: str = "") -> None:
    """Record that `who`, or whoever types the command, did `deed` (the name of one of `people.models.Deed`).

    See `people.audit.record` for what may stand in subject and detail.
    """
    from recado.people.audit import record
    from recado.people.models import Deed

    record(Deed[deed], who=who or shell_user(), address=TERMINAL, subject=subject, detail=detail)
