"""*Inserir RA*, and the page that hands the protocol over.

After the RA is stored the browser is sent to a page of its own, so that reloading repeats nothing. The SMS goes its own
way: whatever becomes of it, the protocol is there.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from recado.outbox.models import Message, Status
from recado.outbox.own_types import OwnType
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.models import Requester
from recado.service_requests.operations import (
    Opened,
    open_service_request,
)
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.forms.ra_new import RaNewForm
from recado.web.live import live_part
from recado.web.previews import preview, sample_protocol

NO_CONTENT = 204


@require_http_methods(["GET", "POST"])
@needs(Duty.OPEN_REQUESTS)
def ra_new(request: HttpRequest) -> HttpResponse:
    """Show the empty form, refuse a bad one with its sentences, or open the RA."""
    form = RaNewForm(request.POST) if request.method == "POST" else RaNewForm()
    if form.is_bound and form.is_valid():
        opened = open_service_request(
            subtype=form.cleaned_data["subtype"],
            channel=form.cleaned_data["channel"],
            requester=form.requester(),
            property_id=form.cleaned_data["property_id"],
            description=form.cleaned_data["description"],
            actor=request.user.get_username(),
            form_token=form.cleaned_data["form_token"],
        )
        return hand_over(request, opened)
    sample = preview(OwnType.OPENED, protocol=sample_protocol(), ra_number="1000000")
    return render(request, "web/ra_new.html", {"heading": "Inserir RA", "form": form, "sample": sample})


def hand_over(request: HttpRequest, opened: Opened, deed: Deed = Deed.REQUEST_OPENED) -> HttpResponse:
    """Send the browser to the page of the protocol; a form sent twice is told so, and is no deed."""
    if not opened.repeated:
        note(request, deed, opened.service_request.pk, f"protocolo {opened.requester.protocol}")
    else:
        messages.info(request, "Este formulário já tinha sido enviado. Este é o protocolo que ele gerou.")
    return redirect("ra_protocol", opened.service_request.pk, opened.requester.pk)


@require_GET
@needs(Duty.CONSULT)
def ra_protocol(request: HttpRequest, pk: int, requester_pk: int) -> HttpResponse:
    """The protocol in large digits, with what becomes of its SMS."""
    requester = _requester(pk, requester_pk)
    note_view(request, Deed.REQUEST_VIEWED, pk)
    context = {
        "heading": f"RA {pk} inserido" if requester.is_main else f"RA {pk} reiterado",
        "section": "ra_new" if requester.is_main else "ra_list",
        "requester": requester,
        "service_request": requester.service_request,
        **_sms_of(requester),
    }
    return render(request, "web/ra_protocol.html", context)


@live_part
@needs(Duty.CONSULT)
def ra_sms_status(request: HttpRequest, pk: int, requester_pk: int) -> HttpResponse:
    """The live part of that page; nothing when it still shows (`situacao`) what holds."""
    requester = _requester(pk, requester_pk)
    sms = _sms_of(requester)
    message = sms["sms"]
    if isinstance(message, Message) and request.GET.get("situacao") == message.status:
        return HttpResponse(status=NO_CONTENT)
    note_view(request, Deed.REQUEST_VIEWED, pk)
    return render(request, "web/ra_sms_status.html", {"requester": requester, **sms})


def _requester(pk: int, requester_pk: int) -> Requester:
    rows = Requester.objects.select_related("service_request__subtype")
    return get_object_or_404(rows, pk=requester_pk, service_request_id=pk)


def _sms_of(requester: Requester) -> dict[str, object]:
    """The SMS that carries the protocol (the last one, when its number was corrected), and whether its fate is open."""
    told = Message.objects.filter(
        protocol=requester.protocol,
        ra_number=requester.service_request_id,
        type_id__in=(OwnType.OPENED, OwnType.REITERATED),
    )
    message = told.order_by("-pk").first()
    return {"sms": message, "sms_is_final": message is None or _is_final(message)}


def _is_final(message: Message) -> bool:
    """Nothing more comes by itself soon; a delivery report may take days and is not waited for."""
    if message.status == Status.QUEUED:
        # A message that waits for a later try need not be watched second by second.
        return (message.ready_at - timezone.now()).total_seconds() > 60
    return message.status != Status.SENDING
