"""*Corrigir celular do solicitante*: the RA gets the right mobile, and the wrong one hears nothing more."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from recado.outbox.own_types import OwnType
from recado.people.models import Deed
from recado.people.roles import Duty
from recado.service_requests.corrections import Mended, mend_mobile, type_to_tell_again
from recado.service_requests.models import Requester
from recado.service_requests.operations import OperationRefused
from recado.web.access import needs
from recado.web.audit import note, note_view
from recado.web.formatting import counted
from recado.web.forms.ra_mobile import RaMobileForm
from recado.web.previews import preview


@require_http_methods(["GET", "POST"])
@needs(Duty.CORRECT_NUMBERS)
def ra_mobile(request: HttpRequest, pk: int, requester_pk: int) -> HttpResponse:
    """Show the old mobile, ask for the right one, and say what will be sent to it."""
    rows = Requester.objects.select_related("service_request__closing_reason")
    requester = get_object_or_404(rows, pk=requester_pk, service_request_id=pk)
    form = RaMobileForm(request.POST if request.method == "POST" else None, requester=requester)
    if form.is_bound and form.is_valid():
        return _mend(request, requester, form)
    note_view(request, Deed.REQUEST_VIEWED, pk)
    type_id = type_to_tell_again(requester.service_request)
    if type_id == OwnType.OPENED and not requester.is_main:
        type_id = OwnType.REITERATED
    context = {
        "heading": "Corrigir celular do solicitante" if requester.mobile else "Informar celular do solicitante",
        "section": "ra_list",
        "crumb_label": f"RA {pk}",
        "form": form,
        "requester": requester,
        "sample": preview(type_id, protocol=requester.protocol, ra_number=str(pk)) if type_id else None,
    }
    return render(request, "web/ra_mobile.html", context)


def _mend(request: HttpRequest, requester: Requester, form: RaMobileForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        with transaction.atomic():
            mended = mend_mobile(
                requester,
                given["mobile"],
                before=given["before"],
                tells=given["tells"],
                actor=request.user.get_username(),
                now=timezone.now(),
            )
            note(request, Deed.REQUESTER_CORRECTED, requester.service_request_id, f"protocolo {requester.protocol}")
    except OperationRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _said(mended))
    return redirect("ra_detail", requester.service_request_id)


def _said(mended: Mended) -> str:
    words = "Celular corrigido no RA."
    if mended.stopped:
        words += f" {counted(mended.stopped, 'SMS ao número antigo descartado', 'SMS ao número antigo descartados')}."
    return f"{words} O SMS ao número novo entrou na fila." if mended.message else f"{words} Nenhum SMS foi enviado."
