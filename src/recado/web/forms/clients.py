"""*Sistemas integrados*: who may call, from where, how often, and what a token opens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError

from recado.clients.models import MOST_RATE, USUAL_RATE
from recado.clients.scopes import Scope, parse_scopes
from recado.clients.tokens import MOST_DAYS, USUAL_DAYS
from recado.conf.networks import NetworkRefused, tidied

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class ClientForm(forms.Form):
    """The limits of a system that exists."""

    networks = forms.CharField(
        label="Endereços de origem",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        help_text="Um endereço ou rede por linha: 192.0.2.10 ou 192.0.2.0/24. Em branco, de qualquer lugar.",
    )
    rate = forms.IntegerField(
        label="Chamadas por minuto",
        min_value=1,
        max_value=MOST_RATE,
        initial=USUAL_RATE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Informe quantas chamadas por minuto.",
            "invalid": "Informe um número inteiro.",
            "min_value": "O mínimo é 1.",
            "max_value": f"O máximo é {MOST_RATE}.",
        },
    )

    def clean_networks(self) -> str:
        written: str = self.cleaned_data["networks"]
        try:
            return tidied(written)
        except NetworkRefused as refusal:
            raise ValidationError(str(refusal), code="network") from refusal


class NewClientForm(ClientForm):
    """A new system; its name stays, since histories name it."""

    name = forms.CharField(
        label="Nome do sistema",
        max_length=60,
        validators=[ASCIIUsernameValidator(message="Use só letras sem acento, números e os sinais @ . + - _")],
        help_text="Como aparece nas mensagens e na auditoria. Exemplo: portal-do-cliente. Não muda depois.",
        widget=forms.TextInput(attrs=_PLAIN),
        error_messages={
            "required": "Informe o nome do sistema.",
            "max_length": "O nome tem %(show_value)d caracteres; o limite é 60.",
        },
    )
    field_order = ("name", "networks", "rate")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(f"Já existe um usuário ou sistema {name}. Escolha outro nome.", code="taken")
        return name


class TokenForm(forms.Form):
    """A new token: what it is for, what it opens, how long."""

    name = forms.CharField(
        label="Para que é",
        max_length=60,
        help_text="Exemplo: produção.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Diga para que é o token.",
            "max_length": "O nome tem %(show_value)d caracteres; o limite é 60.",
        },
    )
    scopes = forms.MultipleChoiceField(
        label="O que o token abre",
        choices=[(scope.value, f"{scope.label[:1].upper()}{scope.label[1:]} ({scope.value})") for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Escolha ao menos uma coisa que o token abre.",
            "invalid_choice": "Escolha da lista o que o token abre.",
        },
    )
    days = forms.IntegerField(
        label="Vale por quantos dias",
        min_value=1,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        help_text=f"Até {MOST_DAYS}. Antes do fim, crie outro e troque-o no sistema.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Informe por quantos dias o token vale.",
            "invalid": "Informe um número inteiro.",
            "min_value": "O mínimo é 1.",
            "max_value": f"O máximo é {MOST_DAYS}.",
        },
    )

    def clean_scopes(self) -> Any:
        return parse_scopes(self.cleaned_data["scopes"])
