"""*Parear aparelho*: find phones by Bluetooth, pair with one, forget one. The gateway does it; here it is asked for.

Wish and answer are a row (`pairing.tasks`). The moving part is asked for again each second while a task is under way,
and swapped only when something has changed, so that a PIN half typed stays.
"""

from __future__ import annotations

import re
from http.client import NO_CONTENT
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recado.pairing import tasks
from recado.pairing.finds import Find
from recado.pairing.models import PairingTask, Step, Work
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.phones.models import Phone
from recado.web.access import needs
from recado.web.audit import note
from recado.web.forms.pairing import AddressForm, AnswerForm, PairForm
from recado.web.live import live_part

HEADING = "Parear aparelho por Bluetooth"
_ADDRESS = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}")


@never_cache
@require_safe
@needs(Duty.MANAGE_PHONES)
def pairing(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "web/pairing.html", {"heading": HEADING, "section": "phones", **_standing()})


@live_part
@needs(Duty.MANAGE_PHONES)
def pairing_live(request: HttpRequest) -> HttpResponse:
    """Its moving part; nothing when the page still shows (`visto`) what holds."""
    standing = _standing()
    if request.GET.get("visto") == standing["token"]:
        return HttpResponse(status=NO_CONTENT)
    return render(request, "web/pairing_live.html", standing)


@require_POST
@needs(Duty.MANAGE_PHONES)
def pairing_scan(request: HttpRequest) -> HttpResponse:
    """Have the gateway look around for some seconds."""
    return _begin(request, Work.SCAN, Deed.PHONES_SCANNED)


@require_POST
@needs(Duty.MANAGE_PHONES)
def pairing_pair(request: HttpRequest) -> HttpResponse:
    """Have the gateway pair with the phone that was chosen."""
    form = PairForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    given = form.cleaned_data
    return _begin(
        request, Work.PAIR, Deed.PAIRING_ASKED, address=given["address"], name=given["name"], host=given["host"]
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Duty.MANAGE_PHONES)
def pairing_undo(request: HttpRequest) -> HttpResponse:
    """Say what unpairing a phone means; then have the gateway do it."""
    form = AddressForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _refused(request, form)
    address = form.cleaned_data["address"]
    if request.method == "POST":
        return _begin(request, Work.UNPAIR, None, address=address)
    users = [phone for phone in _by_bluetooth() if address in phone.link]
    context = {"heading": "Desfazer pareamento", "section": "phones", "address": address, "users": users}
    return render(request, "web/pairing_undo.html", context)


@require_POST
@needs(Duty.MANAGE_PHONES)
def pairing_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the person's answer over to the gateway; too late is said."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    given = form.given()
    number = form.cleaned_data["number"]
    with transaction.atomic():
        heard = tasks.answer(pk, number, given, timezone.now())
        if heard:
            said = "disse que não" if not given.agreed else f"confirmou {number}" if number else "deu o PIN"
            note(request, Deed.PAIRING_ANSWERED, _address_of(pk), said)
    if not heard:
        messages.error(request, "A pergunta não espera mais resposta: o tempo acabou, ou alguém já respondeu.")
    return redirect("pairing")


@require_POST
@needs(Duty.MANAGE_PHONES)
def pairing_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End the task; what the gateway has begun it takes back."""
    with transaction.atomic():
        ended = tasks.cancel(pk, request.user.get_username(), timezone.now())
        if ended and (address := _address_of(pk)):
            note(request, Deed.PAIRING_FAILED, address, "cancelado")
    if not ended:
        messages.info(request, "Já havia terminado.")
    return redirect("pairing")


def _begin(request: HttpRequest, work: Work, deed: Deed | None, **wanted: str) -> HttpResponse:
    try:
        with transaction.atomic():
            tasks.begin(work, actor=request.user.get_username(), now=timezone.now(), **wanted)
            if deed:
                note(request, deed, wanted.get("address", ""))
    except tasks.Busy as busy:
        whom = busy.task.asked_by
        messages.error(request, f"{whom} está usando o Bluetooth agora. Espere terminar, ou cancele abaixo.")
    return redirect("pairing")


def _refused(request: HttpRequest, form: AddressForm | AnswerForm) -> HttpResponse:
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("pairing")


def _standing() -> dict[str, Any]:
    """What there is to show now; `token` changes with it."""
    now = timezone.now()
    task = tasks.under_way(now)
    result = None if task else tasks.last_result(now)
    scan = tasks.last_scan(now)
    shown = task or result
    return {
        "task": task,
        "result": result,
        "scan": scan,
        "finds": _finds(scan) if scan else [],
        "scan_seconds": tasks.SCAN_SECONDS,
        "included": [(phone, _ADDRESS.findall(phone.link)[-1]) for phone in _by_bluetooth()],
        "token": f"{shown.pk}-{shown.step}-{shown.answered}-{shown.number}" if shown else "",
        "announcement": _announcement(task or result),
    }


def _finds(scan: PairingTask) -> list[tuple[Find, Phone | None]]:
    """What was found, each with the phone that it already is, if it is one."""
    included = {address: phone for phone in _by_bluetooth() for address in _ADDRESS.findall(phone.link)}
    finds = [Find.of_json(one) for one in scan.found]
    return [(find, included.get(find.address) if find.paired else None) for find in finds]


def _announcement(task: PairingTask | None) -> str:
    """What a screen reader hears when the part changes."""
    if task is None:
        return ""
    match task.step:
        case Step.COMPARE:
            return f"Confira: o aparelho mostra o número {task.number}?"
        case Step.PIN:
            return "Informe o PIN do aparelho."
        case Step.SHOW:
            return f"Digite no aparelho o número {task.number}."
        case Step.DONE:
            return "Concluído."
        case Step.FAILED:
            return task.reason
    return "Em andamento."


def _address_of(pk: int) -> str:
    return PairingTask.objects.values_list("address", flat=True).filter(pk=pk).first() or ""


def _by_bluetooth() -> list[Phone]:
    rows = Phone.objects.filter(Q(link__startswith="bluetooth:") | Q(link__startswith="map:"))
    return [phone for phone in rows if _ADDRESS.search(phone.link)]
