"""Who asks: the fields that *Inserir RA* and *Reiterar RA* share."""

from __future__ import annotations

from django import forms

from recado.service_requests.operations import NewRequester
from recado.web.forms.fields import AddressField, LineField, MobileField, TokenField


class RequesterForm(forms.Form):
    """The person with the mobile and the e-mail, and the token that makes a form sent twice one deed."""

    form_token = TokenField()
    name = LineField("O nome", label="Nome do solicitante", max_length=60, missing="Informe o nome do solicitante.")
    mobile = MobileField(
        label="Celular com DDD", required=False, help_text="Exemplo: (81) 91234-5678. Sem celular, nenhum SMS sai."
    )
    email = AddressField(label="E-mail")

    def requester(self) -> NewRequester:
        """The person of a valid form."""
        return NewRequester(
            name=self.cleaned_data["name"], mobile=self.cleaned_data["mobile"], email=self.cleaned_data["email"]
        )
