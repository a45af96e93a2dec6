"""*Contas playSMS*: systems that call as they called a playSMS, GSAN among them; a password made here is shown once."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recado.people.models import Deed
from recado.people.roles import Duty
from recado.playsms import accounts, settling
from recado.playsms.models import Account
from recado.web import overtaking
from recado.web.access import needs
from recado.web.audit import last_noted, note
from recado.web.forms.playsms import AccountForm, NewAccountForm
from recado.web.overtaking import Overtaken

HEADING = "Contas playSMS"
_SECTION = "playsms"
_OFF, _ON = "desativada", "reativada"
_PASSWORD, _TOKEN, _TOKEN_SEEN = "senha nova", "token novo", "viu o token"
_OF_ITS_ACCESS = (_OFF, _ON, _PASSWORD, _TOKEN, _TOKEN_SEEN)


@require_GET
@needs(Duty.MANAGE_CLIENTS)
def playsms(request: HttpRequest) -> HttpResponse:
    """The accounts, those in use first."""
    rows = Account.objects.select_related("type")
    return render(request, "web/playsms.html", {"heading": HEADING, "rows": rows, "section": _SECTION})


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_CLIENTS)
def playsms_new(request: HttpRequest) -> HttpResponse:
    """Make an account, and show its password and how it is called."""
    form = NewAccountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            account, password = settling.add(
                form.cleaned_data["name"], form.wishes(), actor=request.user.get_username(), now=timezone.now()
            )
            note(request, Deed.CLIENT_ADDED, _subject(account), account.type.name)
        return _show_secret(request, account, "Conta cadastrada", password=password)
    return _ask(request, form, heading="Nova conta")


@require_http_methods(["GET", "POST"])
@needs(Duty.MANAGE_CLIENTS)
def playsms_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What the account's calls become; how it fares."""
    account = get_object_or_404(Account.objects.select_related("type"), pk=pk)
    form = AccountForm(request.POST) if request.method == "POST" else AccountForm.of(account)
    first = None
    if form.is_bound and form.is_valid():
        first = _change(request, pk, form)
        if first is None:
            messages.success(request, f"Conta {account.name} atualizada. Vale a partir da próxima chamada.")
            return redirect("playsms_edit", pk)
    mark = first.mark if first else overtaking.mark_of(request.POST, AccountForm.of(account))
    return _ask(request, form, heading=f"Conta {account.name}", account=account, overtaken=first, mark=mark)


@never_cache
@require_POST
@needs(Duty.MANAGE_CLIENTS)
def playsms_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new password and show it once; the old one opens nothing from now on."""
    account = get_object_or_404(Account, pk=pk)
    with transaction.atomic():
        password = accounts.set_password(account)
        note(request, Deed.CLIENT_CHANGED, _subject(account), _PASSWORD)
    return _show_secret(request, account, "Senha nova", password=password)


@never_cache
@require_POST
@needs(Duty.MANAGE_CLIENTS)
def playsms_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the token, which is not kept but made from the server's key; with `novo` another one."""
    account = get_object_or_404(Account, pk=pk)
    renewed = request.POST.get("novo") == "sim"
    with transaction.atomic():
        token = accounts.renew_token(account) if renewed else accounts.token_of(account)
        note(request, Deed.CLIENT_CHANGED, _subject(account), _TOKEN if renewed else _TOKEN_SEEN)
    return _show_secret(request, account, "Token novo" if renewed else "Token", token=token)


@require_POST
@needs(Duty.MANAGE_CLIENTS)
def playsms_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the account in again, or no more."""
    account = get_object_or_404(Account, pk=pk)
    active = request.POST.get("ativa") == "sim"
    with transaction.atomic():
        if settling.set_active(account, active):
            note(request, Deed.CLIENT_CHANGED, _subject(account), _ON if active else _OFF)
    messages.success(
        request, f"Conta {account.name} {'reativada' if active else 'desativada: nada mais entra por ela'}."
    )
    return redirect("playsms_edit", pk)


def _change(request: HttpRequest, pk: int, form: AccountForm) -> Overtaken | None:
    """Make the account so, and give None; else who came first."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=pk)
        last = last_noted(Deed.CLIENT_CHANGED, _subject(account), besides=_OF_ITS_ACCESS)
        if first := overtaking.overtaken(form, AccountForm.of(account), last):
            return first
        settling.change(account, form.wishes())
        note(request, Deed.CLIENT_CHANGED, _subject(account), "o que fazem as chamadas")
    return None


def _subject(account: Account) -> str:
    return f"playSMS {account.name}"


def _ask(request: HttpRequest, form: AccountForm, **context: object) -> HttpResponse:
    return render(request, "web/playsms_form.html", {"section": _SECTION, "form": form, **context})


def _show_secret(
    request: HttpRequest, account: Account, heading: str, *, password: str = "", token: str = ""
) -> HttpResponse:
    address = request.build_absolute_uri("/index.php")
    context = {
        "heading": heading,
        "section": _SECTION,
        "account": account,
        "secret": password or token,
        "what": "Senha" if password else "Token",
        # GSAN puts user and password in the place of these two words.
        "gsan_address": f"{address}?app=webservices&u=usuario&p=senha" if password else "",
        "address": f"{address}?app=ws&u={account.name}&h=TOKEN&op=pv" if token else "",
    }
    return render(request, "web/playsms_secret.html", context)
