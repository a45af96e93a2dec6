"""*Parametrizar Mensagem de Faturamento* and *Processo de Envio*: what is asked for, in the order of the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.billing.consents import Word, held_by
from recado.billing.models import Category, ConsentKind, Kind, Setup
from recado.billing.reais import MOST_VALUE, read_reais
from recado.billing.setups import MOST_ATTEMPTS, MOST_DAYS, Wanted, sms_faults
from recado.billing.tags import text_faults
from recado.web.forms.fields import LineField, MobileField, NoteField
from recado.web.forms.numbers import CountField

LONGEST_SMS, LONGEST_EMAIL = 1000, 4000


def kind_in(data: Mapping[str, Any]) -> Kind:
    """The kind that an address or a form names with `tipo`; bills when it names none."""
    return {kind.slug: kind for kind in Kind}.get(str(data.get("tipo", "")), Kind.BILL)


class ReaisField(forms.CharField):
    """A value in reais as people write it: `1.204,50`; cleans to a Decimal."""

    def clean(self, value: Any) -> Decimal | str:
        written: str = super().clean(value)
        if not written:
            return written
        reais = read_reais(written)
        if reais is None:
            raise ValidationError("Informe um valor em reais. Exemplo: 10,00.", code="value")
        if reais > MOST_VALUE:
            raise ValidationError("O máximo são R$ 999.999.999,99.", code="value")
        return reais


class SetupForm(forms.Form):
    """The parameters in GSAN's order; blank days are 0."""

    minimum = ReaisField(
        label="Valor mínimo da conta",
        max_length=20,
        help_text="Em reais. Contas abaixo deste valor não são avisadas. Exemplo: 10,00.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
        error_messages={"required": "Informe o valor mínimo da conta."},
    )
    categories = forms.MultipleChoiceField(
        label="Categorias do imóvel",
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Escolha ao menos uma categoria.",
            "invalid_choice": "Escolha categorias da lista.",
        },
    )
    days_before = CountField(
        label="Quantidade de dias antes do vencimento",
        least=0,
        most=MOST_DAYS,
        noun=("dia", "dias"),
        help_text="Em branco: 0, no próprio dia.",
    )
    max_attempts = CountField(
        label="Número máximo de tentativas",
        least=1,
        most=MOST_ATTEMPTS,
        noun=("tentativa", "tentativas"),
        missing="Informe o número máximo de tentativas.",
        words={"min_value": "Informe um número maior que zero."},
    )
    sms_text = NoteField(
        label="Texto SMS",
        max_length=LONGEST_SMS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A linha do código de barras vai sempre depois do texto.",
        error_messages={"required": "Informe o texto SMS."},
    )
    email_text = NoteField(
        label="Texto E-MAIL",
        max_length=LONGEST_EMAIL,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="O código de barras vai depois do texto, em uma linha que se pode copiar.",
        error_messages={"required": "Informe o texto E-MAIL."},
    )

    def __init__(self, data: Any = None, *, kind: Kind = Kind.BILL, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.kind = kind
        if kind is Kind.COLLECTION:
            self.fields["minimum"].label = "Valor mínimo do documento"
            self.fields[
                "minimum"
            ].help_text = "Em reais. Cobranças abaixo deste valor não são avisadas. Exemplo: 10,00."
            self.fields["days_before"].label = "Quantidade de dias antes do fim da validade"

    @classmethod
    def of(cls, setup: Setup | None, kind: Kind) -> SetupForm:
        """The form that shows what is in force."""
        if setup is None:
            return cls(kind=kind)
        return cls(
            kind=kind,
            initial={
                "minimum": f"{setup.minimum:.2f}".replace(".", ","),
                "categories": list(setup.categories),
                "days_before": setup.days_before,
                "max_attempts": setup.max_attempts,
                "sms_text": setup.sms_text,
                "email_text": setup.email_text,
            },
        )

    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Wanted(
            minimum=given["minimum"],
            categories="".join(code for code in Category.values if code in given["categories"]),
            days_before=given["days_before"] or 0,
            max_attempts=given["max_attempts"],
            sms_text=given["sms_text"],
            email_text=given["email_text"],
            kind=self.kind,
        )

    # Each field by itself, so that a fault of one hides none of another's.
    def clean_minimum(self) -> Decimal:
        minimum: Decimal = self.cleaned_data["minimum"]
        if minimum <= 0:
            raise ValidationError("Informe um valor maior que zero.", code="minimum")
        return minimum

    def clean_sms_text(self) -> str:
        return self._faultless("sms_text", sms_faults)

    def clean_email_text(self) -> str:
        return self._faultless("email_text", text_faults)

    def _faultless(self, name: str, faults_of: Callable[[str, Kind], list[str]]) -> str:
        text: str = self.cleaned_data[name]
        # Places are told in what the page shows again: as it was typed, blanks at the beginning too.
        typed = str(self.data.get(self.add_prefix(name), "")).replace("\r\n", "\n")
        if faults := text_faults(typed, self.kind) or faults_of(text, self.kind):
            raise ValidationError(faults, code="text")
        return text


class BillFileForm(forms.Form):
    """A file of bills; `again` takes one that was given before."""

    file = forms.FileField(
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    again = forms.BooleanField(label="Ler mesmo que já tenha sido recebido", required=False)

    def __init__(self, *given: Any, kind: Kind = Kind.BILL) -> None:
        super().__init__(*given)
        self.fields["file"].label = f"Arquivo de {kind.many} (CSV)"
        for code in ("required", "invalid"):
            self.fields["file"].error_messages[code] = f"Escolha o arquivo de {kind.many}."


class WhereForm(forms.Form):
    """The billing group and month that a step is for."""

    grupo = forms.ChoiceField(label="Grupo de faturamento")
    referencia = forms.ChoiceField(label="Referência")

    def __init__(self, data: Any, *, kind: Kind, groups: Sequence[str], months: Sequence[date]) -> None:
        super().__init__(data)
        if kind is Kind.COLLECTION:
            self.fields["grupo"].label = "Grupo de cobrança"
        self.fields["grupo"].choices = [(group, group) for group in groups]  # type: ignore[attr-defined]
        self.fields["referencia"].choices = [  # type: ignore[attr-defined]
            (f"{month:%Y-%m}", f"{month:%m/%Y}") for month in months
        ]

    @property
    def month(self) -> date:
        """The first day of the month of a valid form."""
        year, month = self.cleaned_data["referencia"].split("-")
        return date(int(year), int(month), 1)


class ConsentForm(forms.Form):
    """A client's word: to what, yes or no, and how it was given; of a phone, which mobile."""

    cliente = forms.RegexField(
        r"^[0-9]{1,12}$",
        widget=forms.HiddenInput,
        error_messages={
            "required": "Procure antes o cliente.",
            "invalid": "O código do cliente tem de 1 a 12 dígitos.",
        },
    )
    kind = forms.ChoiceField(label="A quê", choices=ConsentKind.choices)
    given = forms.ChoiceField(label="Resposta", choices=(("sim", "Autoriza"), ("nao", "Não autoriza")))
    mobile = MobileField(
        label="Celular",
        required=False,
        help_text="Só quando a resposta é sobre um celular. Em branco, o que o cliente já autorizou ou recusou.",
    )
    how = LineField("O texto", label="Como disse", max_length=200, missing="Diga como o cliente respondeu.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") != ConsentKind.PHONE or "cliente" not in cleaned or "mobile" not in cleaned:
            return cleaned
        held = held_by([cleaned["cliente"]]).get((cleaned["cliente"], ConsentKind.PHONE))
        cleaned["mobile"] = cleaned["mobile"] or (held.address if held else "")
        if not cleaned["mobile"]:
            self.add_error("mobile", "Informe o celular, com DDD.")
        return cleaned

    def word(self) -> Word:
        """What a valid form says."""
        said = self.cleaned_data
        kind = ConsentKind(said["kind"])
        return Word(said["cliente"], kind, said["given"] == "sim", said["mobile"] if kind is ConsentKind.PHONE else "")
