"""One RA: its data, its requesters with their protocols, what was told to them, and how it was closed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from recado.outbox.models import Message
from recado.service_requests.models import RequestStatus, ServiceRequest


@require_GET
def ra_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the RA; reiterating and closing are offered while it is open."""
    rows = ServiceRequest.objects.select_related("subtype__type", "channel", "closing_reason")
    service_request = get_object_or_404(rows, pk=pk)
    return render(
        request,
        "web/ra_detail.html",
        {
            "heading": f"RA {pk}",
            "section": "ra_list",
            "service_request": service_request,
            "requesters": service_request.requesters.all(),
            "sms": Message.objects.filter(ra_number=pk).select_related("type").order_by("pk"),
            "is_open": service_request.status == RequestStatus.PENDING,
        },
    )
