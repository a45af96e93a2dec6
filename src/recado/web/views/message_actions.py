"""The decisions on one message: resend, correct the number, discard, undo, confirm that it went out.

Every one is a POST that ends in a redirect. Pressed twice, or overtaken by somebody else, it says how the message
stands now (`DecisionRefused`) and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recado.outbox import decisions
from recado.outbox.models import Message, Status
from recado.outbox.numbers import show_mobile
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.corrections import correct_mobile, correctable_requester
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.forms.message_actions import CorrectNumberForm, DiscardForm
from recado.web.known import what_is_known
from recado.web.views.deciding import decide
from recado.web.views.message import shown_parts
from recado.web.views.returning import offer_undo, return_url


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def message_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the message again; one that may have been sent only after the person read that it may double."""
    message = get_object_or_404(Message.objects.select_related("type"), pk=pk)
    warned = message.status != Status.UNCERTAIN or request.POST.get("em_dobro") == "sim"
    if request.method == "GET" or not warned or _tried_since(request, message):
        heading = "Reenviar mesmo assim?" if message.status == Status.UNCERTAIN else "Reenviar mensagem"
        resendable = message.status in decisions.RESENDABLE
        return _ask(request, "web/message_resend.html", message, heading=heading, resendable=resendable)
    if message.status == Status.UNDELIVERED:
        return _resend_undelivered(request, message)
    return _decide(request, message, Deed.MESSAGE_RESENT, decisions.resend, "A mensagem voltou para a fila.")


def _tried_since(request: HttpRequest, message: Message) -> bool:
    """Whether a message in doubt was tried again since the person saw the page that sends this form, and says so: what
    they decided was about another try."""
    seen = request.POST.get("tentativas", "")
    if message.status != Status.UNCERTAIN or not seen or seen == str(message.attempts):
        return False
    messages.warning(request, "Esta mensagem foi tentada de novo enquanto você decidia. Veja o que se sabe agora.")
    return True


def _resend_undelivered(request: HttpRequest, message: Message) -> HttpResponse:
    """The new message is what the person wants to see next."""
    back = return_url(request, reverse("attention"))
    try:
        with transaction.atomic():
            new = decisions.resend(message.pk, actor=request.user.get_username(), now=timezone.now())
            note(request, Deed.MESSAGE_RESENT, message.pk, f"segue na mensagem {new.pk}")
    except decisions.DecisionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    messages.success(request, f"O texto da mensagem {message.pk} entrou na fila outra vez, nesta mensagem nova.")
    return redirect(_page_of(new, message, back))


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def message_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an uncertain message as sent, after the person read that this cannot be taken back."""
    message = get_object_or_404(Message.objects.select_related("type"), pk=pk)
    if request.method == "GET" or request.POST.get("com_certeza") != "sim" or _tried_since(request, message):
        confirmable = message.status == Status.UNCERTAIN
        return _ask(request, "web/message_confirm.html", message, heading="Já foi enviada?", confirmable=confirmable)
    return _decide(
        request, message, Deed.MESSAGE_CONFIRMED, decisions.confirm_sent, "A mensagem foi marcada como enviada."
    )


@require_POST
@needs(Duty.DECIDE_MESSAGES)
def message_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a discard back."""
    message = get_object_or_404(Message, pk=pk)
    return _decide(
        request,
        message,
        Deed.MESSAGE_UNDONE,
        decisions.undo_discard,
        "Descarte desfeito: a mensagem voltou a ficar como estava.",
    )


@require_http_methods(["GET", "POST"])
@needs(Duty.DECIDE_MESSAGES)
def message_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then discard; the page that follows offers to undo."""
    message = get_object_or_404(Message.objects.select_related("type"), pk=pk)
    form = DiscardForm(request.POST) if request.method == "POST" else DiscardForm()
    if not (form.is_bound and form.is_valid()):
        return _ask(request, "web/message_discard.html", message, heading="Descartar mensagem", form=form)
    back = return_url(request, reverse("attention"))
    try:
        with transaction.atomic():
            decisions.discard(pk, note=form.cleaned_data["note"], actor=request.user.get_username(), now=timezone.now())
            note(request, Deed.MESSAGE_DISCARDED, pk)
    except decisions.DecisionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    if back.startswith(reverse("attention")):
        offer_undo(request, pk)
    else:
        messages.success(request, "Mensagem descartada: não será enviada.")
    return redirect(back)


@require_http_methods(["GET", "POST"])
@needs(Duty.CORRECT_NUMBERS)
def message_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the old number and ask for the new one; then send to it, and mend the RA if asked."""
    message = get_object_or_404(Message.objects.select_related("type"), pk=pk)
    requester = correctable_requester(message.protocol, message.number)
    form = CorrectNumberForm(request.POST if request.method == "POST" else None, message=message)
    if not (form.is_bound and form.is_valid()):
        correctable = message.status in decisions.CORRECTABLE
        shown = {"form": form, "requester": requester, "correctable": correctable}
        return _ask(request, "web/message_correct.html", message, heading="Corrigir número", **shown)
    number: str = form.cleaned_data["mobile"]
    back = return_url(request, reverse("attention"))
    try:
        with transaction.atomic():
            new = decisions.correct_number(pk, number, actor=request.user.get_username(), now=timezone.now())
            mended = new.number == number and form.cleaned_data["update_ra"]
            mended = mended and correct_mobile(message.protocol, before=message.number, after=number)
            if new.number == number:
                note(request, Deed.MESSAGE_CORRECTED, pk, f"segue na mensagem {new.pk}")
            if mended:
                note(request, Deed.REQUESTER_CORRECTED, message.ra_number, f"protocolo {message.protocol}")
    except decisions.DecisionRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    _say_corrected(request, new, number, before=message.number, mended=mended)
    return redirect(_page_of(new, message, back) if _is_page_of(message, back) else back)


def _is_page_of(message: Message, address: str) -> bool:
    return address.partition("?")[0] == reverse("message", args=[message.pk])


def _page_of(new: Message, old: Message, back: str) -> str:
    """The page of the message that took the place of `old`; from it *Voltar* leads to the list that `old` led to."""
    page, query = reverse("message", args=[new.pk]), back.partition("?")[2]
    return f"{page}?{query}" if query and _is_page_of(old, back) else page


def _say_corrected(request: HttpRequest, new: Message, number: str, *, before: str, mended: bool) -> None:
    if new.number != number:
        shown = show_mobile(new.number)
        if new.number == before:
            messages.warning(request, f"Esta mensagem já tinha sido reenviada para {shown}; corrija a nova.")
        else:
            messages.warning(request, f"Este número já tinha sido corrigido para {shown}; vale essa correção.")
        return
    words = f"Número corrigido para {show_mobile(number)}. A mensagem entrou na fila."
    messages.success(request, f"{words} O RA também foi atualizado." if mended else words)


def _ask(request: HttpRequest, template: str, message: Message, **context: object) -> HttpResponse:
    note_view(request, Deed.MESSAGE_VIEWED, message.pk)
    back = return_url(request, reverse("attention"))
    shown = {
        "message": message,
        "known": what_is_known(message),
        "parts": shown_parts(message, []),
        "return_to": back,
        "section": "attention",
    }
    return render(request, template, {**shown, **context})


def _decide(
    request: HttpRequest, message: Message, deed: Deed, decision: Callable[..., object], done: str
) -> HttpResponse:
    take = partial(decision, message.pk, actor=request.user.get_username(), now=timezone.now())
    decide(request, take, decisions.DecisionRefused, deed=deed, subject=message.pk, done=done)
    return redirect(return_url(request, reverse("attention")))
