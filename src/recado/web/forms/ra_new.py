"""*Inserir RA*: what the customer asks, through which channel, and where to send the protocol."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.service_requests.models import Channel, RequestType, Subtype
from recado.service_requests.operations import NewRequester
from recado.web.forms.ra_fields import MobileField, NoteField, PropertyField, TokenField


class RaNewForm(forms.Form):
    """The new RA. The type only narrows the list of subtypes; the subtype alone is stored."""

    form_token = TokenField()
    request_type = forms.ModelChoiceField(
        label="Tipo de solicitação",
        queryset=RequestType.objects.all(),
        empty_label="Escolha",
        error_messages={
            "required": "Escolha o tipo de solicitação.",
            "invalid_choice": "Este tipo de solicitação não existe mais. Escolha outro.",
        },
    )
    subtype = forms.ModelChoiceField(
        label="Especificação",
        queryset=Subtype.objects.select_related("type"),
        empty_label="Escolha",
        error_messages={
            "required": "Escolha a especificação.",
            "invalid_choice": "Esta especificação não existe mais. Escolha outra.",
        },
    )
    channel = forms.ModelChoiceField(
        label="Meio de solicitação",
        queryset=Channel.objects.all(),
        empty_label="Escolha",
        error_messages={
            "required": "Escolha o meio de solicitação.",
            "invalid_choice": "Este meio de solicitação não existe mais. Escolha outro.",
        },
    )
    property_id = PropertyField(
        label="Matrícula do imóvel",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label="Nome do solicitante",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Informe o nome do solicitante.",
            "max_length": "O nome tem %(show_value)d caracteres; o limite é 60.",
        },
    )
    mobile = MobileField(
        label="Celular com DDD", required=False, help_text="Exemplo: (81) 91234-5678. Sem celular, nenhum SMS sai."
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Confira o e-mail. Exemplo: ana@exemplo.com.br."},
    )
    description = NoteField(label="Observação", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_type"].widget.attrs["data-narrows"] = "id_subtype"
        subtypes = Subtype.objects.select_related("type").order_by("type__name", "name")
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

    def requester(self) -> NewRequester:
        """The person of a valid form."""
        return NewRequester(
            name=self.cleaned_data["name"], mobile=self.cleaned_data["mobile"], email=self.cleaned_data["email"]
        )
