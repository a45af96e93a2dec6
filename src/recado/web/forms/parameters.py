"""*Parâmetros*: each with its bounds and what it does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.parameters import Parameters
from recado.service_requests.models import ClosingReason

LONGEST_COMPANY, LONGEST_PHONE = 40, 13
LEAST_RETENTION, MOST_RETENTION = 30, 3650
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

    @classmethod
    def of(cls, held: Parameters) -> ParametersForm:
        """The form that shows what is in force."""
        initial = {
            "company": held.company,
            "company_phone": held.company_phone,
            "success_reasons": list(held.success_reasons),
            "pace": f"{held.pace:g}".replace(".", ","),
            "retention_days": held.retention_days or None,
        }
        return cls(initial=initial)

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
        )

    def _sendable(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        try:
            segment(text, EncodingPolicy.FOLD)
        except EncodeError:
            raise ValidationError("Há um caractere que nenhum celular mostra. Retire-o.", code="unsendable") from None
        return text
