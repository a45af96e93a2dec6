"""*Testar conexão* and *Enviar SMS de teste*: asked here, done by the gateway, told on the phone's card.

The screens never talk to a phone. A test SMS is a message like any other, which only that phone takes.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recado.outbox import doorbell
from recado.outbox.enqueue import Event, enqueue
from recado.outbox.models import Message
from recado.outbox.own_types import OwnType
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.phones import checking
from recado.phones.fleet import is_held, rest_of
from recado.phones.models import Phone
from recado.phones.rules import sentence
from recado.web.access import needs
from recado.web.audit import note
from recado.web.formatting import clock
from recado.web.forms.phones import PhoneTestForm


@require_POST
@needs(Duty.MANAGE_PHONES)
def phone_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the question how the phone is; its card tells the answer."""
    phone, now = get_object_or_404(Phone, pk=pk, enabled=True), timezone.now()
    if not is_held(phone, now):
        messages.error(
            request,
            f"O serviço de envio não está cuidando de {phone.name}: ninguém pode testá-lo. Peça à TI para ligar o"
            " serviço de envio do Recado.",
        )
        return _to_card(phone)
    with transaction.atomic():
        if checking.ask(phone, actor=request.user.get_username(), now=now):
            note(request, Deed.PHONE_CHECKED, phone.name)
            doorbell.ring()
    return _to_card(phone)


@require_http_methods(["GET", "POST"])
@needs(Duty.PAUSE_PHONES)
def phone_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the mobile; queue one real SMS that only this phone may send."""
    phone = get_object_or_404(Phone, pk=pk, enabled=True)
    form = PhoneTestForm(request.POST if request.method == "POST" else None)
    obstacle = _obstacle(phone, timezone.now())
    if form.is_bound and form.is_valid() and not obstacle:
        return _send(request, phone, form)
    context = {"heading": f"SMS de teste: {phone.name}", "section": "phones", "form": form, "obstacle": obstacle}
    return render(request, "web/phone_test.html", {**context, "phone": phone})


def _send(request: HttpRequest, phone: Phone, form: PhoneTestForm) -> HttpResponse:
    now = timezone.now()
    event = Event(
        type_id=OwnType.BY_HAND,
        number=form.cleaned_data["mobile"],
        idempotency_key=form.key,
        values={"TEXTO": f"Teste do Recado pelo {phone.name}, {clock(now)}."},
        actor=request.user.get_username(),
        only_phone_id=phone.pk,
    )
    with transaction.atomic():
        message = enqueue(event, now=now)
        if message is not None:
            _remember(request, phone, message)
    if message is None:
        messages.warning(request, "O tipo de SMS “Envio avulso” está desativado: nenhum teste sai. Ative-o antes.")
    return _to_card(phone)


def _remember(request: HttpRequest, phone: Phone, message: Message) -> None:
    known = Phone.objects.filter(pk=phone.pk, test_message_id=message.pk).exists()
    if not known:
        Phone.objects.filter(pk=phone.pk).update(test_message_id=message.pk)
        note(request, Deed.PHONE_TESTED, phone.name, f"mensagem {message.pk}")


def _obstacle(phone: Phone, now: datetime) -> str:
    """Why a test would not leave now (pt-BR); empty when it may."""
    if phone.paused:
        return "O aparelho está pausado. Retome-o antes de enviar o teste."
    if not is_held(phone, now):
        return "O serviço de envio não está cuidando deste aparelho. Peça à TI para ligá-lo."
    rest = rest_of(phone, now)
    return f"{sentence(rest, timezone.localtime(now))} Até lá ele não envia nada." if rest else ""


def _to_card(phone: Phone) -> HttpResponse:
    return redirect(f"{reverse('phones')}#aparelho-{phone.pk}")
