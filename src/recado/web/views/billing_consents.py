"""*Consentimentos*: what one client allowed, who said so, when and how; and a new word of theirs."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from recado.billing.consents import of_client, write_down
from recado.billing.models import Bill, ConsentKind
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.forms.billing import ConsentForm

HEADING = "Consentimentos de um cliente"


@require_http_methods(["GET", "POST"])
@needs(Duty.RUN_BILLING)
def billing_consents(request: HttpRequest) -> HttpResponse:
    """Find a client by the code; show and change what they allow."""
    form = ConsentForm(request.POST if request.method == "POST" else None, initial={"how": "Por telefone."})
    if form.is_bound and form.is_valid():
        return _keep(request, form)
    written = (request.POST if request.method == "POST" else request.GET).get("cliente", "")[:20].strip()
    client = written if written.isascii() and written.isdigit() and len(written) <= 12 else ""
    history = of_client(client) if client else []
    if history:
        note_view(request, Deed.CONSENT_VIEWED, client)
    context = {
        "heading": HEADING,
        "form": form,
        "written": written,
        "client": client,
        "known": bool(history) or (bool(client) and Bill.objects.filter(client_id=client).exists()),
        "history": [(word, ConsentKind(word.kind).label) for word in history],
    }
    return render(request, "web/billing_consents.html", context)


def _keep(request: HttpRequest, form: ConsentForm) -> HttpResponse:
    word = form.word()
    client, kind = word.client_id, word.kind
    with transaction.atomic():
        changed = write_down(
            [word], how=form.cleaned_data["how"], actor=request.user.get_username(), heard=True, now=timezone.now()
        )
        if changed:
            note(request, Deed.CONSENT_CHANGED, client, f"{kind.label}: {'sim' if word.given else 'não'}")
    if changed:
        messages.success(request, f"Guardado: {kind.label}, {'autoriza' if word.given else 'não autoriza'}.")
    else:
        messages.info(request, "Já estava assim.")
    return redirect(f"{reverse('billing_consents')}?cliente={client}")
