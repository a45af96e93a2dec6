"""What clients agreed to: to SMS, to e-mail, and that a mobile is theirs. Silence is no.

A word that changes ends the one before and stands beside it: who, when and how of each stay. A yes that becomes a no
stops what still waits. A no that a person heard from the client stands until a person hears a yes: the bills of the
next month say what another system knew before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from recado.billing.models import Consent, ConsentKind
from recado.billing.withdrawing import stop

Held = dict[tuple[str, str], Consent]


@dataclass(frozen=True, slots=True)
class Word:
    """What a client said: `address` is the mobile (E.164) where the word is of a phone."""

    client_id: str
    kind: ConsentKind
    given: bool
    address: str = ""


def held_by(clients: Iterable[str]) -> Held:
    """What holds now for each of `clients`, by client and kind."""
    rows = Consent.objects.filter(client_id__in=set(clients), ended_at=None)
    return {(row.client_id, row.kind): row for row in rows}


def allows(held: Held, client_id: str, kind: ConsentKind, address: str = "") -> bool:
    """Whether the client said yes; of a phone, to this mobile."""
    word = held.get((client_id, kind))
    return word is not None and word.given and word.address == address


def write_down(words: Sequence[Word], *, how: str, actor: str, heard: bool, now: datetime) -> int:
    """Keep what differs from what holds; give how many words changed. The last of several about one thing counts.

    `heard` when `actor` had them from the client; a yes that came with a bill does not undo a no that was heard.
    """
    with transaction.atomic():
        if not heard:
            refused = _refused(words)
            words = [word for word in words if (word.client_id, word.kind.value, word.address) not in refused]
        wanted = {(word.client_id, word.kind.value): word for word in words}
        held = held_by(client for client, _ in wanted)
        new = [word for key, word in wanted.items() if not _said(held.get(key), word, heard)]
        ended = [held[key].pk for word in new if (key := (word.client_id, word.kind.value)) in held]
        Consent.objects.filter(pk__in=ended).update(ended_at=now)
        Consent.objects.bulk_create(
            Consent(
                client_id=word.client_id,
                kind=word.kind,
                address=word.address,
                given=word.given,
                heard=heard,
                since=now,
                how=how[:200],
                actor=actor,
            )
            for word in new
        )
        stop(
            [row for word in new if not word.given and (row := held.get((word.client_id, word.kind))) and row.given],
            now,
        )
    return len(new)


def of_client(client_id: str) -> list[Consent]:
    """Everything that this client ever said, the newest first."""
    return list(Consent.objects.filter(Q(client_id=client_id)).order_by("-pk"))


def _refused(words: Sequence[Word]) -> set[tuple[str, str, str]]:
    """To what of these yeses, by client, kind and mobile, the last word that a person heard is a no."""
    clients = {word.client_id for word in words if word.given}
    rows = Consent.objects.filter(client_id__in=clients, heard=True).order_by("pk")
    last = {(row.client_id, row.kind, row.address): row.given for row in rows}
    return {key for key, given in last.items() if not given}


def _said(held: Consent | None, word: Word, heard: bool) -> bool:
    """Whether the word adds nothing; one that only came with bills is said anew by who hears it."""
    return held is not None and (held.given, held.address) == (word.given, word.address) and held.heard >= heard
