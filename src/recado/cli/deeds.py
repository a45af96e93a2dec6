"""What the command line leaves on record: who typed it, at a terminal."""

from __future__ import annotations

from recado.cli.phone_rules import shell_user

TERMINAL = "terminal"


def note(deed: str, subject: object = "", detail: str = "") -> None:
    """Record that whoever types the command did `deed` (the name of one of `people.models.Deed`).

    See `people.audit.record` for what may stand in subject and detail.
    """
    from recado.people.audit import record
    from recado.people.models import Deed

    record(Deed[deed], who=shell_user(), address=TERMINAL, subject=subject, detail=detail)
