"""*Parâmetros*: each with its bounds and what it does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.parameters import Parameters, defaults
from recado.service_requests.models import ClosingReason
from recado.web.forms.types import MOST_ATTEMPTS

LONGEST_COMPANY, LONGEST_PHONE = 40, 13
LONGEST_NOTICE, MOST_EVALUATION_DAYS = 80, 90
LEAST_BILLING_SMS, MOST_BILLING_SMS = 120, 765
MOST_ALONE = 1_000_000
LEAST_RETENTION, MOST_RETENTION = 30, 3650
LONGEST_SIGNATURE = 40
_TEXT = {"autocomplete": "off"}
_NUMBER = {"autocomplete": "off", "inputmode": "decimal"}


class PaceField(forms.DecimalField):
    """Seconds, with a comma or a point."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(str(value).replace(",", ".") if value not in self.empty_values else value)


class ParametersForm(forms.Form):
    """What is in force stands in the fields; an empty retention keeps everything."""

    company = forms.CharField(
        label="Nome da companhia",
        max_length=LONGEST_COMPANY,
        help_text="Assina os SMS ({EMPRESA}) e aparece no alto das telas. Um nome curto deixa mais espaço ao texto.",
        widget=forms.TextInput(attrs=_TEXT),
        error_messages={
            "required": "Informe o nome da companhia.",
            "max_length": f"O nome tem %(show_value)d caracteres; o limite é {LONGEST_COMPANY}.",
        },
    )
    company_phone = forms.CharField(
        label="Telefone da companhia",
        max_length=LONGEST_PHONE,
        help_text="Citado nos SMS ({TELEFONE}). Exemplo: 0800 000 0000.",
        widget=forms.TextInput(attrs=_TEXT),
        error_messages={
            "required": "Informe o telefone da companhia.",
            "max_length": f"O telefone tem %(show_value)d caracteres; o limite é {LONGEST_PHONE}.",
        },
    )
    signature = forms.CharField(
        label="Assinatura",
        max_length=LONGEST_SIGNATURE,
        required=False,
        help_text="Acrescentada ao fim de todo SMS que ainda não termine com ela. Ocupa espaço do texto: confira em"
        " Tipos e textos. Vazio: nenhuma.",
        widget=forms.TextInput(attrs=_TEXT),
        error_messages={"max_length": f"A assinatura tem %(show_value)d caracteres; o limite é {LONGEST_SIGNATURE}."},
    )
    success_reasons = forms.ModelMultipleChoiceField(
        label="Motivos de encerramento que avisam o cliente",
        queryset=ClosingReason.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ao encerrar um RA com um destes motivos, cada celular recebe o SMS de serviço realizado.",
        error_messages={"invalid_choice": "Escolha motivos da lista.", "invalid_pk_value": "Escolha motivos da lista."},
    )
    pace = PaceField(
        label="Ritmo de aparelhos novos, em segundos",
        min_value=0,
        max_value=3600,
        help_text="Tempo mínimo entre o começo de dois envios no mesmo chip. Depressa demais, a operadora bloqueia o"
        " chip. Aparelhos já cadastrados ficam com o ritmo que têm.",
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages={
            "required": "Informe o ritmo em segundos.",
            "invalid": "Informe um número de segundos. Exemplo: 7.",
            "min_value": "O ritmo mínimo é 0 segundos.",
            "max_value": "O ritmo máximo é 3600 segundos.",
        },
    )
    attempts = forms.IntegerField(
        label="Tentativas de tipos novos",
        min_value=1,
        max_value=MOST_ATTEMPTS,
        help_text="Quantas vezes o Recado tenta sozinho antes de pedir a decisão de uma pessoa. Os tipos que já existem"
        " ficam com o que têm: mude-os em Tipos e textos.",
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages={
            "required": "Informe o número de tentativas.",
            "invalid": "Informe um número inteiro de tentativas.",
            "min_value": "O mínimo é 1 tentativa.",
            "max_value": f"O máximo são {MOST_ATTEMPTS} tentativas.",
        },
    )
    retention_days = forms.IntegerField(
        label="Guardar mensagens e respostas por quantos dias",
        required=False,
        min_value=LEAST_RETENTION,
        max_value=MOST_RETENTION,
        help_text="Mais antigas que isso são removidas para sempre, menos as que ainda esperam envio ou decisão."
        " Vazio: guarda tudo. Os RA não são removidos.",
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages={
            "invalid": "Informe um número inteiro de dias.",
            "min_value": f"O mínimo são {LEAST_RETENTION} dias.",
            "max_value": f"O máximo são {MOST_RETENTION} dias.",
        },
    )
    evaluation_notice = forms.CharField(
        label="Aviso da avaliação no SMS",
        max_length=LONGEST_NOTICE,
        help_text="O que o SMS de serviço realizado diz a quem deu e-mail ({AVALIACAO}).",
        widget=forms.TextInput(attrs=_TEXT),
        error_messages={
            "required": "Informe o aviso. Para não avisar, retire a tag {AVALIACAO} do texto do tipo.",
            "max_length": f"O aviso tem %(show_value)d caracteres; o limite é {LONGEST_NOTICE}.",
        },
    )
    evaluation_days = forms.IntegerField(
        label="Dias para responder a avaliação",
        min_value=1,
        max_value=MOST_EVALUATION_DAYS,
        help_text="Depois disso o link do e-mail não vale mais.",
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages={
            "required": "Informe o número de dias.",
            "invalid": "Informe um número inteiro de dias.",
            "min_value": "O mínimo é 1 dia.",
            "max_value": f"O máximo são {MOST_EVALUATION_DAYS} dias.",
        },
    )
    batch_approval = forms.IntegerField(
        label="SMS de um lote que uma pessoa envia sozinha",
        min_value=0,
        max_value=MOST_ALONE,
        help_text="Um lote maior que isso espera que outra pessoa o aprove.",
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages={
            "required": "Informe o número de SMS.",
            "invalid": "Informe um número inteiro de SMS.",
            "min_value": "O mínimo são 0 SMS: todo lote espera aprovação.",
            "max_value": f"O máximo são {MOST_ALONE} SMS.",
        },
    )
    billing_sms_limit = forms.IntegerField(
        label="Tamanho máximo do SMS de conta, em caracteres",
        min_value=LEAST_BILLING_SMS,
        max_value=MOST_BILLING_SMS,
        help_text="Com cada tag no tamanho máximo e o código de barras. 160 são 1 SMS; 306 são 2; 459 são 3.",
        widget=forms.TextInput(attrs=_NUMBER),
        error_messages={
            "required": "Informe o tamanho máximo.",
            "invalid": "Informe um número inteiro de caracteres.",
            "min_value": f"O mínimo são {LEAST_BILLING_SMS} caracteres.",
            "max_value": f"O máximo são {MOST_BILLING_SMS} caracteres.",
        },
    )

    @classmethod
    def of(cls, held: Parameters) -> ParametersForm:
        """The form that shows what is in force."""
        return cls(initial={name: shown(name, getattr(held, name)) for name in cls.base_fields})

    @classmethod
    def put_back(cls, typed: QueryDict, name: str) -> ParametersForm:
        """The form as it was typed, with the field `name` at its default; nothing is checked, nothing saved."""
        usual = {field: shown(field, getattr(defaults(), field)) for field in cls.base_fields}
        kept = {
            field: typed.getlist(field) if isinstance(default, list) else typed.get(field, "")
            for field, default in usual.items()
        }
        return cls(initial=kept | {name: usual[name]})

    def clean_company(self) -> str:
        return self._sendable("company")

    def clean_company_phone(self) -> str:
        return self._sendable("company_phone")

    def wanted(self) -> Parameters:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Parameters(
            company=given["company"],
            company_phone=given["company_phone"],
            success_reasons=tuple(sorted(reason.pk for reason in given["success_reasons"])),
            pace=float(given["pace"]),
            retention_days=given["retention_days"] or 0,
            attempts=given["attempts"],
            signature=given["signature"],
            evaluation_days=given["evaluation_days"],
            batch_approval=given["batch_approval"],
            billing_sms_limit=given["billing_sms_limit"],
            evaluation_notice=given["evaluation_notice"],
        )

    def clean_evaluation_notice(self) -> str:
        return self._sendable("evaluation_notice")

    def clean_signature(self) -> str:
        return self._sendable("signature") if self.cleaned_data["signature"] else ""

    def _sendable(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        try:
            segment(text, EncodingPolicy.FOLD)
        except EncodeError:
            raise ValidationError("Há um caractere que nenhum celular mostra. Retire-o.", code="unsendable") from None
        return text


def shown(name: str, value: Any) -> Any:
    """A parameter's value as its field shows it."""
    if name == "pace":
        return f"{value:g}".replace(".", ",")
    if name == "retention_days":
        return value or None
    return list(value) if isinstance(value, tuple) else value
