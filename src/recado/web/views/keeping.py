"""The pages that a kept form goes through: the login, a password to be chosen, and at last the one with its button."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from recado.web.forms.session import LoginForm
from recado.web.forms.users import OwnPasswordForm
from recado.web.kept_form import KeptForm

FORCED = "must_change_password"
"""What a session holds while its user has to choose a password before anything else."""


def login_keeping(request: HttpRequest, kept: KeptForm) -> HttpResponse:
    """The login (401) for whoever sent a form after the session had ended; the form goes along in it."""
    context = {"heading": "Entrar", "form": LoginForm(request), "sealed": kept.sealed(), "session_ended": True}
    return never_kept(render(request, "web/login.html", context, status=401))


def password_keeping(request: HttpRequest, kept: KeptForm) -> HttpResponse:
    """*Minha senha* (403) for whoever sent a form before choosing a password; the form goes along in it."""
    context = {
        "heading": "Minha senha",
        "form": OwnPasswordForm(request.user),
        "forced": True,
        "sealed": kept.sealed(),
    }
    return never_kept(render(request, "web/own_password.html", context, status=403))


def after_login(request: HttpRequest, kept: KeptForm) -> HttpResponse:
    """The form once more, to be sent by its button; before that the password, when it must be chosen first."""
    if request.session.get(FORCED):
        return password_keeping(request, kept)
    return give_back(request, kept, "Você entrou de novo", "Sua sessão tinha terminado.")


def give_back(request: HttpRequest, kept: KeptForm, heading: str, what: str) -> HttpResponse:
    """The page with the form's button, below what has happened (pt-BR)."""
    told = f"{what} O que você digitou está guardado nesta página e ainda não foi gravado."
    return never_kept(render(request, "web/error.html", {"heading": heading, "what": told, "kept": kept}))


def never_kept(page: HttpResponse) -> HttpResponse:
    """Keep the page out of the browser's cache: what was typed may be a customer's."""
    add_never_cache_headers(page)
    return page
