"""*Endereço de avisos*: where events go, and which."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from recado.web.forms.fields import LineField
from recado.webhooks.models import Kind
from recado.webhooks.reaching import AddressRefused, check_url


class EndpointForm(forms.Form):
    """A new endpoint of a system."""

    url = LineField(
        "O endereço",
        label="Endereço",
        max_length=500,
        missing="Informe o endereço.",
        help_text="Começa com https:// e atende a POST. Exemplo: https://portal.companhia.example/avisos.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(
        label="O que avisar",
        choices=[(kind.value, f"{kind.label[:1].upper()}{kind.label[1:]} ({kind.value})") for kind in Kind],
        initial=[kind.value for kind in Kind if kind is not Kind.QUEUED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Escolha ao menos um evento.",
            "invalid_choice": "Escolha os eventos da lista.",
        },
    )
    own_only = forms.BooleanField(
        label="Só das mensagens que este sistema enviou",
        required=False,
        help_text="Respostas de clientes vão sempre, se escolhidas: o aparelho não diz a que mensagem respondem.",
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            check_url(url)
        except AddressRefused as refusal:
            raise ValidationError(str(refusal), code="url") from refusal
        return url
