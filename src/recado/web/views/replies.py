"""*Respostas*: what customers wrote back, the newest first, with the RA of their mobile."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recado.inbox.models import Reply
from recado.inbox.queries import mark_read
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.models import Requester
from recado.web.access import needs
from recado.web.audit import note, note_list
from recado.web.forms.replies import RepliesForm
from recado.web.views import kept_search
from recado.web.views.listing import paging_for
from recado.web.views.returning import return_url

HEADING = "Respostas"
_AREA = "reply_search"
_FILTERS = ("situacao", "inicio", "fim")


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply of a page, with the newest RA that names its mobile, if any."""

    reply: Reply
    ra_number: int | None


@require_POST
@needs(Duty.READ_REPLIES)
def reply_search(request: HttpRequest) -> HttpResponse:
    """Keep the sender that was typed, and go to the list; a refused form is shown again."""
    form = RepliesForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    sender, filters = form.cleaned_data["sender"], kept_search.typed(request, _FILTERS)
    return kept_search.go(request, "replies", filters, area=_AREA, term=sender, where=HEADING)


@require_GET
@needs(Duty.READ_REPLIES)
def replies(request: HttpRequest) -> HttpResponse:
    """The replies of the filter in the address, ten a page; without a filter, those nobody has read."""
    sender = kept_search.kept(request, _AREA)
    filters = {name: request.GET.get(name, "") for name in _FILTERS}
    form = RepliesForm({"sender": sender or "", **filters})
    if sender is None:
        return _show(request, form, forgotten=True)
    if not form.is_valid():
        return _show(request, form)
    asked = form.asked()
    found = asked.replies()
    paging = paging_for(request, found.count(), filters | kept_search.address(request))
    page = list(found[paging.offset : paging.offset + paging.size])
    note_list(request, HEADING, "respostas", [reply.pk for reply in page])
    rows = _with_ra(page)
    return _show(request, form, paging=paging, rows=rows, unread_only=asked.unread_only)


@require_POST
@needs(Duty.READ_REPLIES)
def reply_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one reply as read; who read it first stays."""
    reply = get_object_or_404(Reply, pk=pk)
    if mark_read(pk, actor=request.user.get_username(), now=timezone.now()):
        note(request, Deed.REPLY_READ, pk)
        messages.success(request, "Resposta marcada como lida.")
    else:
        messages.info(request, f"Esta resposta já tinha sido lida por {reply.read_by}.")
    return redirect(return_url(request, reverse("replies")))


def _show(request: HttpRequest, form: RepliesForm, **found: object) -> HttpResponse:
    return render(request, "web/replies.html", {"heading": HEADING, "form": form, **found})


def _with_ra(page: list[Reply]) -> list[ReplyRow]:
    senders = {reply.number for reply in page}
    named = Requester.objects.filter(mobile__in=senders).order_by("service_request_id")
    newest = dict(named.values_list("mobile", "service_request_id"))
    return [ReplyRow(reply, newest.get(reply.number)) for reply in page]
