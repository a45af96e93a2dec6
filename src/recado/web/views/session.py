"""Login and logout.

A refused login never says whether the user exists; after five refusals the same user at the same address
waits 15 minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from recado.web.forms.session import LoginForm

HEADING = "Entrar"


class Login(LoginView):
    """*Usuário*, *Senha*, *Entrar*; whoever is logged in goes straight on."""

    template_name = "web/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(heading=HEADING, **kwargs)


class Logout(LogoutView):
    """Leaves by POST; whoever opens the address by hand gets the button."""

    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, "web/logout.html", {"heading": "Sair do Recado"})


def locked_out(request: HttpRequest, credentials: Mapping[str, Any] | None = None, *args: Any) -> HttpResponse:
    """The login page again, closed for a while (429); called by django-axes."""
    context = {"heading": HEADING, "form": LoginForm(request), "locked": True}
    return render(request, "web/login.html", context, status=429)
