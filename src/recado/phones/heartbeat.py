"""Whether a gateway lives: its heartbeat is the lease that it renews on every phone in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recado.phones.fleet import is_held
from recado.phones.models import Phone


def silent_since(phones: Sequence[Phone], now: datetime) -> datetime | None:
    """Since when no gateway looks after any of `phones` (those in use); None while one does, and without phones."""
    if not phones or any(is_held(phone, now) for phone in phones):
        return None
    return min(now, max(phone.held_until or phone.created_at for phone in phones))
