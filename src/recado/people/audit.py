"""Recording who did what, from where."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from recado.people.models import AuditEntry, Deed

LONGEST_DETAIL = 300


def record(
    deed: Deed, *, who: str, address: str = "", subject: object = "", detail: str = "", now: datetime | None = None
) -> None:
    """Add one entry, in the caller's transaction if there is one.

    `subject` is the number or name of what the deed was done to; neither it nor `detail` may hold personal data.
    """
    AuditEntry.objects.create(
        at=now or timezone.now(),
        who=who[:150],
        address=address[:45],
        deed=deed,
        # An address that somebody asked for may hold NUL, which PostgreSQL does not take.
        subject=str(subject).replace("\0", "\ufffd")[:150],
        detail=detail[:LONGEST_DETAIL],
    )
