"""The period of the *Painel*."""

from __future__ import annotations

from recado.web.forms.fields import DayField, PeriodForm


class PanelForm(PeriodForm):
    """Sent by GET: an address is a panel. Both days belong to the period."""

    MOST_DAYS = 92
    inicio = DayField(label="Data inicial", error_messages={"required": "Informe a data inicial."})
    fim = DayField(label="Data final", error_messages={"required": "Informe a data final."})
