"""*Sistemas integrados*: other systems that call Recado, and their tokens, each shown once, and only here."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.clients import tokens
from recado.clients.models import Client, Token
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web import overtaking
from recado.web.access import needs
from recado.web.audit import last_noted, note
from recado.web.forms.clients import ClientForm, NewClientForm, TokenForm
from recado.web.overtaking import Overtaken
from recado.webhooks.models import Endpoint

HEADING = "Sistemas integrados"
_OFF, _ON = "desativado", "reativado"


@require_GET
@needs(Duty.MANAGE_CLIENTS)
def clients(request: HttpRequest) -> HttpResponse:
    """The systems, with their tokens in force and their last call."""
    in_force = Q(tokens__revoked_at=None, tokens__expires_at__gt=timezone.now())
    rows = Client.objects.select_related("user").annotate(
        in_force=Count("tokens", filter=in_force), last_call=Max("tokens__last_used_at")
    )
    context = {"heading": HEADING, "rows": rows.order_by("-user__is_active", "user__username")}
    return render(request, "web/clients.html", context)


@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_CLIENTS)
def client_new(request: HttpRequest) -> HttpResponse:
    """Register a system."""
    form = NewClientForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            client = tokens.register(
                given["name"],
                networks=given["networks"],
                rate_per_minute=given["rate"],
                actor=request.user.get_username(),
                now=timezone.now(),
            )
            note(request, Deed.CLIENT_ADDED, client.name)
        messages.success(request, f"Sistema {client.name} cadastrado. Agora crie um token para ele.")
        return redirect("client", client.pk)
    return render(request, "web/client_form.html", {"heading": "Novo sistema", "section": "clients", "form": form})


@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_CLIENTS)
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """The limits of a system, and its tokens."""
    row = get_object_or_404(Client.objects.select_related("user"), pk=pk)
    form = ClientForm(request.POST) if request.method == "POST" else _form_of(row)
    first = None
    if form.is_bound and form.is_valid():
        first = _change(request, pk, form)
        if first is None:
            messages.success(request, f"Sistema {row.name} atualizado.")
            return redirect("client", pk)
    return _show(request, row, form=form, token_form=TokenForm(), overtaken=first)


@never_cache
@require_POST
@needs(Duty.MANAGE_CLIENTS)
def token_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token and show it once."""
    row = get_object_or_404(Client.objects.select_related("user"), pk=pk)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form=_form_of(row), token_form=form)
    given = form.cleaned_data
    with transaction.atomic():
        made = tokens.issue(
            row,
            name=given["name"],
            scopes=given["scopes"],
            days=given["days"],
            actor=request.user.get_username(),
            now=timezone.now(),
        )
        note(request, Deed.TOKEN_MADE, row.name, f"{made.row.hint}…: {made.row.scopes}")
    context = {"heading": "Token criado", "section": "clients", "client": row, "made": made}
    return render(request, "web/client_token.html", context)


@require_POST
@needs(Duty.MANAGE_CLIENTS)
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a token open nothing more."""
    token = get_object_or_404(Token.objects.select_related("client__user"), pk=pk)
    with transaction.atomic():
        if tokens.revoke(pk, actor=request.user.get_username(), now=timezone.now()):
            note(request, Deed.TOKEN_REVOKED, token.client.name, f"{token.hint}…")
    messages.success(request, f"Token {token.hint}… revogado: não abre mais nada.")
    return redirect("client", token.client_id)


@require_POST
@needs(Duty.MANAGE_CLIENTS)
def client_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the system in again, or no more."""
    row = get_object_or_404(Client.objects.select_related("user"), pk=pk)
    active = request.POST.get("ativo") == "sim"
    with transaction.atomic():
        changed = User.objects.filter(pk=row.user_id, is_active=not active).update(is_active=active)
        if changed:
            note(request, Deed.CLIENT_CHANGED, row.name, _ON if active else _OFF)
    messages.success(request, f"Sistema {row.name} {'reativado' if active else 'desativado: nenhum token dele abre'}.")
    return redirect("client", pk)


def _form_of(row: Client) -> ClientForm:
    return ClientForm(initial={"networks": row.networks, "rate": row.rate_per_minute})


def _change(request: HttpRequest, pk: int, form: ClientForm) -> Overtaken | None:
    """Set the limits, and give None; else who came first."""
    with transaction.atomic():
        row = Client.objects.select_for_update().get(pk=pk)
        last = last_noted(Deed.CLIENT_CHANGED, row.name, besides=(_OFF, _ON))
        if first := overtaking.overtaken(form, _form_of(row), last):
            return first
        row.networks, row.rate_per_minute = form.cleaned_data["networks"], form.cleaned_data["rate"]
        row.save(update_fields=["networks", "rate_per_minute"])
        note(request, Deed.CLIENT_CHANGED, row.name, "limites")
    return None


def _show(
    request: HttpRequest, row: Client, *, form: ClientForm, token_form: TokenForm, overtaken: Overtaken | None = None
) -> HttpResponse:
    now = timezone.now()
    context = {
        "heading": f"Sistema {row.name}",
        "section": "clients",
        "client": row,
        "form": form,
        "token_form": token_form,
        "overtaken": overtaken,
        "mark": overtaken.mark if overtaken else overtaking.mark_of(request.POST, _form_of(row)),
        "endpoints": Endpoint.objects.filter(client=row),
        "tokens": [(token, _standing(token, now)) for token in row.tokens.all()],
    }
    return render(request, "web/client.html", context)


def _standing(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "Revogado"
    return "Vencido" if now >= token.expires_at else "Em vigor"
