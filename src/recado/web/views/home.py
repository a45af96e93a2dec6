"""*Tela principal*: what needs a person now, what was sent today, how the phones are."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from recado.batches.behind import behind_the_queue
from recado.batches.models import Batch, State
from recado.outbox.forecast import QueueForecast, forecast
from recado.outbox.models import MessageType, Status
from recado.outbox.queries import day_figures, needing_a_person
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.context import House
from recado.web.formatting import counted, duration, percent, when
from recado.web.forms.messages import SENT, written_date
from recado.web.live import live_part


@require_safe
@needs(Duty.USE_SCREENS)
def home(request: HttpRequest) -> HttpResponse:
    """The main screen."""
    return render(request, "web/home.html", {"heading": "Tela principal", **_figures(request)})


@live_part
@needs(Duty.USE_SCREENS)
def home_live(request: HttpRequest) -> HttpResponse:
    """The moving part of the main screen."""
    return render(request, "web/home_live.html", _figures(request))


@live_part
@needs(Duty.USE_SCREENS)
def live_header(request: HttpRequest) -> HttpResponse:
    """The phones' badge in the header."""
    return render(request, "web/live_header.html")


def _figures(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    house = House(request.user)
    waiting = dict(needing_a_person().order_by().values_list("status").annotate(Count("pk")))
    today = timezone.localdate(now)
    figures = day_figures(today)
    queue = forecast([state.phone for state in house.phones], now, *behind_the_queue())
    stopped = [state for state in house.phones if state.stopped]
    to_approve = _to_approve(request)
    return {
        "house": house,
        "failed": waiting.get(Status.FAILED, 0),
        "uncertain": waiting.get(Status.UNCERTAIN, 0),
        "stopped": stopped,
        "to_approve": to_approve,
        "all_well": not (waiting or stopped or house.unread_replies or to_approve or _mail_faults(request, house)),
        "today": figures,
        "failed_share": percent(figures.failed, figures.sent + figures.failed),
        "queue": queue,
        "queue_words": queue_words(queue, now),
        "announcement": _announcement(house),
        "sent_today_url": _list_url(now, now, situacao=SENT),
        "failed_today_url": _list_url(now, now, estado=Status.FAILED),
        "queued_url": queued_url(queue, now),
    }


def _to_approve(request: HttpRequest) -> int:
    """How many batches wait for this person: never one's own."""
    if not request.user.has_perm(Duty.APPROVE_BATCHES.permission):
        return 0
    return Batch.objects.filter(state=State.WAITING).exclude(author=request.user.get_username()).count()


def _mail_faults(request: HttpRequest, house: House) -> int:
    """How many e-mails wait for this person, who may decide them."""
    return house.mail_faults if request.user.has_perm(Duty.DECIDE_MESSAGES.permission) else 0


def _announcement(house: House) -> str:
    """What a screen reader is told when it changes: not the figures, only what needs somebody."""
    pending = counted(house.attention, "mensagem precisa de atenção", "mensagens precisam de atenção")
    return f"{house.badge.announced}. {pending}."


def queue_words(queue: QueueForecast, now: datetime) -> str:
    """The queue in a sentence: how many, how long, until when; and what cannot be foreseen, with the reason."""
    if not queue.messages:
        return " ".join(["Nenhuma mensagem na fila.", *_paused_words(queue)])
    sentences = [f"{counted(queue.messages, 'mensagem na fila', 'mensagens na fila')}."]
    if queue.stuck < queue.messages:
        sentences[0] = _time_words(queue, now)
    told = [*_behind_words(queue), *_held_words(queue, now), *_stuck_words(queue), *_paused_words(queue)]
    return " ".join([*sentences, *told])


def _behind_words(queue: QueueForecast) -> list[str]:
    """How many of them a batch still keeps: the list of the queue does not show these."""
    if not queue.behind:
        return []
    words = counted(queue.behind, "ainda espera no seu lote", "ainda esperam no seu lote")
    return [f"Dessas, {words}: a fila as recebe aos poucos, e as mensagens dos RAs passam à frente."]


def _paused_words(queue: QueueForecast) -> list[str]:
    """What a person paused, which is in no reckoning."""
    if not queue.paused:
        return []
    return [f"Pausado, fora dessa conta: {counted(queue.paused, 'mensagem', 'mensagens')} de lotes."]


def _time_words(queue: QueueForecast, now: datetime) -> str:
    many = counted(queue.messages, "mensagem na fila", "mensagens na fila")
    if not queue.at_work:
        return f"{many}. Nenhum aparelho pronto: a fila espera; nada se perde."
    if queue.wait is None:
        why = "pelas cotas e horários dos aparelhos" if queue.rests else "no ritmo dos aparelhos"
        return f"{many}. Não dá para prever o término: {why}, ele fica a mais de três anos."
    pauses = ", contando as pausas de cota e de horário dos aparelhos" if queue.rests else ""
    return f"{many}, cerca de {duration(queue.wait)}{pauses}. Término {when(now + queue.wait, now)}."


def _held_words(queue: QueueForecast, now: datetime) -> list[str]:
    """How many wait for the hours of their types, and when the first of these begin."""
    if not queue.held or queue.opens_at is None:
        return []
    if queue.held == queue.messages:
        return [f"{'Espera' if queue.held == 1 else 'Esperam'} o horário do seu tipo: {when(queue.opens_at, now)}."]
    many = counted(queue.held, "espera o horário do seu tipo", "esperam o horário do seu tipo")
    return [f"Dessas, {many}: {when(queue.opens_at, now)}."]


def _stuck_words(queue: QueueForecast) -> list[str]:
    """How many no phone may send by the rules as they are, and which rule that is."""
    if not queue.stuck:
        return []
    why = []
    if queue.stuck_types:
        names = dict(MessageType.objects.filter(pk__in=queue.stuck_types).values_list("pk", "name"))
        told = ", ".join(f"“{names.get(pk, pk)}”" for pk in queue.stuck_types)
        why.append(f"nenhum aparelho pronto envia {told}")
    if queue.stuck_ddds:
        ddds = ", ".join(queue.stuck_ddds)
        why.append(f"o aparelho preferido do DDD {ddds} está parado, e nenhum outro assume a fila dele")
    many = counted(queue.stuck, "mensagem", "mensagens")
    return [f"Não dá para prever quando {'sai' if queue.stuck == 1 else 'saem'} {many}: {'; '.join(why)}."]


def queued_url(queue: QueueForecast, now: datetime) -> str:
    """Where the messages that the queue has are listed."""
    return _list_url(queue.oldest or now, now, estado=Status.QUEUED)


def _list_url(first: datetime, last: datetime, **filters: str) -> str:
    days = [written_date(timezone.localdate(at)) for at in (first, last)]
    return f"{reverse('messages')}?{urlencode({'inicio': days[0], 'fim': days[1], **filters})}"
