"""Login and logout.

A refused login never says whether the user exists; after five refusals the same user at the same address
waits 15 minutes. An address from which far more are refused than people mistype is not listened to for a while: whoever
tries one password with every name would never be refused five times, and would fill the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from recado.people.origin import address_of
from recado.web.audit import note_refusal
from recado.web.forms.session import LoginForm
from recado.web.kept_form import FIELD, unsealed
from recado.web.throttle import Throttle
from recado.web.views.keeping import after_login

HEADING = "Entrar"
REFUSED = Throttle(200, 600)


class Login(LoginView):
    """*Usuário*, *Senha*, *Entrar*; whoever is logged in goes straight on."""

    template_name = "web/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who logged in meanwhile, in another window, gets back what was typed too."""
        if request.user.is_authenticated and (kept := unsealed(request.POST.get(FIELD, ""))):
            return after_login(request, kept)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if REFUSED.is_spent(address_of(request)):
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        onward = super().form_valid(form)
        kept = unsealed(self.request.POST.get(FIELD, ""))
        return after_login(self.request, kept) if kept else onward

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        REFUSED.admits(address_of(self.request))
        # Django tells of a wrong password by a signal, and of nothing when a right one is refused.
        if form.has_error(NON_FIELD_ERRORS, "no_screens"):
            note_refusal(self.request, form.cleaned_data["username"], "o papel não tem telas")
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(heading=HEADING, sealed=self.request.POST.get(FIELD, ""), **kwargs)


class Logout(LogoutView):
    """Leaves by POST; whoever opens the address by hand gets the button."""

    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, "web/logout.html", {"heading": "Sair do Recado"})


def locked_out(request: HttpRequest, credentials: Mapping[str, Any] | None = None, *args: Any) -> HttpResponse:
    """The login page again, closed for a while (429); called by django-axes."""
    sealed = request.POST.get(FIELD, "")
    context = {"heading": HEADING, "form": LoginForm(request), "locked": True, "sealed": sealed}
    return render(request, "web/login.html", context, status=429)
