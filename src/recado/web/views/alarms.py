"""*Alarmes*: what went wrong, from when until when, who was told of it, and whether that worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from recado.alarms.channels import configured
from recado.alarms.models import Alarm, Channel, Notice, Occasion
from recado.alarms.words import OnScreen, on_screen, title
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.formatting import duration, when
from recado.web.views.listing import paging_for


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice in words: by which way, of what, to whom, and how that went; `well` once the other side took it."""

    words: str
    well: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One alarm: `lasted` in words, empty while it is in force."""

    alarm: Alarm
    title: str
    words: OnScreen
    lasted: str
    tellings: tuple[Telling, ...]


@require_safe
@needs(Duty.VIEW_REPORTS)
def alarms(request: HttpRequest) -> HttpResponse:
    """Those in force first, then the newest."""
    found = Alarm.objects.order_by(F("ended_at").desc(nulls_first=True), "-began_at", "-pk").prefetch_related("notices")
    paging, now = paging_for(request, found.count(), {}), timezone.now()
    technician = request.user.has_perm(Duty.MANAGE_PHONES.permission)
    rows = [_row(alarm, now, technician=technician) for alarm in found[paging.offset : paging.offset + paging.size]]
    context = {"heading": "Alarmes", "paging": paging, "rows": rows, "channels": configured()}
    return render(request, "web/alarms.html", context)


def _row(alarm: Alarm, now: datetime, *, technician: bool) -> Row:
    lasted = duration(alarm.ended_at - alarm.since) if alarm.ended_at else ""
    tellings = tuple(telling(notice, now) for notice in alarm.notices.all())
    return Row(alarm, title(alarm, Occasion.BEGIN), on_screen(alarm, technician=technician), lasted, tellings)


def telling(notice: Notice, now: datetime) -> Telling:
    """Say how `notice` went."""
    of_what = "Começo" if notice.occasion == Occasion.BEGIN else "Fim"
    by = Channel(notice.channel).label.lower()
    whom = f"{of_what}: {by}{f' para {notice.told_to}' if notice.told_to else ''}"
    if notice.sent_at is not None:
        return Telling(f"{whom}, entregue {when(notice.sent_at, now)}.", well=True)
    fault = f" {notice.fault}" if notice.fault else ""
    if notice.next_try_at is None:
        return Telling(f"{whom}, não entregue; o Recado desistiu.{fault}", well=False)
    if not notice.failures:
        return Telling(f"{whom}, a caminho.", well=False)
    return Telling(f"{whom}, não entregue; nova tentativa {when(notice.next_try_at, now)}.{fault}", well=False)
