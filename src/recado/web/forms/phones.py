"""One phone's rules, and where a test SMS goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from recado.outbox.models import MessageType
from recado.phones.models import Phone
from recado.phones.rule_values import LARGEST_QUOTA, LARGEST_SHARE, RuleRefused, check_hours, read_ddds, read_quota
from recado.web.forms.fields import NUMERIC, ClockField, MobileField, OnceForm, RowsField
from recado.web.forms.numbers import CountField, PaceField, written_pace

T = TypeVar("T")


def _quota(period: str) -> forms.CharField:
    return forms.CharField(
        label=f"Cota de SMS por {period}",
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs=NUMERIC),
        error_messages={"max_length": f"Use um número de 1 a {LARGEST_QUOTA}, ou deixe vazio."},
    )


class RulesForm(forms.Form):
    """What the phone may send, and when; what is left empty sets no limit."""

    pace_seconds = PaceField(
        label="Ritmo, em segundos",
        help_text="Tempo mínimo entre o começo de dois envios no mesmo chip. Depressa demais, a operadora bloqueia o"
        " chip. 0: um logo depois do outro, só para testes.",
    )
    urgent_share = CountField(
        label="Parte do ritmo guardada para urgentes, em %",
        least=0,
        most=LARGEST_SHARE,
        words={"invalid": f"Informe um número inteiro de 0 a {LARGEST_SHARE}."},
        help_text=f"De 0 a {LARGEST_SHARE}. Com 20, um em cada cinco envios fica livre para mensagens urgentes.",
    )
    quota_hour = _quota("hora")
    quota_day = _quota("dia")
    quota_month = _quota("mês")
    hours_from = ClockField(label="Envia a partir das", required=False)
    hours_until = ClockField(label="Envia até as", required=False)
    types = RowsField(
        label="Tipos de SMS que envia",
        queryset=MessageType.objects.order_by("pk"),
        gone="Escolha tipos da lista.",
        help_text="Nenhum marcado: envia todos.",
    )
    ddds = forms.CharField(
        label="DDDs preferidos",
        required=False,
        max_length=200,
        help_text="Separados por vírgula, como 81, 82. Mensagens para eles esperam por este aparelho enquanto ele puder"
        " enviar.",
        widget=forms.TextInput(attrs=NUMERIC),
        error_messages={"max_length": "São DDDs demais; o limite é de 200 caracteres."},
    )
    takes_over = forms.BooleanField(label="Assume a fila de um aparelho preferido que está parado", required=False)

    @classmethod
    def of(cls, phone: Phone) -> RulesForm:
        """The form that shows the rules in force."""
        initial = {name: getattr(phone, name) for name in cls.base_fields if hasattr(phone, name)}
        initial["pace_seconds"] = written_pace(phone.pace_seconds)
        initial["types"] = phone.type_ids
        initial["ddds"] = ", ".join(phone.ddds)
        return cls(initial=initial)

    def clean_quota_hour(self) -> int | None:
        return self._quota("quota_hour")

    def clean_quota_day(self) -> int | None:
        return self._quota("quota_day")

    def clean_quota_month(self) -> int | None:
        return self._quota("quota_month")

    def clean_ddds(self) -> list[str]:
        raw: str = self.cleaned_data["ddds"].strip().rstrip(",")
        return _or_empty(lambda: read_ddds(raw)) if raw else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("hours_from"), cleaned.get("hours_until")
        if {"hours_from", "hours_until"} & set(self.errors):
            return cleaned
        if (start is None) != (end is None):
            missing = "hours_from" if start is None else "hours_until"
            self.add_error(missing, "Informe as duas horas, ou deixe as duas vazias.")
        elif start is not None and end is not None:
            try:
                check_hours(start, end)
            except RuleRefused as refusal:
                self.add_error("hours_until", f"{_sentence(refusal)}.")
        return cleaned

    def wanted(self) -> dict[str, object]:
        """The columns of a phone that a valid form asks for."""
        given = self.cleaned_data
        same = ("quota_hour", "quota_day", "quota_month", "hours_from", "hours_until", "ddds", "takes_over")
        return {
            **{name: given[name] for name in same},
            "pace_seconds": float(given["pace_seconds"]),
            "urgent_share": given["urgent_share"] or 0,
            "type_ids": sorted(message_type.pk for message_type in given["types"]),
        }

    def _quota(self, name: str) -> int | None:
        raw: str = self.cleaned_data[name]
        return _or_empty(lambda: read_quota(raw)) if raw else None


class PhoneTestForm(OnceForm):
    """Where the test SMS goes."""

    KEY = "phone-test"
    mobile = MobileField(
        label="Celular que recebe o teste",
        help_text="Exemplo: (81) 91234-5678. Sai um SMS de verdade, por este aparelho e por nenhum outro.",
        error_messages={"required": "Informe o celular que receberá o teste."},
    )


def _or_empty(read: Callable[[], T]) -> T:
    try:
        return read()
    except RuleRefused as refusal:
        raise ValidationError(f"{_sentence(refusal)}, ou deixe vazio.", code="rule") from refusal


def _sentence(refusal: RuleRefused) -> str:
    text = str(refusal)
    return text[0].upper() + text[1:]
