"""Pages for what went wrong, in the look of the others: what happened, and a way on.

The page for 500 asks nothing of the database, the session or the request, since any of them may be what failed.
It shows a code that stands beside the fault in the log.
"""

from __future__ import annotations

import logging
import secrets
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from recado.web.access import DutyMissing
from recado.web.context import House
from recado.web.kept_form import kept_form
from recado.web.views.keeping import login_keeping, never_kept

logger = logging.getLogger(__name__)
# No 0 O 1 I: the code is read aloud over the telephone.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form cannot be read."""
    # The request may be too broken for its session to be looked at: the page is made without it.
    return HttpResponse(
        _plain(
            "Pedido não entendido",
            "O endereço ou os dados enviados não puderam ser lidos.",
            "Volte à página anterior e tente de novo.",
        ),
        status=400,
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this user's role may not."""
    context = {
        "heading": "Acesso não permitido",
        "what": "Seu usuário não permite abrir esta página.",
        "next_step": "Se precisar dela, peça ao supervisor.",
    }
    if isinstance(exception, DutyMissing):
        context |= {"what": str(exception), "next_step": exception.next_step}
    return render(request, "web/error.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing stands at this address."""
    context = {
        "heading": "Página não encontrada",
        "what": "Este endereço não existe, ou o registro foi retirado.",
        "next_step": "Confira o endereço ou siga pelo menu.",
    }
    return render(request, "web/error.html", context, status=404)


def wrong_method(request: HttpRequest) -> HttpResponse:
    """405: the address exists, but does something else."""
    context = {
        "heading": "Este endereço não abre assim",
        "what": "O endereço é de uma ação que só um botão da página faz. Nada foi gravado.",
        "next_step": "Volte à página anterior ou siga pelo menu.",
    }
    return render(request, "web/error.html", context, status=405)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old; nothing was done."""
    kept = kept_form(request)
    if kept is not None and not request.user.is_authenticated:
        return login_keeping(request, kept)
    context = {
        "heading": "A página ficou aberta por muito tempo",
        "what": "Por segurança, o que você enviou não foi aceito e nada foi gravado.",
        "next_step": "O que você digitou está guardado nesta página." if kept else "Volte, atualize e envie de novo.",
        "kept": kept,
    }
    return never_kept(render(request, "web/error.html", context, status=403))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; or 503 when it is the database that cannot be reached or takes no more."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(6))
    fault = sys.exc_info()[0]
    logger.error(
        "Código %s: %s em %s %s", code, fault.__name__ if fault else "falha", request.method, request.path[:200]
    )
    by_database = fault is not None and issubclass(fault, OperationalError | InterfaceError)
    heading = "O banco de dados não respondeu" if by_database else "Algo falhou"
    what = "Algo falhou e a página não abriu."
    if by_database:
        what = "Nada do que você enviou foi gravado." if request.method == "POST" else "A página não abriu."
    next_step = f"Tente de novo; se continuar, informe à TI o código {code}."
    try:
        body = _plain(heading, what, next_step, request)
    except ValueError:
        # The style sheets were not collected: that may be the very fault, and this page must still say so.
        logger.exception("Código %s: os arquivos de estilo não foram preparados", code)
        head = f'<!DOCTYPE html><html lang="pt-BR"><title>{heading} – Recado</title>'
        body = f"{head}<h1>{heading}</h1><p>{what} {next_step}</p>"
    return never_kept(HttpResponse(body, status=503 if by_database else 500))


def _plain(heading: str, what: str, next_step: str, request: HttpRequest | None = None) -> str:
    """The page without a request; what was typed in it goes along, since neither needs the database."""
    context = {"heading": heading, "what": what, "next_step": next_step, "house": House(None, asks=False)}
    kept = kept_form(request) if request is not None else None
    if request is not None and kept is not None:
        return render_to_string("web/error.html", context | {"kept": kept, "kept_token": get_token(request)})
    return render_to_string("web/error.html", context)
