"""What *Consultar Mensagens Enviadas Via SMS* asks for: period, situation, type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from recado.outbox.models import NOT_SENT_GROUP, SENT_GROUP, MessageType, Status
from recado.outbox.queries import Consultation
from recado.web.forms.ra_fields import DayField

ALL, NOT_SENT, SENT = "todas", "nao-enviadas", "enviadas"
GROUPS: dict[str, tuple[Status, ...]] = {ALL: (), NOT_SENT: NOT_SENT_GROUP, SENT: SENT_GROUP}
FILTERS = ("inicio", "fim", "situacao", "tipo", "estado")
# What is longer than any answer is cut before it is looked at, and so never written back into the page.
_LONGEST = 40


class ConsultationForm(forms.Form):
    """Sent by GET, so that the address holds the filters. `estado`: one status, asked for by links of other pages."""

    inicio = DayField(label="Data inicial", error_messages={"required": "Informe a data inicial."})
    fim = DayField(label="Data final", error_messages={"required": "Informe a data final."})
    situacao = forms.ChoiceField(
        label="Situação da Mensagem",
        choices=[(ALL, "Todas"), (NOT_SENT, "Não Enviadas"), (SENT, "Enviadas")],
        widget=forms.RadioSelect,
        initial=ALL,
        required=False,
        error_messages={"invalid_choice": "Escolha uma situação: Todas, Não Enviadas ou Enviadas."},
    )
    tipo = forms.ChoiceField(
        label="Tipo de SMS",
        required=False,
        error_messages={"invalid_choice": "Escolha um tipo de SMS da lista."},
    )
    estado = forms.ChoiceField(choices=[("", ""), *Status.choices], widget=forms.HiddenInput, required=False)

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        types = MessageType.objects.filter(active=True).values_list("pk", "name")
        self.fields["tipo"].choices = [("", "Todos os tipos"), *((str(pk), name) for pk, name in types)]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, query: Mapping[str, str]) -> ConsultationForm:
        """The form for an address: blank when it asks for nothing."""
        if not any(name in query for name in FILTERS):
            return cls()
        data = {name: query.get(name, "")[:_LONGEST] for name in FILTERS}
        data["situacao"] = data["situacao"] or ALL
        if data["estado"] not in Status.values:
            data["estado"] = ""
        return cls(data)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("inicio"), cleaned.get("fim")
        if start and end and end < start:
            self.add_error("fim", "A data final deve ser igual ou posterior à data inicial.")
        return cleaned

    @property
    def consultation(self) -> Consultation:
        """What a valid form asks the outbox for."""
        asked = self.cleaned_data
        statuses = (Status(asked["estado"]),) if asked["estado"] else GROUPS[asked["situacao"]]
        type_id = int(asked["tipo"]) if asked["tipo"] else None
        return Consultation(asked["inicio"], asked["fim"], statuses, type_id)

    @property
    def status_only(self) -> Status | None:
        """The one status that the address asks for, if any."""
        return Status(self.data["estado"]) if self.is_bound and self.data["estado"] else None

    @property
    def filters(self) -> dict[str, str]:
        """The filters of a valid form, for the links to its other pages."""
        asked = self.cleaned_data
        written = {"inicio": written_date(asked["inicio"]), "fim": written_date(asked["fim"])}
        others = {name: asked[name] for name in ("situacao", "tipo", "estado") if asked[name] not in ("", ALL)}
        return written | others


def written_date(day: date) -> str:
    """`22/11/2026`."""
    return f"{day:%d/%m/%Y}"
