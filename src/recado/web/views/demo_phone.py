"""*Celular de demonstração*: what really went over the line of the emulated phone, and the switches that make it fail.

Only where the data are fictitious (`RECADO_DEMO`): elsewhere the page does not exist.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from recado.emulator.control import ControlClient
from recado.emulator.errors import ControlError, EmulatorError, EmulatorUnavailable
from recado.outbox.numbers import NumberRefused, normalise_mobile, show_mobile
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.live import live_part

SHOWN = 30
NO_CONTENT = 204
# What an operator meets most, first; the rest is folded away.
_COMMON = (
    "no_signal",
    "hang",
    "reject",
    "mute_after_submit",
    "lost_before_air",
    "drop_after_submit",
    "slow",
    "sim_missing",
)
_ENCODINGS = {"gsm7": "7 bits", "ucs2": "UCS-2", "octets": "8 bits"}
_ON_AIR = {"on_air": "o SMS chega ao cliente", "not_on_air": "o SMS não chega ao cliente"}
# The fault's name: what each of its values means. A test holds it against the emulator's table.
CHOICE_WORDS = {
    "not_registered": {
        "0": "0 – não procura rede",
        "2": "2 – procurando rede",
        "3": "3 – recusado pela rede",
        "4": "4 – estado desconhecido",
    },
    "send_stored": {"no_flip": "envia e não diz que enviou", "refused": "recusa o envio"},
    "ussd": {
        "packed": "resposta em 7 bits compactados",
        "ucs2": "resposta em UCS-2",
        "no_quotes": "resposta sem aspas",
        "menu": "resposta que pede uma escolha",
        "unsupported": "o aparelho não faz a consulta",
        "refused": "a operadora recusa",
        "silent": "nenhuma resposta",
    },
    "drop_after_submit": _ON_AIR,
    "bare_ok": _ON_AIR,
    "not_yet": {"515": "515 – ainda iniciando", "14": "14 – chip ocupado", "314": "314 – chip ocupado"},
    "report_memory": {"SR": "SR – só de confirmações", "SM": "SM – a do chip"},
}

View = Callable[..., HttpResponse]


def _demonstration_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.RECADO_DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_demonstration_only
@require_GET
@needs(Duty.USE_SCREENS)
def demo_phone(request: HttpRequest) -> HttpResponse:
    """Show the phone, or say how to start it when it is not running."""
    return render(request, "web/demo_phone.html", {"heading": "Celular de demonstração", **_state()})


@_demonstration_only
@live_part
@needs(Duty.USE_SCREENS)
def demo_phone_screen(request: HttpRequest) -> HttpResponse:
    """The phone's screen; nothing when what is shown (`visto`) still holds."""
    return _live(request, "web/demo_phone_screen.html", "seen_screen")


@_demonstration_only
@live_part
@needs(Duty.USE_SCREENS)
def demo_phone_faults(request: HttpRequest) -> HttpResponse:
    """The switches; nothing when what is shown (`visto`) still holds, so that nobody's typing is swept away."""
    return _live(request, "web/demo_phone_faults.html", "seen_faults")


@_demonstration_only
@require_POST
@needs(Duty.USE_SCREENS)
def demo_phone_command(request: HttpRequest) -> HttpResponse:
    """Pull or push the cable, set one fault on or off or all off (`comando`, `falha`, `valor`, `vezes`), or let a
    customer answer (`numero`, `texto`).

    Asked for by htmx it answers with the switches alone, so that the page stays where it is.
    """
    try:
        said, level = _command(_client(), request), messages.SUCCESS
    except EmulatorError as error:
        said, level = str(error), messages.ERROR
    if request.headers.get("HX-Request") == "true":
        return render(request, "web/demo_phone_faults.html", {**_state(), "said": said})
    messages.add_message(request, level, said)
    return redirect("demo_phone")


def _live(request: HttpRequest, template: str, seen: str) -> HttpResponse:
    state = _state()
    if request.GET.get("visto") == state[seen]:
        return HttpResponse(status=NO_CONTENT)
    return render(request, template, state)


def _client() -> ControlClient:
    return ControlClient(settings.RECADO_EMULATOR_CONTROL)


def _command(client: ControlClient, request: HttpRequest) -> str:
    name, value, times = (request.POST.get(field, "").strip() for field in ("falha", "valor", "vezes"))
    match request.POST.get("comando"):
        case "desligar":
            client.unplug()
            return "O cabo foi desligado."
        case "ligar":
            client.plug()
            return "O cabo foi ligado."
        case "consertar":
            client.clear_faults()
            return "Todas as falhas foram desligadas."
        case "desativar":
            client.set_fault(name, False)
            return "A falha foi desligada."
        case "ativar":
            client.set_fault(name, {"value": value or True, **({"times": times} if times else {})})
            return "A falha foi ligada."
        case "responder":
            return _answer(client, request.POST.get("numero", "").strip(), request.POST.get("texto", "").strip())
    raise ControlError("Este comando não existe.")


def _answer(client: ControlClient, number: str, text: str) -> str:
    """Let an SMS of a customer arrive at the phone."""
    try:
        sender = normalise_mobile(number)
    except NumberRefused as refusal:
        raise ControlError(str(refusal)) from refusal
    if not text:
        raise ControlError("Escreva o texto da resposta.")
    client.deliver(sender, text)
    return f"A resposta de {show_mobile(sender)} chegou ao aparelho. Veja em Respostas."


def _state() -> dict[str, Any]:
    """What the templates show; `seen_screen` and `seen_faults` change whenever their part does."""
    try:
        state = _client().state()
    except (EmulatorUnavailable, ControlError) as error:
        return {"running": False, "why": str(error), "seen_screen": "parado", "seen_faults": "parado"}
    faults = [_readable_fault(fault) for fault in state["faults"] if fault["name"] != "unplugged"]
    bubbles = [_bubble(sms) for sms in state["messages"][-SHOWN:]]
    common = [fault for fault in faults if fault["name"] in _COMMON]
    other = [fault for fault in faults if fault["name"] not in _COMMON]
    return {
        "running": True,
        "seen_screen": _mark(state["condition"], state["plugged"], state["on_air_total"]),
        "seen_faults": _mark(state["plugged"], state["faults"]),
        "condition": state["condition"],
        "condition_label": state["condition_label"],
        "plugged": state["plugged"],
        "total": state["on_air_total"],
        "bubbles": bubbles,
        "last_number": show_mobile(bubbles[-1]["number"]) if bubbles else "",
        "common_faults": sorted(common, key=lambda fault: _COMMON.index(fault["name"])),
        "other_faults": other,
        "other_is_on": any(fault["on"] for fault in other),
        "faults_on": [fault for fault in faults if fault["on"]],
    }


def _mark(*shown: object) -> str:
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def _bubble(sms: dict[str, Any]) -> dict[str, Any]:
    return {
        **sms,
        "at": datetime.fromisoformat(sms["at"]),
        "encoding_label": _ENCODINGS.get(sms["encoding"], sms["encoding"]),
    }


def _readable_fault(fault: dict[str, Any]) -> dict[str, Any]:
    words = CHOICE_WORDS.get(fault["name"], {})
    shown = fault["value"] if fault["on"] else fault["default"]
    return {
        **fault,
        "shown_value": f"{shown:g}" if isinstance(shown, float) else str(shown),
        "shown_words": words.get(str(shown), f"{shown:g}" if isinstance(shown, float) else str(shown)),
        "takes_value": fault["kind"] != "flag",
        "takes_times": fault["trigger"] == "striking",
        "options": [(choice, words.get(choice, choice)) for choice in fault["choices"]],
    }
