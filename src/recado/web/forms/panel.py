"""The period of the *Painel*."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from recado.web.forms.ra_fields import DayField

MOST_DAYS = 92


class PanelForm(forms.Form):
    """Sent by GET: an address is a panel. Both days belong to the period."""

    inicio = DayField(label="Data inicial", error_messages={"required": "Informe a data inicial."})
    fim = DayField(label="Data final", error_messages={"required": "Informe a data final."})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("inicio"), cleaned.get("fim")
        if start and end and end < start:
            self.add_error("fim", "A data final deve ser igual ou posterior à data inicial.")
        elif start and end and end - start >= timedelta(days=MOST_DAYS):
            self.add_error("fim", f"O período tem no máximo {MOST_DAYS} dias.")
        return cleaned
