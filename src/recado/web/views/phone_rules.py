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
from recado.phones.rule_values import note_of
from recado.web.access import needs
from recado.web.audit import note
from recado.web.forms.phones import RulesForm

CHANGES_SHOWN = 20


@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_PHONES)
def phone_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the rules in force; set others, which hold from the next message on."""
    phone = get_object_or_404(Phone, pk=pk, enabled=True)
    form = RulesForm(request.POST) if request.method == "POST" else RulesForm.of(phone)
    if form.is_bound and form.is_valid():
        wanted = form.wanted()
        if all(getattr(phone, name) == value for name, value in wanted.items()):
            messages.info(request, "Nada mudou.")
            return redirect("phones")
        if _set(request, phone, wanted, form.cleaned_data["rules_version"]):
            messages.success(request, f"Regras de {phone.name} salvas. Valem a partir da próxima mensagem.")
            return redirect("phones")
        # What was typed stays; saved once more it takes the place of what the other person set.
        typed = request.POST.copy()
        typed["rules_version"] = str(Phone.objects.values_list("rules_version", flat=True).get(pk=pk))
        form.data = typed
        form.add_error(None, "Outra pessoa mudou estas regras agora há pouco. Confira as que valem e mude de novo.")
    context = {
        "heading": f"Regras: {phone.name}",
        "section": "phones",
        "phone": phone,
        "form": form,
        "changes": phone.changes.all()[:CHANGES_SHOWN],
    }
    return render(request, "web/phone_rules.html", context)


def _set(request: HttpRequest, phone: Phone, wanted: dict[str, object], version: int | None) -> bool:
    for name, value in wanted.items():
        setattr(phone, name, value)
    with transaction.atomic():
        changed = changes.set_rules(
            phone,
            wanted,
            note=note_of(phone),
            actor=request.user.get_username(),
            now=timezone.now(),
            version=phone.rules_version if version is None else version,
        )
        if changed:
            note(request, Deed.PHONE_CHANGED, phone.name, "regras")
            doorbell.ring()
    return changed
