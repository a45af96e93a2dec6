"""*Encerrar RA*: why, when, and what was done. The day and hour are local; `closed_at` joins them."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils import timezone

from recado.service_requests.models import ClosingReason
from recado.web.forms.fields import ClockField, DayField, NoteField, RowField


class RaCloseForm(forms.Form):
    """The closing of one RA."""

    reason = RowField(
        label="Motivo do encerramento",
        queryset=ClosingReason.objects.all(),
        missing="Escolha o motivo do encerramento.",
        gone="Este motivo não existe mais. Escolha outro.",
    )
    day = DayField(label="Data", error_messages={"required": "Informe a data do encerramento."})
    hour = ClockField(label="Hora", error_messages={"required": "Informe a hora do encerramento."})
    note = NoteField(label="Parecer do encerramento", required=False)

    def closed_at(self) -> datetime:
        """The moment of a valid form, aware, in the local time zone."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))
