"""*Parâmetros*: each with its bounds and what it does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from recado.gsm import EncodeError, EncodingPolicy, segment
from recado.parameters import Parameters, defaults
from recado.service_requests.models import ClosingReason
from recado.web.forms.fields import LineField, RowsField
from recado.web.forms.numbers import CountField, PaceField, written_pace
from recado.web.forms.types import MOST_ATTEMPTS

LONGEST_COMPANY, LONGEST_PHONE = 40, 13
LONGEST_NOTICE, MOST_EVALUATION_DAYS = 80, 90
LEAST_BILLING_SMS, MOST_BILLING_SMS = 120, 765
MOST_ALONE = 1_000_000
LEAST_RETENTION, MOST_RETENTION = 30, 3650
LONGEST_SIGNATURE = 40


class ParametersForm(forms.Form):
    """What is in force stands in the fields; an empty retention keeps everything."""

    company = LineField(
        "O nome",
        label="Nome da companhia",
        max_length=LONGEST_COMPANY,
        missing="Informe o nome da companhia.",
        help_text="Assina os SMS ({EMPRESA}) e aparece no alto das telas. Um nome curto deixa mais espaço ao texto.",
    )
    company_phone = LineField(
        "O telefone",
        label="Telefone da companhia",
        max_length=LONGEST_PHONE,
        missing="Informe o telefone da companhia.",
        help_text="Citado nos SMS ({TELEFONE}). Exemplo: 0800 000 0000.",
    )
    signature = LineField(
        "A assinatura",
        label="Assinatura",
        max_length=LONGEST_SIGNATURE,
        help_text="Acrescentada ao fim de todo SMS que ainda não termine com ela. Ocupa espaço do texto: confira em"
        " Tipos e textos. Vazio: nenhuma.",
    )
    success_reasons = RowsField(
        label="Motivos de encerramento que avisam o cliente",
        queryset=ClosingReason.objects.all(),
        gone="Escolha motivos da lista.",
        help_text="Ao encerrar um RA com um destes motivos, cada celular recebe o SMS de serviço realizado.",
    )
    pace = PaceField(
        label="Ritmo de aparelhos novos, em segundos",
        help_text="Tempo mínimo entre o começo de dois envios no mesmo chip. Depressa demais, a operadora bloqueia o"
        " chip. 0: um logo depois do outro, só para testes. Aparelhos já cadastrados ficam com o ritmo que têm.",
    )
    attempts = CountField(
        label="Tentativas de tipos novos",
        least=1,
        most=MOST_ATTEMPTS,
        noun=("tentativa", "tentativas"),
        missing="Informe o número de tentativas.",
        help_text="Quantas vezes o Recado tenta sozinho antes de pedir a decisão de uma pessoa. Os tipos que já existem"
        " ficam com o que têm: mude-os em Tipos e textos.",
    )
    retention_days = CountField(
        label="Guardar mensagens e respostas por quantos dias",
        least=LEAST_RETENTION,
        most=MOST_RETENTION,
        noun=("dia", "dias"),
        help_text="Mais antigas que isso são removidas para sempre, menos as que ainda esperam envio ou decisão; também"
        " e-mails, contas e comentários de avaliações. Vazio: guarda tudo. Os RAs e as notas ficam.",
    )
    evaluation_notice = LineField(
        "O aviso",
        label="Aviso da avaliação no SMS",
        max_length=LONGEST_NOTICE,
        missing="Informe o aviso. Para não avisar, retire a tag {AVALIACAO} do texto do tipo.",
        help_text="O que o SMS de serviço realizado diz a quem deu e-mail ({AVALIACAO}).",
    )
    evaluation_days = CountField(
        label="Dias para responder a avaliação",
        least=1,
        most=MOST_EVALUATION_DAYS,
        noun=("dia", "dias"),
        missing="Informe o número de dias.",
        help_text="Depois disso o link do e-mail não vale mais.",
    )
    batch_approval = CountField(
        label="SMS de um lote que uma pessoa envia sozinha",
        least=0,
        most=MOST_ALONE,
        noun=("SMS", "SMS"),
        missing="Informe o número de SMS.",
        words={"min_value": "O mínimo são 0 SMS: todo lote espera aprovação."},
        help_text="Um lote maior que isso espera que outra pessoa o aprove.",
    )
    billing_sms_limit = CountField(
        label="Tamanho máximo do SMS de conta, em caracteres",
        least=LEAST_BILLING_SMS,
        most=MOST_BILLING_SMS,
        noun=("caractere", "caracteres"),
        missing="Informe o tamanho máximo.",
        help_text="Com cada tag no tamanho máximo e o código de barras. 160 são 1 SMS; 306 são 2; 459 são 3.",
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

    def clean_evaluation_notice(self) -> str:
        return self._sendable("evaluation_notice")

    def clean_signature(self) -> str:
        return self._sendable("signature") if self.cleaned_data["signature"] else ""

    def wanted(self) -> Parameters:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Parameters(
            company=given["company"],
            company_phone=given["company_phone"],
            success_reasons=tuple(sorted(reason.pk for reason in given["success_reasons"])),
            # Who writes -0 means 0, and would see -0 ever after.
            pace=abs(float(given["pace"])),
            retention_days=given["retention_days"] or 0,
            attempts=given["attempts"],
            signature=given["signature"],
            evaluation_days=given["evaluation_days"],
            batch_approval=given["batch_approval"],
            billing_sms_limit=given["billing_sms_limit"],
            evaluation_notice=given["evaluation_notice"],
        )

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
        return written_pace(value)
    if name == "retention_days":
        return value or None
    return list(value) if isinstance(value, tuple) else value
