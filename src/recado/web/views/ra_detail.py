"""One RA: its data, its requesters with their protocols, what was told to them, what they wrote back, its closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from recado.evaluations.models import Evaluation
from recado.inbox.models import Reply
from recado.inbox.queries import replies_of
from recado.outbox.models import Message, OptOut
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.models import RequestStatus, ServiceRequest
from recado.web.access import needs
from recado.web.audit import note
from recado.web.views.returning import return_url

REPLIES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what was said: a message to a customer, or a reply of one."""

    at: datetime
    message: Message | None = None
    reply: Reply | None = None


@require_GET
@needs(Duty.CONSULT)
def ra_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the RA; reiterating and closing are offered while it is open."""
    rows = ServiceRequest.objects.select_related("subtype__type", "channel", "closing_reason")
    service_request = rows.filter(pk=pk).first()
    if service_request is None:
        return _of_another_system(request, pk)
    requesters = list(service_request.requesters.all())
    mobiles = [person.mobile for person in requesters]
    note(request, Deed.REQUEST_VIEWED, pk)
    return render(
        request,
        "web/ra_detail.html",
        {
            "heading": f"RA {pk}",
            "section": "ra_list",
            "return_to": return_url(request, ""),
            "service_request": service_request,
            "requesters": requesters,
            "told": _told(service_request, mobiles),
            "has_mobile": any(mobiles),
            "evaluations": _evaluations(pk),
            "wishes": OptOut.objects.filter(number__in=mobiles, ended_at=None).order_by("since"),
            "is_open": service_request.status == RequestStatus.PENDING,
        },
    )


def _of_another_system(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of an RA that another system keeps, such as GSAN: what was told of it. 404 where there is none."""
    told = list(Message.objects.filter(ra_number=pk).select_related("type").order_by("pk"))
    evaluations = list(_evaluations(pk))
    if not (told or evaluations):
        raise Http404
    note(request, Deed.REQUEST_VIEWED, pk)
    known = {"told": told, "evaluations": evaluations}
    context = {"heading": f"RA {pk}", "section": "ra_list", "return_to": return_url(request, ""), **known}
    return render(request, "web/ra_elsewhere.html", context)


def _evaluations(ra_number: int) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(ra_number=ra_number).select_related("mail")


def _told(service_request: ServiceRequest, mobiles: list[str]) -> list[Told]:
    """Messages and replies by the time that is shown of them, from the first to the last."""
    sent = Message.objects.filter(ra_number=service_request.pk).select_related("type")
    came = replies_of(mobiles, since=service_request.opened_at)[:REPLIES_SHOWN]
    lines = [Told(message.moment, message=message) for message in sent.order_by("pk")]
    lines += [Told(reply.received_at, reply=reply) for reply in came]
    return sorted(lines, key=lambda line: line.at)
