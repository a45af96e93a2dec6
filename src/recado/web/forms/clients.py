"""*Sistemas integrados*: who may call, from where, how often, and what a token opens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from recado.clients.models import MOST_RATE, USUAL_RATE
from recado.clients.scopes import Scope, parse_scopes
from recado.clients.tokens import MOST_DAYS, USUAL_DAYS
from recado.numerals import thousands
from recado.web.forms.fields import LineField, LoginNameField, NetworksField
from recado.web.forms.numbers import CountField


class ClientForm(forms.Form):
    """The limits of a system that exists."""

    networks = NetworksField()
    rate = CountField(
        label="Chamadas por minuto",
        least=1,
        most=MOST_RATE,
        initial=USUAL_RATE,
        missing="Informe quantas chamadas por minuto.",
    )


class NewClientForm(ClientForm):
    """A new system; its name stays, since histories name it."""

    name = LoginNameField(
        "O nome",
        label="Nome do sistema",
        missing="Informe o nome do sistema.",
        help_text="Como aparece nas mensagens e na auditoria. Exemplo: portal-do-cliente. Não muda depois.",
    )
    field_order = ("name", "networks", "rate")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(f"Já existe um usuário ou sistema {name}. Escolha outro nome.", code="taken")
        return name


class TokenForm(forms.Form):
    """A new token: what it is for, what it opens, how long."""

    name = LineField(
        "O nome",
        label="Para que é",
        max_length=60,
        missing="Diga para que é o token.",
        help_text="Exemplo: produção.",
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
    days = CountField(
        label="Vale por quantos dias",
        least=1,
        most=MOST_DAYS,
        initial=USUAL_DAYS,
        missing="Informe por quantos dias o token vale.",
        help_text=f"Até {thousands(MOST_DAYS)}. Antes do fim, crie outro e troque-o no sistema.",
    )

    def clean_scopes(self) -> Any:
        return parse_scopes(self.cleaned_data["scopes"])
