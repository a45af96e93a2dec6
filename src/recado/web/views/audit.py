"""*Auditoria*: who did what, who saw whose data, when and from where; read only."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from recado.people.models import AuditEntry
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
        if form.narrowed_to is not None:
            context |= {"narrowed_to": form.narrowed_to, "from_the_first": _from_the_first(filters)}
    return render(request, "web/audit.html", context)


def _from_the_first(filters: dict[str, str]) -> str:
    """The query of the same search from the day of the first entry on."""
    first = AuditEntry.objects.order_by("at").values_list("at", flat=True).first() or timezone.now()
    return urlencode({**filters, "inicio": f"{timezone.localtime(first):%d/%m/%Y}"})
