"""*Parear aparelho*: which phone, under what name, and what the person answers."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from recado.pairing.including import LONGEST_NAME
from recado.pairing.tasks import Answer
from recado.phones.models import Phone

LONGEST_PIN = 16


class AddressForm(forms.Form):
    """The phone's Bluetooth address."""

    address = forms.RegexField(
        r"^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$",
        error_messages={"required": "Falta o endereço do aparelho.", "invalid": "O endereço não é de Bluetooth."},
    )


class PairForm(AddressForm):
    """The phone, its name in Recado, and the machine whose Bluetooth found it."""

    name = forms.CharField(
        label="Nome no Recado",
        required=False,
        max_length=LONGEST_NAME,
        error_messages={"max_length": f"O nome tem %(show_value)d caracteres; o limite é {LONGEST_NAME}."},
    )
    host = forms.CharField(required=False, max_length=120)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name and Phone.objects.filter(name=name).exists():
            raise ValidationError(f"Já existe o aparelho “{name}”. Escolha outro nome.", code="taken")
        return name


class AnswerForm(forms.Form):
    """The answer to the question about `number`. What is not clearly yes is no."""

    number = forms.CharField(required=False, max_length=16)
    agreed = forms.BooleanField(required=False)
    asks_pin = forms.BooleanField(required=False)
    pin = forms.CharField(
        required=False,
        max_length=LONGEST_PIN,
        error_messages={"max_length": f"O PIN tem %(show_value)d caracteres; o limite é {LONGEST_PIN}."},
    )

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        if not pin.isascii() or not (pin.isprintable() or not pin):
            raise ValidationError("Use no PIN só números e letras sem acento.", code="letters")
        if self.cleaned_data.get("asks_pin") and self.cleaned_data.get("agreed") and not pin:
            raise ValidationError("Informe o PIN.", code="required")
        return pin

    def given(self) -> Answer:
        """The answer of a valid form."""
        return Answer(self.cleaned_data["agreed"], self.cleaned_data["pin"])
