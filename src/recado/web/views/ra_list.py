"""*Consultar RA*.

What is typed in the box may be a mobile number: only its key stands in the address (`kept_search`). The other filters
stand there in words, so the page can be reloaded and gone back to.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from recado.outbox.models import Message
from recado.people.roles import Duty
from recado.service_requests.models import ServiceRequest
from recado.web.access import needs
from recado.web.audit import note_list
from recado.web.forms.ra_list import RaListForm
from recado.web.views import kept_search
from recado.web.views.listing import paging_for

HEADING = "Consultar RA"
AREA = "ra_search"
_FILTERS = ("situacao", "inicio", "fim")


@require_POST
@needs(Duty.CONSULT)
def ra_search(request: HttpRequest) -> HttpResponse:
    """Keep what was typed, and go to the list; a refused form is shown again."""
    form = RaListForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    term, filters = form.cleaned_data["term"], kept_search.typed(request, _FILTERS)
    return kept_search.go(request, "ra_list", filters, area=AREA, term=term, where=HEADING)


@require_GET
@needs(Duty.CONSULT)
def ra_list(request: HttpRequest) -> HttpResponse:
    """The RAs of the filter in the address, ten a page; without a filter, the newest."""
    term = kept_search.kept(request, AREA)
    filters = {name: request.GET.get(name, "") for name in _FILTERS}
    form = RaListForm({"term": term or "", **filters})
    if term is None:
        return _show(request, form, forgotten=True)
    if not form.is_valid():
        return _show(request, form)
    found = form.filtered()
    paging = paging_for(request, found.count(), filters | kept_search.address(request))
    numbers = list(found.values_list("pk", flat=True)[paging.offset : paging.offset + paging.size])
    note_list(request, HEADING, "RA", numbers)
    rows = _with_last_message(numbers)
    return _show(request, form, paging=paging, rows=rows, filtered=form.has_filter())


def _show(request: HttpRequest, form: RaListForm, **found: object) -> HttpResponse:
    return render(request, "web/ra_list.html", {"heading": HEADING, "form": form, **found})


def _with_last_message(numbers: list[int]) -> list[dict[str, object]]:
    """Each RA of one page with its requesters and its newest SMS: three queries in all."""
    requests = list(
        ServiceRequest.objects.filter(pk__in=numbers)
        .select_related("subtype")
        .prefetch_related("requesters")
        .order_by("-pk")
    )
    newest = {message.ra_number: message for message in Message.objects.filter(ra_number__in=numbers).order_by("pk")}
    return [
        {"ra": row, "requesters": list(row.requesters.all()), "last_message": newest.get(row.pk)} for row in requests
    ]
