"""What is wrong at this moment, told from the rows that the gateway and the queue keep anyway.

A phone is down when it is in use, not paused, and has not been ready for so many minutes; resting by its own rules is
no trouble. An urgent message waits from when it entered the queue, or from when a person put it back there, however
often it was tried. Errors are what failed or stands in doubt among all that ended within the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from recado.alarms.models import Kind
from recado.numerals import counted
from recado.outbox.models import NEEDS_A_PERSON, SENT_GROUP, Message, Priority, Status, StatusChange
from recado.people.actors import PROGRAM
from recado.phones.fleet import is_held
from recado.phones.heartbeat import silent_since
from recado.phones.models import Condition, Phone

KINDS = (Kind.PHONE_DOWN, Kind.OLDEST_URGENT, Kind.ERRORS, Kind.GATEWAY_DOWN)
"""What `troubles` looks for. A room above this one may look for more."""
ERROR_WINDOW = timedelta(hours=1)
LEAST_ENDED = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on it is told: spans, and the share of errors in per cent."""

    phone_down: timedelta
    oldest_urgent: timedelta
    error_percent: int
    gateway_down: timedelta


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that should be told: `sentence` and `advice` are pt-BR, without a customer's number or text."""

    kind: Kind
    subject: str
    since: datetime
    sentence: str
    advice: str


class DownSince:
    """Since when each phone has not been ready.

    A phone that passes from one ill state to another has the time of the last in its row: the first is remembered here.
    """

    def __init__(self) -> None:
        self._first: dict[int, datetime] = {}

    def of(self, phones: Sequence[Phone], now: datetime) -> dict[int, datetime]:
        """The phones among `phones` that are not ready, each with its time."""
        down = {phone.pk: _ill_since(phone, now) for phone in phones if not _is_well(phone, now)}
        self._first = {pk: min(since, self._first.get(pk, since)) for pk, since in down.items()}
        return dict(self._first)


def troubles(now: datetime, limits: Limits, down_since: DownSince) -> list[Trouble]:
    """Everything that is to be told at `now`."""
    if silent := gateway_down(now, limits.gateway_down):
        # The phones and the queue stand still for that one reason: one alarm, not one for each.
        return silent
    return [*_phones_down(now, limits, down_since), *_urgent_waits(now, limits), *_errors(now, limits)]


def gateway_down(now: datetime, patience: timedelta) -> list[Trouble]:
    """That no gateway has looked after any phone for longer than `patience`."""
    since = silent_since(list(Phone.objects.filter(enabled=True)), now)
    if since is None or now - since < patience:
        return []
    waiting = Message.objects.filter(status=Status.QUEUED).count()
    many = counted(waiting, "mensagem espera", "mensagens esperam")
    advice = "Ligue-o: systemctl start recado-gateway. A fila espera; nada se perde."
    sentence = "O serviço de envio não dá sinal de vida: nenhum SMS sai."
    return [Trouble(Kind.GATEWAY_DOWN, "", since, f"{sentence} {many} na fila." if waiting else sentence, advice)]


def _phones_down(now: datetime, limits: Limits, down_since: DownSince) -> list[Trouble]:
    phones = list(Phone.objects.filter(enabled=True, paused=False))
    since = down_since.of(phones, now)
    return [
        _phone_down(phone, since[phone.pk], now)
        for phone in phones
        if phone.pk in since and now - since[phone.pk] >= limits.phone_down
    ]


def _phone_down(phone: Phone, since: datetime, now: datetime) -> Trouble:
    if is_held(phone, now):
        state = Condition(phone.condition).label.lower()
        sentence, advice = f"O aparelho “{phone.name}” não envia: {state}. {phone.reason}".strip(), phone.advice
    else:
        sentence = f"O serviço de envio não está cuidando do aparelho “{phone.name}”."
        advice = "Ligue o serviço de envio do Recado no computador em que o aparelho está."
    # An advice may end with a path, and no full stop.
    first = f"{advice.rstrip('.')}. " if advice else ""
    return Trouble(Kind.PHONE_DOWN, phone.name, since, sentence, f"{first}A fila espera; nada se perde.")


def _is_well(phone: Phone, now: datetime) -> bool:
    return is_held(phone, now) and phone.condition == Condition.READY


def _ill_since(phone: Phone, now: datetime) -> datetime:
    if phone.condition != Condition.READY:
        return min(phone.condition_since or phone.created_at, now)
    return min(phone.held_until or phone.last_seen_at or phone.created_at, now)


def _urgent_waits(now: datetime, limits: Limits) -> list[Trouble]:
    urgent = Message.objects.filter(status=Status.QUEUED, priority__lte=Priority.URGENT, only_phone=None)
    old = urgent.filter(created_at__lte=now - limits.oldest_urgent)
    put_back = StatusChange.objects.filter(message=OuterRef("pk"), after=Status.QUEUED).exclude(actor=PROGRAM)
    entered = Coalesce(Subquery(put_back.order_by("-pk").values("at")[:1]), "created_at")
    waiting = old.annotate(entered=entered).filter(entered__lte=now - limits.oldest_urgent)
    found = waiting.aggregate(first=Min("entered"), count=Count("pk"))
    if not found["count"]:
        return []
    sentence = "Há uma mensagem urgente" if found["count"] == 1 else f"Há {found['count']} mensagens urgentes"
    advice = "Veja em Fila e aparelhos se algum aparelho está parado, pausado ou sem cota."
    return [Trouble(Kind.OLDEST_URGENT, "", found["first"], f"{sentence} na fila há tempo demais.", advice)]


def _errors(now: datetime, limits: Limits) -> list[Trouble]:
    ended = Message.objects.filter(moment__gt=now - ERROR_WINDOW, moment__lte=now)
    by_status = dict(ended.order_by().values_list("status").annotate(Count("pk")))
    bad = sum(by_status.get(status, 0) for status in NEEDS_A_PERSON)
    all_ended = bad + sum(by_status.get(status, 0) for status in SENT_GROUP)
    if all_ended < LEAST_ENDED or 100 * bad <= limits.error_percent * all_ended:
        return []
    sentence = f"Na última hora, {bad} de {all_ended} mensagens terminaram com erro ou em dúvida."
    advice = "Veja o motivo em Mensagens com erro."
    return [Trouble(Kind.ERRORS, "", now - ERROR_WINDOW, sentence, advice)]
