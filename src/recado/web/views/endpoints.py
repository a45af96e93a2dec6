"""*Avisos ao sistema*: where events go, what was delivered, and delivering again."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.clients.models import Client
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.forms.endpoints import EndpointForm
from recado.web.views.listing import paging_for
from recado.webhooks.delivering import redeliver
from recado.webhooks.ending import switch_off, switch_on
from recado.webhooks.happening import wanted
from recado.webhooks.models import Delivery, DeliveryStatus, Endpoint
from recado.webhooks.signing import new_salt, secret_of


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_CLIENTS)
def endpoint_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an endpoint to a system, and show its secret."""
    client = get_object_or_404(Client.objects.select_related("user"), pk=pk)
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            endpoint = Endpoint.objects.create(
                client=client,
                url=given["url"],
                kinds=" ".join(given["kinds"]),
                own_only=given["own_only"],
                salt=new_salt(),
                created_at=timezone.now(),
                created_by=request.user.get_username(),
            )
            note(request, Deed.CLIENT_CHANGED, client.name, f"endereço de avisos {endpoint.pk} cadastrado")
        wanted.forget()
        return _show_secret(request, endpoint, heading="Endereço cadastrado")
    context = {"heading": "Novo endereço de avisos", "section": "clients", "client": client, "form": form}
    return render(request, "web/endpoint_form.html", context)


@require_GET
@needs(Duty.MANAGE_CLIENTS)
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """An endpoint, and what was and is to be delivered to it, the newest first."""
    row = _endpoint(pk)
    found = row.deliveries.select_related("event")
    paging = paging_for(request, found.count(), {})
    context = {
        "heading": f"Avisos ao sistema {row.client.name}",
        "section": "clients",
        "endpoint": row,
        "rows": found[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "pending": row.deliveries.filter(status=DeliveryStatus.PENDING).count(),
    }
    return render(request, "web/endpoint.html", context)


@require_POST
@needs(Duty.MANAGE_CLIENTS)
def endpoint_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch the endpoint off, or on again."""
    row = _endpoint(pk)
    on, now = request.POST.get("ligado") == "sim", timezone.now()
    with transaction.atomic():
        who = request.user.get_username()
        changed = switch_on(pk, now) if on else switch_off(pk, f"Desligado por {who}.", now)
        if changed:
            note(request, Deed.CLIENT_CHANGED, row.client.name, f"endereço de avisos {pk} {'' if on else 'des'}ligado")
    messages.success(request, "Avisos ligados: o que esperava segue." if on else "Avisos desligados.")
    return redirect("endpoint", pk)


@never_cache
@require_POST
@needs(Duty.MANAGE_CLIENTS)
def endpoint_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the endpoint another secret, and show it; the one of before signs nothing more."""
    row = _endpoint(pk)
    with transaction.atomic():
        row.salt = new_salt()
        row.save(update_fields=["salt"])
        note(request, Deed.CLIENT_CHANGED, row.client.name, f"segredo do endereço de avisos {pk} trocado")
    return _show_secret(request, row, heading="Segredo trocado")


@require_POST
@needs(Duty.MANAGE_CLIENTS)
def delivery_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Deliver an event again."""
    row = get_object_or_404(Delivery.objects.select_related("endpoint__client__user"), pk=pk)
    with transaction.atomic():
        if redeliver(pk, now=timezone.now()):
            note(request, Deed.CLIENT_CHANGED, row.endpoint.client.name, f"entrega {pk} pedida de novo")
            messages.success(request, "O aviso será entregue de novo em instantes.")
        else:
            messages.info(request, "Este aviso já espera para ser entregue.")
    return redirect("endpoint", row.endpoint_id)


def _endpoint(pk: int) -> Endpoint:
    return get_object_or_404(Endpoint.objects.select_related("client__user"), pk=pk)


def _show_secret(request: HttpRequest, row: Endpoint, *, heading: str) -> HttpResponse:
    context = {"heading": heading, "section": "clients", "endpoint": row, "secret": secret_of(row.salt)}
    return render(request, "web/endpoint_secret.html", context)
