"""*Encerrar RA*: the reason, when, the closing note, and beforehand what the customers will read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from recado import parameters
from recado.evaluations import operations as evaluations
from recado.outbox.own_types import OwnType
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.models import ClosingReason, RequestStatus, ServiceRequest
from recado.service_requests.operations import (
    OperationRefused,
    close_service_request,
    means_success,
    recipients_of_closing,
    when_closed,
)
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.forms.ra_close import RaCloseForm
from recado.web.previews import preview

# Which field of the form shows a refusal that the operation gives to a field of its own.
_SHOWN_AT = {"closed_at": "hour"}


@require_http_methods(["GET", "POST"])
@needs(Duty.OPEN_REQUESTS)
def ra_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, or close the RA. One that is closed already sends back to its page and says when it was."""
    service_request = get_object_or_404(ServiceRequest.objects.select_related("subtype__type"), pk=pk)
    if request.method == "POST":
        form = RaCloseForm(request.POST)
        if form.is_valid() and (done := _close(request, service_request, form)):
            return done
    else:
        now = timezone.localtime()
        form = RaCloseForm(initial={"day": now.date(), "hour": now.time()})
    if service_request.status == RequestStatus.CLOSED:
        messages.warning(request, when_closed(service_request))
        return redirect("ra_detail", pk)
    note_view(request, Deed.REQUEST_VIEWED, pk)
    chosen = form["reason"].value()
    notice = _notice(service_request, str(chosen or ""))
    context = {
        "heading": f"Encerrar RA {pk}",
        "section": "ra_list",
        "crumb_label": f"RA {pk}",
        "form": form,
        "service_request": service_request,
        "notice": notice,
    }
    return render(request, "web/ra_close.html", context)


@require_GET
@needs(Duty.OPEN_REQUESTS)
def ra_close_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The box “Ao encerrar…” for the reason just chosen (`reason`)."""
    service_request = get_object_or_404(ServiceRequest, pk=pk)
    note_view(request, Deed.REQUEST_VIEWED, pk)
    notice = _notice(service_request, request.GET.get("reason", ""))
    return render(request, "web/ra_close_notice.html", {"notice": notice})


def _close(request: HttpRequest, service_request: ServiceRequest, form: RaCloseForm) -> HttpResponse | None:
    try:
        told = close_service_request(
            service_request.pk,
            reason=form.cleaned_data["reason"],
            closed_at=form.closed_at(),
            note=form.cleaned_data["note"],
            actor=request.user.get_username(),
        )
    except OperationRefused as refusal:
        if refusal.field is None:
            messages.warning(request, str(refusal))
            return redirect("ra_detail", service_request.pk)
        form.add_error(_SHOWN_AT.get(refusal.field, refusal.field), str(refusal))
        return None
    note(request, Deed.REQUEST_CLOSED, service_request.pk)
    messages.success(request, f"RA {service_request.pk} encerrado. {_told(len(told))}")
    return redirect("ra_detail", service_request.pk)


def _told(count: int) -> str:
    if not count:
        return "Nenhum SMS será enviado."
    return ngettext("%d SMS entrou na fila.", "%d SMS entraram na fila.", count) % count


def _notice(service_request: ServiceRequest, reason_id: str) -> dict[str, Any]:
    """What the box shows: the chosen reason if it is one, who is told, and the text as the first of them gets it."""
    reasons = list(ClosingReason.objects.all())
    people = recipients_of_closing(service_request)
    protocol = people[0].protocol if people else ""
    asks = bool(people and people[0].email and evaluations.is_offered())
    return {
        "reason": next((reason for reason in reasons if str(reason.pk) == reason_id), None),
        "tells": any(means_success(reason) for reason in reasons if str(reason.pk) == reason_id),
        "telling_reasons": [reason for reason in reasons if means_success(reason)],
        "people": people,
        "text": preview(
            OwnType.CLOSED,
            protocol=protocol,
            ra_number=str(service_request.pk),
            notice=parameters.get().evaluation_notice if asks else "",
        ),
    }
