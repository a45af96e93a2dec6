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

from recado.outbox.models import Status
from recado.outbox.queries import QueueForecast, day_figures, forecast, needing_a_person
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
    return render(request, "web/home.html", {"heading": "Tela principal", **_figures()})


@live_part
@needs(Duty.USE_SCREENS)
def home_live(request: HttpRequest) -> HttpResponse:
    """The moving part of the main screen."""
    return render(request, "web/home_live.html", _figures())


@live_part
@needs(Duty.USE_SCREENS)
def live_header(request: HttpRequest) -> HttpResponse:
    """The phones' badge in the header."""
    return render(request, "web/live_header.html")


def _figures() -> dict[str, Any]:
    now = timezone.now()
    house = House(known=True)
    waiting = dict(needing_a_person().order_by().values_list("status").annotate(Count("pk")))
    today = timezone.localdate(now)
    figures = day_figures(today)
    ready = [state.phone.pace_seconds for state in house.phones if state.ready]
    queue = forecast(ready, now)
    stopped = [state for state in house.phones if state.stopped]
    return {
        "house": house,
        "failed": waiting.get(Status.FAILED, 0),
        "uncertain": waiting.get(Status.UNCERTAIN, 0),
        "stopped": stopped,
        "all_well": not (waiting or stopped or house.unread_replies),
        "today": figures,
        "failed_share": percent(figures.failed, figures.sent + figures.failed),
        "queue": queue,
        "queue_words": queue_words(queue, now),
        "announcement": _announcement(house),
        "sent_today_url": _list_url(now, now, situacao=SENT),
        "failed_today_url": _list_url(now, now, estado=Status.FAILED),
        "queued_url": _list_url(queue.oldest or now, now, estado=Status.QUEUED),
    }


def _announcement(house: House) -> str:
    """What a screen reader is told when it changes: not the figures, only what needs somebody."""
    pending = counted(house.attention, "mensagem precisa de atenção", "mensagens precisam de atenção")
    return f"{house.badge.words}. {pending}."


def queue_words(queue: QueueForecast, now: datetime) -> str:
    """The queue in a sentence: how many, how long, until when."""
    if not queue.messages:
        return "Nenhuma mensagem na fila."
    many = counted(queue.messages, "mensagem na fila", "mensagens na fila")
    held = _held_words(queue, now)
    if queue.held == queue.messages:
        return f"{many}. {held}"
    if queue.wait is None:
        return f"{many}. Nenhum aparelho pronto: a fila espera; nada se perde. {held}".rstrip()
    return f"{many}, cerca de {duration(queue.wait)}. Término {when(now + queue.wait, now)}. {held}".rstrip()


def _held_words(queue: QueueForecast, now: datetime) -> str:
    """How many wait for the hours of their types, and when the first of these begin."""
    if not queue.held or queue.opens_at is None:
        return ""
    many = counted(queue.held, "espera o horário do seu tipo", "esperam o horário do seu tipo")
    if queue.held == queue.messages:
        return f"{'Espera' if queue.held == 1 else 'Esperam'} o horário do seu tipo: {when(queue.opens_at, now)}."
    return f"Fora dessa conta, {many}: {when(queue.opens_at, now)}."


def _list_url(first: datetime, last: datetime, **filters: str) -> str:
    days = [written_date(timezone.localdate(at)) for at in (first, last)]
    return f"{reverse('messages')}?{urlencode({'inicio': days[0], 'fim': days[1], **filters})}"
