"""*Fila e aparelhos*: how long the queue takes, how each phone stands, pause and resume, and the alarms in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from recado.alarms.models import Alarm, Occasion
from recado.alarms.words import on_screen, title
from recado.batches.behind import behind_the_queue
from recado.outbox import doorbell
from recado.outbox.forecast import forecast
from recado.outbox.real_pace import JUST_NOW, sent_just_now
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.phones import changes
from recado.phones.models import Phone
from recado.web.access import needs
from recado.web.audit import note
from recado.web.context import House
from recado.web.formatting import counted, decimal
from recado.web.live import live_part
from recado.web.phone_cards import cards
from recado.web.views.home import queue_words, queued_url


@require_safe
@needs(Duty.USE_SCREENS)
def phones(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "web/phones.html", {"heading": "Fila e aparelhos", **_figures(request)})


@live_part
@needs(Duty.USE_SCREENS)
def phones_live(request: HttpRequest) -> HttpResponse:
    """Its moving part, and the header's badge, which must not say otherwise until its own turn comes."""
    return render(request, "web/phones_live.html", {"with_header": True, **_figures(request)})


@require_POST
@needs(Duty.PAUSE_PHONES)
def phone_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Send nothing more by the phone; what it is sending now is ended first."""
    return _set_paused(request, pk, paused=True)


@require_POST
@needs(Duty.PAUSE_PHONES)
def phone_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Send by the phone again."""
    return _set_paused(request, pk, paused=False)


@require_POST
@needs(Duty.PAUSE_PHONES)
def phones_pause(request: HttpRequest) -> HttpResponse:
    """Send nothing more by any phone."""
    return _set_all_paused(request, paused=True)


@require_POST
@needs(Duty.PAUSE_PHONES)
def phones_resume(request: HttpRequest) -> HttpResponse:
    """Send by every phone again."""
    return _set_all_paused(request, paused=False)


def _set_paused(request: HttpRequest, pk: int, *, paused: bool) -> HttpResponse:
    phone = get_object_or_404(Phone, pk=pk, enabled=True)
    if not _changed(request, [phone], paused=paused):
        messages.info(request, f"{phone.name} já estava {'pausado' if paused else 'em uso'}.")
    elif paused:
        messages.success(request, f"{phone.name} pausado. O envio em andamento termina; a fila espera.")
    else:
        messages.success(request, f"{phone.name} de volta ao envio.")
    return redirect("phones")


def _set_all_paused(request: HttpRequest, *, paused: bool) -> HttpResponse:
    changed = _changed(request, Phone.objects.filter(enabled=True), paused=paused)
    if not changed:
        messages.info(request, f"O envio já estava {'pausado' if paused else 'em andamento'} em todos os aparelhos.")
    elif paused:
        words = counted(changed, "aparelho pausado", "aparelhos pausados")
        messages.success(request, f"Envio pausado: {words}. O que está saindo termina; a fila espera.")
    else:
        messages.success(request, f"Envio retomado: {counted(changed, 'aparelho', 'aparelhos')} de volta.")
    return redirect("phones")


def _changed(request: HttpRequest, phones: Iterable[Phone], *, paused: bool) -> int:
    """Pause or resume those of `phones` that are not so yet, all or none; gives how many they were."""
    changed = 0
    with transaction.atomic():
        for phone in phones:
            if changes.set_paused(phone, paused=paused, actor=request.user.get_username(), now=timezone.now()):
                note(request, Deed.PHONE_PAUSED if paused else Deed.PHONE_RESUMED, phone.name)
                changed += 1
        doorbell.ring()
    return changed


def _rate_words(now: datetime) -> str:
    """How fast the queue goes out now."""
    sent, minutes = sent_just_now(now), JUST_NOW.seconds // 60
    if not sent:
        return f"nenhuma enviada nos últimos {minutes} minutos"
    many = counted(sent, "enviada", "enviadas")
    return f"{decimal(sent / minutes)} por minuto ({many} nos últimos {minutes} minutos)"


def _figures(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    house = House(request.user)
    queue = forecast([state.phone for state in house.phones], now, *behind_the_queue())
    words = queue_words(queue, now)
    return {
        "house": house,
        "queue_words": words,
        "queue": queue,
        "queued_url": queued_url(queue, now),
        "by_priority": [(priority.label, count) for priority, count in queue.by_priority.items()],
        "rate_words": _rate_words(now),
        "cards": cards(house.phones, now, queue.paces, technician=house.technician),
        "any_paused": any(state.phone.paused for state in house.phones),
        "any_in_use": any(not state.phone.paused for state in house.phones),
        "alarms": [
            (alarm, title(alarm, Occasion.BEGIN), on_screen(alarm, technician=house.technician))
            for alarm in Alarm.objects.filter(ended_at=None)
        ],
        "announcement": f"{house.badge.announced}.",
    }
