"""*Parametrizar Mensagem de Faturamento (SMS/E-MAIL)*: what customers are told of a bill, to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recado import parameters
from recado.billing.models import Category, Kind, Setup
from recado.billing.setups import (
    UNENCODABLE,
    SetupRefused,
    billing_month,
    held_for_change,
    message_type,
    save_setup,
)
from recado.billing.tags import TAGS, text_faults, worst_case
from recado.gsm import EncodeError, EncodingPolicy
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web import overtaking
from recado.web.access import needs
from recado.web.audit import note
from recado.web.formatting import counted
from recado.web.forms.billing import LONGEST_SMS, SetupForm, kind_in
from recado.web.overtaking import Overtaken

HEADING = "Parametrizar Mensagem de Faturamento (SMS/E-MAIL)"


@dataclass(frozen=True, slots=True)
class Length:
    """How long the SMS may become: `words` (pt-BR), and whether it `fits`."""

    words: str
    fits: bool


@require_http_methods(["GET", "POST"])
@needs(Duty.EDIT_BILLING)
def billing_setup(request: HttpRequest) -> HttpResponse:
    """Show what is in force; save a new version."""
    kind = kind_in(request.GET)
    held = Setup.objects.filter(kind=kind, is_in_force=True).first()
    form = SetupForm(request.POST, kind=kind) if request.method == "POST" else SetupForm.of(held, kind)
    overtaken = None
    if form.is_bound and "ver" not in request.POST and form.is_valid():
        done = _save(request, form)
        if isinstance(done, HttpResponse):
            return done
        overtaken = done
    context = {
        "heading": HEADING,
        "form": form if "ver" not in request.POST else SetupForm(kind=kind, initial=_typed(form)),
        "overtaken": overtaken,
        "mark": overtaken.mark if overtaken else overtaking.mark_of(request.POST, SetupForm.of(held, kind)),
        "kind": kind,
        "kinds": Kind,
        "month": billing_month(kind),
        "tags": TAGS[kind],
        "length": length_of(str(form["sms_text"].value() or ""), kind),
        "versions": [(row, _categories(row)) for row in Setup.objects.filter(kind=kind)[:50]],
    }
    return render(request, "web/billing_setup.html", context)


@require_POST
@needs(Duty.EDIT_BILLING)
def billing_measure(request: HttpRequest) -> HttpResponse:
    """How long the SMS being typed may become."""
    length = length_of(request.POST.get("sms_text", "")[: 2 * LONGEST_SMS].replace("\r\n", "\n"), kind_in(request.GET))
    return render(request, "web/billing_length.html", {"length": length})


def length_of(text: str, kind: Kind) -> Length:
    """The longest case in characters and SMS, or what is wrong with the text."""
    if not text.strip():
        return Length("Escreva o texto para ver o tamanho.", fits=True)
    if faults := text_faults(text, kind):
        return Length(" ".join(faults), fits=False)
    try:
        found = worst_case(text, kind, EncodingPolicy(message_type(kind).encoding))
    except EncodeError:
        return Length(UNENCODABLE, fits=False)
    limit = parameters.get().billing_sms_limit
    size = f"Com as tags no tamanho máximo e o código de barras: {counted(found.characters, 'caractere', 'caracteres')}"
    size += f", {len(found.parts)} SMS."
    if found.characters > limit:
        over = counted(found.characters - limit, "caractere", "caracteres")
        return Length(f"{size} Passa do limite de {limit}: retire {over}.", fits=False)
    room = limit - found.characters
    left = "Está no limite." if not room else f"Cabem mais {room}." if room > 1 else "Cabe mais 1."
    return Length(f"{size} O limite é {limit} caracteres. {left}", fits=True)


def _save(request: HttpRequest, form: SetupForm) -> HttpResponse | Overtaken | None:
    """Where to go once it is saved; else who came first, or None when the form says what is wrong."""
    try:
        with transaction.atomic():
            before = held_for_change(form.kind)
            last = (before.actor, before.at) if before else None
            if first := overtaking.overtaken(form, SetupForm.of(before, form.kind), last):
                return first
            setup = save_setup(form.wanted(), actor=request.user.get_username(), now=timezone.now())
            if setup != before:
                note(request, Deed.BILLING_CHANGED, f"{form.kind.one}, versão {setup.number}")
    except SetupRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return None
    if setup == before:
        messages.info(request, "Nada mudou.")
    elif before is None:
        messages.success(request, "Versão 1 em vigor.")
    else:
        messages.success(request, f"Versão {setup.number} em vigor. A versão {before.number} foi retirada.")
    return redirect(f"{reverse('billing_setup')}?tipo={form.kind.slug}")


def _typed(form: SetupForm) -> dict[str, object]:
    return {name: form[name].value() for name in form.fields}


def _categories(setup: Setup) -> str:
    return ", ".join(str(Category(code).label) for code in setup.categories)
