"""*Parâmetros*: what the whole of Recado goes by; who changed each, and when."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from recado import parameters
from recado.parameters.models import Parameter
from recado.parameters.values import save
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note
from recado.web.forms.parameters import ParametersForm


@require_http_methods(["GET", "POST"])
@needs(Duty.EDIT_PARAMETERS)
def parameters_page(request: HttpRequest) -> HttpResponse:
    """Show what holds; save what was changed, and record each change by its name."""
    form = ParametersForm(request.POST) if request.method == "POST" else ParametersForm.of(parameters.get())
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            changed = save(form.wanted(), actor=request.user.get_username(), now=timezone.now())
            for name in changed:
                note(request, Deed.PARAMETER_CHANGED, form.fields[name].label)
        if changed:
            words = ngettext("%d mudança salva.", "%d mudanças salvas.", len(changed)) % len(changed)
            messages.success(request, f"{words} Vale a partir de agora.")
        else:
            messages.info(request, "Nada mudou.")
        return redirect("parameters")
    changes = {row.name: row for row in Parameter.objects.all()}
    rows = [(form[name], changes.get(name)) for name in form.fields]
    return render(request, "web/parameters.html", {"heading": "Parâmetros", "form": form, "rows": rows})
