"""What a decision on a message asks: the corrected number, or the reason of the discard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.mail.models import Mail
from recado.outbox.models import Message
from recado.web.forms.fields import AddressField, LineField, MobileField


class CorrectNumberForm(forms.Form):
    """The number that takes the place of the message's."""

    mobile = MobileField(
        label="Número novo",
        error_messages={"required": "Informe o número novo, com DDD."},
        help_text="Exemplo: (81) 91234-5678",
    )
    update_ra = forms.BooleanField(label="Atualizar também no RA", required=False, initial=True)

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._message = message

    def clean_mobile(self) -> str:
        number: str = self.cleaned_data["mobile"]
        if number == self._message.number:
            raise ValidationError(
                "O número novo é igual ao atual. Para tentar de novo com ele, use Reenviar.", code="same"
            )
        return number


class CorrectAddressForm(forms.Form):
    """The address that takes the place of an e-mail's."""

    address = AddressField(label="Novo e-mail", missing="Informe o novo e-mail.", help_text="Exemplo: ana@example.com")

    def __init__(self, *args: Any, mail: Mail, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mail = mail

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if address == self._mail.to:
            raise ValidationError(
                "O novo e-mail é igual ao atual. Para tentar de novo com ele, use Reenviar.", code="same"
            )
        return address


class DiscardMailForm(forms.Form):
    """Why the e-mail is not to be sent."""

    note = LineField(
        "O motivo",
        label="Motivo",
        max_length=200,
        missing="Informe por que o e-mail não será enviado.",
        help_text="Fica junto do e-mail. Exemplo: cliente já avisado por telefone.",
    )


class DiscardForm(forms.Form):
    """Why the message is not to be sent."""

    note = LineField(
        "O motivo",
        label="Motivo",
        max_length=200,
        missing="Informe por que a mensagem não será enviada.",
        help_text="Fica no histórico da mensagem. Exemplo: cliente já avisado por telefone.",
    )
