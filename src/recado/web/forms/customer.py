"""The one box of *O cliente recebeu?*."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from recado.numerals import digits_of


class CustomerForm(forms.Form):
    """A protocol, an RA or a mobile in any writing."""

    term = forms.CharField(
        label="Protocolo, RA ou celular",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Informe um protocolo, um RA ou um celular.",
            "max_length": "Informe um protocolo, um RA ou um celular; o texto é longo demais.",
        },
    )

    def clean_term(self) -> str:
        term: str = self.cleaned_data["term"]
        if not digits_of(term):
            raise ValidationError("Informe os números de um protocolo, RA ou celular.", code="term")
        return term
