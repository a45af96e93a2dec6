"""*Pedidos de não receber*: which mobiles want neither batches nor bills, since when, how and by whom it was said.

A wish that was taken back stays in the list of all. Customers make it by answering an SMS (`inbox.receiving`), or by
telling an attendant, who writes it down here. The SMS of their RAs go on.
"""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recado.outbox import consent
from recado.outbox.models import OptOut
from recado.outbox.numbers import show_mobile
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.web.access import needs
from recado.web.audit import note, note_list
from recado.web.forms.wishes import ALL, WishesForm, WishForm
from recado.web.views import kept_search
from recado.web.views.listing import paging_for
from recado.web.views.returning import return_url

HEADING = "Pedidos de não receber"
_AREA = "wish_search"
_FILTERS = ("situacao",)


@require_POST
@needs(Duty.READ_REPLIES)
def wish_search(request: HttpRequest) -> HttpResponse:
    """Keep the mobile that was typed, and go to the list; a refused form is shown again."""
    form = WishesForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    mobile = show_mobile(form.cleaned_data["mobile"]) if form.cleaned_data["mobile"] else ""
    filters = kept_search.typed(request, _FILTERS)
    return kept_search.go(request, "wishes", filters, area=_AREA, term=mobile, where=HEADING)


@require_GET
@needs(Duty.READ_REPLIES)
def wishes(request: HttpRequest) -> HttpResponse:
    """The wishes of the filter, ten a page, the newest first; without a filter, those in force."""
    mobile = kept_search.kept(request, _AREA)
    filters = {name: request.GET.get(name, "") for name in _FILTERS}
    form = WishesForm({"mobile": mobile or "", **filters})
    if mobile is None:
        return _show(request, form, forgotten=True)
    if not form.is_valid():
        return _show(request, form)
    found = OptOut.objects.order_by("-since", "-pk")
    if form.cleaned_data["situacao"] != ALL:
        found = found.filter(ended_at=None)
    if number := form.cleaned_data["mobile"]:
        found = found.filter(number=number)
    paging = paging_for(request, found.count(), filters | kept_search.address(request))
    rows = list(found[paging.offset : paging.offset + paging.size])
    note_list(request, HEADING, "pedidos", [row.pk for row in rows])
    return _show(request, form, paging=paging, rows=rows, all=form.cleaned_data["situacao"] == ALL)


@require_POST
@needs(Duty.READ_REPLIES)
def wish_new(request: HttpRequest) -> HttpResponse:
    """Write down the wish of a customer who told it to an attendant; what waits for that mobile is discarded."""
    new = WishForm(request.POST)
    if not new.is_valid():
        return _show(request, WishesForm(), new=new)
    number, now = new.cleaned_data["new_mobile"], timezone.now()
    with transaction.atomic():
        is_new = consent.opt_out(number, how=new.cleaned_data["how"], actor=request.user.get_username(), now=now)
        if is_new:
            note(request, Deed.WISH_NOTED, OptOut.objects.get(number=number, ended_at=None).pk)
    if is_new:
        messages.success(request, "Pedido registrado: lotes e contas não saem mais para este celular.")
    else:
        messages.info(request, "Este celular já tinha pedido para não receber.")
    return redirect(return_url(request, reverse("wishes")))


@require_POST
@needs(Duty.READ_REPLIES)
def wish_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a customer's wish not to be written to; who did and when is kept with it."""
    wish = get_object_or_404(OptOut, pk=pk)
    if consent.opt_in(wish.number, actor=request.user.get_username(), now=timezone.now()):
        note(request, Deed.WISH_ENDED, pk)
        messages.success(request, "Pedido retirado: este celular volta a receber todos os tipos de SMS.")
    else:
        messages.info(request, "Este pedido já tinha sido retirado.")
    return redirect(return_url(request, reverse("wishes")))


def _show(request: HttpRequest, form: WishesForm, *, new: WishForm | None = None, **found: object) -> HttpResponse:
    new = new or WishForm(initial={"how": "Por telefone."})
    return render(request, "web/wishes.html", {"heading": HEADING, "form": form, "new": new, **found})
