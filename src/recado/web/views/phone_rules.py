"""One phone: its rules, which an administrator changes, and what people did to it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from recado.outbox import doorbell
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.phones import changes
from recado.phones.models import Phone
from recado.phones.rule_values import CHANGED_RULES, note_of
from recado.web import overtaking
from recado.web.access import needs
from recado.web.audit import note
from recado.web.forms.phones import RulesForm
from recado.web.overtaking import Overtaken

CHANGES_SHOWN = 20


@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_PHONES)
def phone_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the rules in force; set others, which hold from the next message on."""
    phone = get_object_or_404(Phone, pk=pk, enabled=True)
    form = RulesForm(request.POST) if request.method == "POST" else RulesForm.of(phone)
    first = None
    if form.is_bound and form.is_valid():
        first = _save(request, pk, form)
        if first is None:
            return redirect("phones")
    context = {
        "heading": f"Regras: {phone.name}",
        "section": "phones",
        "phone": phone,
        "form": form,
        "overtaken": first,
        "mark": first.mark if first else overtaking.mark_of(request.POST, RulesForm.of(phone)),
        "changes": phone.changes.all()[:CHANGES_SHOWN],
    }
    return render(request, "web/phone_rules.html", context)


def _save(request: HttpRequest, pk: int, form: RulesForm) -> Overtaken | None:
    """Set the rules, and give None; else who came first."""
    wanted = form.wanted()
    with transaction.atomic():
        phone = Phone.objects.select_for_update().get(pk=pk)
        last = phone.changes.filter(what__startswith=CHANGED_RULES).values_list("actor", "at").first()
        if first := overtaking.overtaken(form, RulesForm.of(phone), last):
            return first
        if all(getattr(phone, name) == value for name, value in wanted.items()):
            messages.info(request, "Nada mudou.")
            return None
        for name, value in wanted.items():
            setattr(phone, name, value)
        changes.set_rules(phone, wanted, note=note_of(phone), actor=request.user.get_username(), now=timezone.now())
        note(request, Deed.PHONE_CHANGED, phone.name, "regras")
        doorbell.ring()
    messages.success(request, f"Regras de {phone.name} salvas. Valem a partir da próxima mensagem.")
    return None
