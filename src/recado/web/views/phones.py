"""*Fila e aparelhos*: how long the queue takes, how each phone stands, pause and resume, and the alarms in force."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from recado.alarms.models import Alarm, Occasion
from recado.alarms.words import title
from recado.outbox import doorbell
from recado.outbox.forecast import forecast
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.phones import changes
from recado.phones.models import Phone
from recado.web.access import needs
from recado.web.audit import note
from recado.web.context import House
from recado.web.live import live_part
from recado.web.phone_cards import cards
from recado.web.views.home import queue_words


@require_safe
@needs(Duty.USE_SCREENS)
def phones(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "web/phones.html", {"heading": "Fila e aparelhos", **_figures()})


@live_part
@needs(Duty.USE_SCREENS)
def phones_live(request: HttpRequest) -> HttpResponse:
    """Its moving part."""
    return render(request, "web/phones_live.html", _figures())


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


def _set_paused(request: HttpRequest, pk: int, *, paused: bool) -> HttpResponse:
    phone = get_object_or_404(Phone, pk=pk, enabled=True)
    with transaction.atomic():
        changed = changes.set_paused(phone, paused=paused, actor=request.user.get_username(), now=timezone.now())
        doorbell.ring()
        if changed:
            note(request, Deed.PHONE_PAUSED if paused else Deed.PHONE_RESUMED, phone.name)
    if not changed:
        messages.info(request, f"{phone.name} já estava {'pausado' if paused else 'em uso'}.")
    elif paused:
        messages.success(request, f"{phone.name} pausado. O envio em andamento termina; a fila espera.")
    else:
        messages.success(request, f"{phone.name} de volta ao envio.")
    return redirect("phones")


def _figures() -> dict[str, Any]:
    now = timezone.now()
    house = House(known=True)
    queue = forecast([state.phone for state in house.phones], now)
    words = queue_words(queue, now)
    return {
        "house": house,
        "queue_words": words,
        "cards": cards(house.phones, now),
        "alarms": [(alarm, title(alarm, Occasion.BEGIN)) for alarm in Alarm.objects.filter(ended_at=None)],
        "announcement": f"{house.badge.words}.",
    }
