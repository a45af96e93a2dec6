"""*Reiterar RA*: somebody asks again; they get a protocol of their own and SMS type 2."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from recado.outbox.own_types import OwnType
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.models import RequestStatus, ServiceRequest
from recado.service_requests.operations import OperationRefused, reiterate
from recado.web.access import needs
from recado.web.forms.ra_reiterate import RaReiterateForm
from recado.web.previews import preview, sample_protocol
from recado.web.views.ra_new import hand_over


@require_http_methods(["GET", "POST"])
@needs(Duty.OPEN_REQUESTS)
def ra_reiterate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, or add the reiteration. A closed RA sends back to its page with the reason."""
    service_request = get_object_or_404(ServiceRequest.objects.select_related("subtype__type"), pk=pk)
    form = RaReiterateForm(request.POST) if request.method == "POST" else RaReiterateForm()
    if form.is_bound and form.is_valid():
        try:
            opened = reiterate(
                pk,
                requester=form.requester(),
                actor=request.user.get_username(),
                form_token=form.cleaned_data["form_token"],
            )
        except OperationRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("ra_detail", pk)
        return hand_over(request, opened, Deed.REQUEST_REITERATED)
    if service_request.status == RequestStatus.CLOSED and not form.is_bound:
        messages.error(request, "Este RA já foi encerrado e não pode ser reiterado. Abra um novo RA.")
        return redirect("ra_detail", pk)
    sample = preview(OwnType.REITERATED, protocol=sample_protocol(), ra_number=str(pk))
    context = {
        "heading": f"Reiterar RA {pk}",
        "section": "ra_list",
        "crumb_label": f"RA {pk}",
        "form": form,
        "service_request": service_request,
        "sample": sample,
    }
    return render(request, "web/ra_reiterate.html", context)
