"""*Inserir RA*: what the customer asks, through which channel, and where to send the protocol."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError

from recado.collation import dictionary_key
from recado.service_requests.models import Channel, RequestType, Subtype
from recado.web.forms.fields import DigitsField, NoteField, RowField
from recado.web.forms.requester import RequesterForm


class RaNewForm(RequesterForm):
    """The new RA. The type only narrows the list of subtypes; the subtype alone is stored."""

    # The order of the page, and of the sentences above it when the form is refused.
    field_order = (
        "form_token",
        "request_type",
        "subtype",
        "channel",
        "property_id",
        "name",
        "mobile",
        "email",
        "description",
    )
    request_type = RowField(
        label="Tipo de solicitação",
        queryset=RequestType.objects.all(),
        missing="Escolha o tipo de solicitação.",
        gone="Este tipo de solicitação não existe mais. Escolha outro.",
        by_name=True,
    )
    subtype = RowField(
        label="Especificação",
        queryset=Subtype.objects.select_related("type"),
        missing="Escolha a especificação.",
        gone="Esta especificação não existe mais. Escolha outra.",
    )
    channel = RowField(
        label="Meio de solicitação",
        queryset=Channel.objects.all(),
        missing="Escolha o meio de solicitação.",
        gone="Este meio de solicitação não existe mais. Escolha outro.",
    )
    property_id = DigitsField(
        label="Matrícula do imóvel", least=1, most=12, refusal="Informe só os números da matrícula, no máximo 12."
    )
    description = NoteField(label="Observação", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_type"].widget.attrs["data-narrows"] = "id_subtype"
        subtypes = sorted(
            Subtype.objects.select_related("type"),
            key=lambda subtype: (dictionary_key(subtype.type.name), dictionary_key(subtype.name)),
        )
        groups = [
            (group, [(subtype.pk, subtype.name) for subtype in members])
            for group, members in groupby(subtypes, key=lambda subtype: subtype.type.name)
        ]
        self.fields["subtype"].widget.choices = [("", "Escolha"), *groups]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        request_type, subtype = cleaned.get("request_type"), cleaned.get("subtype")
        if request_type and subtype and subtype.type_id != request_type.pk:
            self.add_error(
                "subtype",
                ValidationError(f"“{subtype.name}” é do tipo “{subtype.type.name}”. Escolha de novo.", code="mismatch"),
            )
        return cleaned
