"""*Minha senha*: everybody changes their own; whoever got one from somebody else must, before anything else."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from recado.people.models import Deed
from recado.people.passwords import password_was_changed
from recado.web.access import for_any_user
from recado.web.audit import note
from recado.web.forms.users import OwnPasswordForm
from recado.web.kept_form import FIELD, unsealed
from recado.web.views.keeping import FORCED, give_back


@for_any_user
@never_cache
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """Ask for the old password and the new one; this session goes on, the person's others end."""
    form = OwnPasswordForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            user = form.save()
            password_was_changed(user)
            note(request, Deed.PASSWORD_CHANGED)
        update_session_auth_hash(request, user)
        request.session.pop(FORCED, None)
        if kept := unsealed(request.POST.get(FIELD, "")):
            return give_back(request, kept, "Senha trocada", "Use a senha nova da próxima vez que entrar.")
        messages.success(request, "Senha trocada. Use a nova da próxima vez que entrar.")
        return redirect("home")
    context = {
        "heading": "Minha senha",
        "form": form,
        "forced": bool(request.session.get(FORCED)),
        "sealed": request.POST.get(FIELD, ""),
    }
    return render(request, "web/own_password.html", context)
