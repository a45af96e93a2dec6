"""*Auditoria*: who did what, who saw whose data, when and from where; read only."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.forms.audit import AuditForm
from recado.web.views.listing import paging_for

_FILTERS = ("inicio", "fim", "pessoa", "acao", "sobre")


@require_GET
@needs(Duty.VIEW_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """The entries of the filter in the address, newest first, a heading a day."""
    filters = {name: request.GET.get(name, "")[:150] for name in _FILTERS}
    form = AuditForm(filters)
    context: dict[str, object] = {"heading": "Auditoria", "form": form}
    if form.is_valid():
        found = form.found()
        paging = paging_for(request, found.count(), filters)
        rows = list(found[paging.offset : paging.offset + paging.size])
        people = User.objects.filter(username__in={row.who for row in rows})
        names = {user.username: user.get_full_name() for user in people}
        context |= {"paging": paging, "rows": [(row, names.get(row.who, "")) for row in rows]}
        if form.looked_from is not None:
            context |= {"looked_from": form.looked_from, "older": _older(filters, form.looked_from)}
    return render(request, "web/audit.html", context)


def _older(filters: dict[str, str], looked_from: date) -> str:
    """The query of the same search in what is older than `looked_from`."""
    return urlencode({**filters, "fim": f"{looked_from - timedelta(days=1):%d/%m/%Y}"})
