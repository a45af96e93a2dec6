"""*Tipos e textos*: a type's text and how it is sent; and the number of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from recado.billing.models import BillingType
from recado.collation import dictionary_key
from recado.gsm import EncodingPolicy
from recado.outbox.hours import EVERY_DAY, Hours
from recado.outbox.measuring import longest_values, measure_template
from recado.outbox.models import ENCODINGS, MessageType, OnUncertain, Priority
from recado.outbox.own_types import OF_A_REQUEST
from recado.outbox.templates import TemplateRefused, check_template
from recado.outbox.types import fields_of
from recado.web.forms.fields import ClockField, LineField, MobileField, NoteField, OnceForm
from recado.web.forms.numbers import CountField
from recado.web.hours_words import DAYS

LONGEST_TEXT = 1000
MOST_ATTEMPTS = 20
MOST_VALIDITY_HOURS = 24 * 30


# Django's class takes no parameter at run time.
if TYPE_CHECKING:
    MessageTypeForm = forms.ModelForm[MessageType]
else:
    MessageTypeForm = forms.ModelForm


class DaysField(forms.MultipleChoiceField):
    """Days of the week, kept as the digits of their ISO numbers."""

    def __init__(self) -> None:
        super().__init__(
            label="Dias em que sai",
            choices=DAYS,
            initial=list(EVERY_DAY),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Escolha ao menos um dia.", "invalid_choice": "Escolha dias da lista."},
        )

    def prepare_value(self, value: Any) -> Any:
        return list(value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        return "".join(sorted(set(super().clean(value))))


def _one_of(what: str) -> dict[str, str]:
    """How the choice of nothing, and of what no page offers, is refused."""
    return {"required": f"Escolha {what}.", "invalid_choice": f"Escolha {what} da lista."}


class TypeForm(MessageTypeForm):
    """All that may be changed of a type; its fields belong to its event and stay."""

    name = LineField("O nome", label="Nome", max_length=60, missing="Informe o nome do tipo.")
    template = NoteField(
        label="Texto",
        widget=forms.Textarea(attrs={"rows": 6, "data-counter": str(LONGEST_TEXT)}),
        max_length=LONGEST_TEXT,
        error_messages={"required": "Informe o texto."},
    )
    validity_hours = CountField(
        label="Validade em horas",
        least=1,
        most=MOST_VALIDITY_HOURS,
        noun=("hora", "horas"),
        words={
            "min_value": "A validade mínima é 1 hora.",
            "max_value": f"A validade máxima é {MOST_VALIDITY_HOURS} horas (30 dias).",
        },
        help_text="Depois disso a mensagem que ainda não saiu expira. Vazio: nunca expira.",
    )
    max_attempts = CountField(
        label="Tentativas",
        least=1,
        most=MOST_ATTEMPTS,
        noun=("tentativa", "tentativas"),
        missing="Informe o número de tentativas.",
        help_text="Quantas vezes o Recado tenta sozinho antes de pedir a decisão de uma pessoa.",
    )
    priority = forms.TypedChoiceField(
        label="Prioridade",
        choices=Priority.choices,
        coerce=int,
        error_messages=_one_of("a prioridade"),
        help_text="Urgente passa à frente na fila; Em lote espera por todos.",
    )
    encoding = forms.ChoiceField(
        label="Letras",
        choices=ENCODINGS,
        error_messages=_one_of("as letras"),
        help_text="Sem os acentos cabem 160 letras por SMS; com todos os caracteres, 70. Nem todo celular mostra as"
        " tabelas portuguesas.",
    )
    on_uncertain = forms.ChoiceField(
        label="Quando não se sabe se saiu",
        choices=OnUncertain.choices,
        error_messages=_one_of("o que fazer"),
        help_text="Enviar de novo pode fazer o cliente receber em dobro.",
    )
    hours_from = ClockField(label="A partir das", required=False)
    hours_until = ClockField(label="Até as", required=False)
    days = DaysField()

    class Meta:
        model = MessageType
        fields = (
            "name",
            "template",
            "encoding",
            "priority",
            "max_attempts",
            "on_uncertain",
            "hours_from",
            "hours_until",
            "days",
            "heeds_opt_out",
            "active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_billing = BillingType.objects.filter(type=self.instance.pk).exists()
        if self.of_billing:
            self.fields["max_attempts"].disabled = True
            self.fields["max_attempts"].help_text = "Mude em Parametrizar Mensagem de Faturamento (SMS/E-MAIL)."
        minutes = self.instance.validity_minutes
        self.fields["validity_hours"].initial = -(-minutes // 60) if minutes else None

    def clean_name(self) -> str:
        """Unlike any other type's, also to whoever looks past accents and capitals."""
        name: str = self.cleaned_data["name"]
        others = MessageType.objects.exclude(pk=self.instance.pk).values_list("name", flat=True)
        if dictionary_key(name)[0] in {dictionary_key(other)[0] for other in others}:
            raise ValidationError("Já existe um tipo com este nome. Escolha outro.", code="taken")
        return name

    def clean_heeds_opt_out(self) -> bool:
        """Never for what tells of a request, always for bills, whatever a browser sends."""
        return (bool(self.cleaned_data["heeds_opt_out"]) or self.of_billing) and not self.tells_of_a_request

    @property
    def tells_of_a_request(self) -> bool:
        """Whether the type's messages go to everybody, as the protocol of an RA does."""
        return self.instance.pk in OF_A_REQUEST

    def clean_template(self) -> str:
        template: str = self.cleaned_data["template"]
        try:
            check_template(template, fields_of(self.instance))
        except TemplateRefused as refusal:
            raise ValidationError(str(refusal), code="template") from refusal
        return template

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "template" in cleaned and "encoding" in cleaned:
            try:
                measure_template(cleaned["template"], EncodingPolicy(cleaned["encoding"]), longest_values())
            except TemplateRefused as refusal:
                self.add_error("template", str(refusal))
        self._check_hours(cleaned)
        return cleaned

    @property
    def hours(self) -> Hours:
        """The hours of what was typed, as far as it can be read; those in force while nothing was."""
        if not self.is_bound:
            return self.instance.hours
        self.full_clean()
        given = self.cleaned_data
        return Hours(given.get("hours_from"), given.get("hours_until"), given.get("days", EVERY_DAY))

    def _check_hours(self, cleaned: dict[str, Any]) -> None:
        if not {"hours_from", "hours_until"} <= cleaned.keys():
            return
        start, until = cleaned["hours_from"], cleaned["hours_until"]
        if (start is None) != (until is None):
            missing = "hours_from" if start is None else "hours_until"
            self.add_error(missing, "Informe o começo e o fim, ou deixe os dois vazios para o dia todo.")
        elif start is not None and start == until:
            self.add_error("hours_until", "O fim é igual ao começo. Deixe os dois vazios para o dia todo.")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        hours = self.cleaned_data.get("validity_hours")
        kept = self.fields["validity_hours"].initial
        if hours != kept:
            # Minutes that somebody set by other means stay while the hours shown do.
            self.instance.validity_minutes = hours * 60 if hours else None


class TestForm(OnceForm):
    """Where a test goes."""

    KEY = "test"
    mobile = MobileField(
        label="Celular do teste",
        help_text="Exemplo: (81) 91234-5678. Sai um SMS de verdade, com dados de exemplo.",
        error_messages={"required": "Informe o celular que receberá o teste."},
    )
