"""*Contas playSMS*: who may call by the door, from where, and what the calls become."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.outbox.models import MessageType
from recado.outbox.types import fields_of
from recado.phones.models import Phone
from recado.playsms.models import LONGEST_WINDOW, Account, NinthDigit
from recado.playsms.settling import Wishes
from recado.web.forms.fields import LoginNameField, NetworksField
from recado.web.forms.numbers import CountField

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
    window_minutes = CountField(
        label="Repetição, em minutos",
        least=0,
        most=LONGEST_WINDOW_MINUTES,
        initial=10,
        noun=("minuto", "minutos"),
        missing="Informe os minutos.",
        words={"min_value": "O mínimo é 0.", "max_value": f"O máximo é {LONGEST_WINDOW_MINUTES} minutos (1 dia)."},
        help_text="A mesma chamada neste tempo recebe a mesma resposta, sem outro SMS. 0: cada chamada envia.",
    )
    networks = NetworksField()
    reads_replies = forms.BooleanField(label="Pode ler as respostas de quem recebeu SMS desta conta", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = [row for row in MessageType.objects.filter(active=True) if "TEXTO" in fields_of(row)]
        kind, phones = self.fields["type"], self.fields["phones"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(phones, forms.ChoiceField)
        kind.choices = [("", "Escolha"), *((row.pk, row.name) for row in types)]
        phones.choices = [(row.pk, row.name) for row in Phone.objects.all()]

    @classmethod
    def of(cls, account: Account) -> AccountForm:
        """The form that shows the account as it is."""
        shown = {
            "type": account.type_id,
            "phones": list(account.phones.values_list("pk", flat=True)),
            "ninth_digit": account.ninth_digit,
            "window_minutes": -(-account.window_seconds // 60),
            "networks": account.networks,
            "reads_replies": account.reads_replies,
        }
        return cls(initial=shown)

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

    name = LoginNameField(
        "O usuário",
        label="Usuário",
        missing="Informe o usuário.",
        help_text="O que vai em u= na chamada. Exemplo: gsan. Não muda depois.",
    )
    field_order = ("name", "type", "ninth_digit", "window_minutes", "networks", "phones", "reads_replies")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Account.objects.filter(name__iexact=name).exists():
            raise ValidationError(f"Já existe a conta {name}. Escolha outro usuário.", code="taken")
        return name
