"""*Contas playSMS*: who may call by the door, from where, and what the calls become."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError

from recado.conf.networks import NetworkRefused, tidied
from recado.outbox.models import MessageType
from recado.outbox.types import fields_of
from recado.phones.models import Phone
from recado.playsms.models import LONGEST_WINDOW, Account, NinthDigit
from recado.playsms.settling import Wishes

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
LONGEST_WINDOW_MINUTES = LONGEST_WINDOW // 60


class AccountForm(forms.Form):
    """All that may be changed of an account; the user's name stays, since histories name it."""

    type = forms.TypedChoiceField(
        label="Tipo de SMS",
        coerce=int,
        help_text="Diz prioridade, validade, horário e letras. O texto vem pronto na chamada: só tipos com {TEXTO}.",
        error_messages={"required": "Escolha o tipo de SMS.", "invalid_choice": "Escolha um tipo da lista."},
    )
    phones = forms.TypedMultipleChoiceField(
        label="Aparelhos",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Marcando algum, todos os SMS do tipo escolhido saem só por ele. Nenhum: qualquer um que possa.",
        error_messages={"invalid_choice": "Escolha aparelhos da lista."},
    )
    ninth_digit = forms.ChoiceField(
        label="Celular de 10 dígitos",
        choices=NinthDigit.choices,
        widget=forms.RadioSelect,
        help_text="O GSAN só guarda 10. O 9 acrescentado é um palpite: a mensagem diz isso.",
        error_messages={"required": "Escolha o que fazer.", "invalid_choice": "Escolha uma das opções."},
    )
    window_minutes = forms.IntegerField(
        label="Repetição, em minutos",
        min_value=0,
        max_value=LONGEST_WINDOW_MINUTES,
        initial=10,
        help_text="A mesma chamada neste tempo recebe a mesma resposta, sem outro SMS. 0: cada chamada envia.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Informe os minutos.",
            "invalid": "Informe um número inteiro de minutos.",
            "min_value": "O mínimo é 0.",
            "max_value": f"O máximo é {LONGEST_WINDOW_MINUTES} minutos (1 dia).",
        },
    )
    networks = forms.CharField(
        label="Endereços de origem",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, **_PLAIN}),
        help_text="Um endereço ou rede por linha: 192.0.2.10 ou 192.0.2.0/24. Em branco, de qualquer lugar.",
    )
    reads_replies = forms.BooleanField(label="Pode ler as respostas de quem recebeu SMS desta conta", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = [row for row in MessageType.objects.filter(active=True) if "TEXTO" in fields_of(row)]
        kind, phones = self.fields["type"], self.fields["phones"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(phones, forms.ChoiceField)
        kind.choices = [("", "Escolha"), *((row.pk, row.name) for row in types)]
        phones.choices = [(row.pk, row.name) for row in Phone.objects.all()]

    @staticmethod
    def shown(account: Account) -> dict[str, object]:
        """What the form shows of an account."""
        return {
            "type": account.type_id,
            "phones": list(account.phones.values_list("pk", flat=True)),
            "ninth_digit": account.ninth_digit,
            "window_minutes": -(-account.window_seconds // 60),
            "networks": account.networks,
            "reads_replies": account.reads_replies,
        }

    def clean_networks(self) -> str:
        written: str = self.cleaned_data["networks"]
        try:
            return tidied(written)
        except NetworkRefused as refusal:
            raise ValidationError(str(refusal), code="network") from refusal

    def wishes(self) -> Wishes:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Wishes(
            type_id=given["type"],
            phone_ids=frozenset(given["phones"]),
            ninth_digit=NinthDigit(given["ninth_digit"]),
            window_seconds=60 * given["window_minutes"],
            networks=given["networks"],
            reads_replies=given["reads_replies"],
        )


class NewAccountForm(AccountForm):
    """A new account."""

    name = forms.CharField(
        label="Usuário",
        max_length=60,
        validators=[ASCIIUsernameValidator(message="Use só letras sem acento, números e os sinais @ . + - _")],
        help_text="O que vai em u= na chamada. Exemplo: gsan. Não muda depois.",
        widget=forms.TextInput(attrs=_PLAIN),
        error_messages={
            "required": "Informe o usuário.",
            "max_length": "O usuário tem %(show_value)d caracteres; o limite é 60.",
        },
    )
    field_order = ("name", "type", "ninth_digit", "window_minutes", "networks", "phones", "reads_replies")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Account.objects.filter(name__iexact=name).exists():
            raise ValidationError(f"Já existe a conta {name}. Escolha outro usuário.", code="taken")
        return name
