"""How fast the phones really send: what each SMS takes of a phone's time, and how many messages went out just now.

A pace that somebody set is the least time between two sends. A slow network takes longer, and a part that is tried
again takes a further turn; so the last tries of each phone are looked at. Time in which a phone had nothing to send is
not in them, for each try is measured by itself. One question by the key, whatever the number of phones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from recado.outbox.models import SENT_GROUP, Attempt, AttemptResult, Message
from recado.phones.models import Phone

RECENT = timedelta(hours=1)
JUST_NOW = timedelta(minutes=5)
_TRIES_A_PHONE = 40
_LEAST_TRIES = 5
# A try whose process died is ended by who finds it, maybe hours later: that is no time of the phone's.
_LONGEST_TRY = timedelta(minutes=3)
_NO_TRY = (AttemptResult.IN_FLIGHT, AttemptResult.PHONE_DOWN)


def real_paces(phones: Sequence[Phone], now: datetime) -> Mapping[int, float]:
    """Seconds that each SMS took lately, by the phone's key; without a phone that has tried too little to tell.

    A phone that sends by itself is left out: the end of its tries is when it told of them.
    """
    measured = {phone.pk: phone for phone in phones if not phone.takes_whole_texts}
    if not measured:
        return {}
    last = Attempt.objects.order_by("-pk").values_list("phone", "segment", "started_at", "finished_at", "result")
    turns: dict[int, list[tuple[int, float]]] = {}
    for phone_id, segment_id, started, finished, result in last[: _TRIES_A_PHONE * len(measured)]:
        if phone_id in measured and finished and result not in _NO_TRY and started > now - RECENT:
            took = min(max(finished - started, timedelta(0)), _LONGEST_TRY).total_seconds()
            turns.setdefault(phone_id, []).append((segment_id, max(took, measured[phone_id].pace_seconds)))
    return {
        phone_id: sum(seconds for _, seconds in taken) / len({segment for segment, _ in taken})
        for phone_id, taken in turns.items()
        if len(taken) >= _LEAST_TRIES
    }


def sent_just_now(now: datetime) -> int:
    """How many messages went out within `JUST_NOW`, from the index alone."""
    return Message.objects.filter(moment__gt=now - JUST_NOW, moment__lte=now, status__in=SENT_GROUP).count()
