"""*Enviar SMS em lote*: the file, the RAs, and what a batch says to whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from recado.batches.columns import MOBILE, TAG, tags_of
from recado.batches.composing import check
from recado.batches.drafting import ENCODINGS, usable_types
from recado.batches.models import Batch
from recado.batches.requests import Choice
from recado.batches.tables import TAB_WORD, FileRefused, delimiter_of
from recado.outbox.enqueue import company_values
from recado.outbox.models import MessageType
from recado.outbox.templates import TemplateRefused
from recado.service_requests.models import RequestStatus, RequestType
from recado.web.forms.fields import (
    LONGEST_NOTE,
    PLAIN,
    ClockField,
    DayField,
    NoteField,
    PeriodForm,
    RowField,
    TokenField,
)

LONGEST_TEXT = 1000


class FileForm(forms.Form):
    """The file itself is taken by `web.uploads`."""

    form_token = TokenField()


class RequestsForm(PeriodForm):
    """Which RAs: opened in a period, by situation and type."""

    MOST_DAYS = 366
    form_token = TokenField()
    inicio = DayField(label="RAs abertos de", error_messages={"required": "Informe a data inicial."})
    fim = DayField(label="até", error_messages={"required": "Informe a data final."})
    situacao = forms.ChoiceField(
        label="Situação do RA", required=False, choices=[("", "Todos"), *RequestStatus.choices]
    )
    tipo = RowField(
        label="Tipo de solicitação",
        required=False,
        queryset=RequestType.objects.all(),
        by_name=True,
        empty="Todos os tipos",
        gone="Escolha um tipo da lista.",
    )

    @property
    def choice(self) -> Choice:
        """What a valid form asks for."""
        chosen = self.cleaned_data["tipo"]
        return Choice(
            self.cleaned_data["inicio"],
            self.cleaned_data["fim"],
            self.cleaned_data["situacao"],
            chosen.pk if chosen else None,
        )


class CutForm(forms.Form):
    """How the file is written, where Recado guessed wrong."""

    delimiter = forms.CharField(
        label="Separador",
        max_length=5,
        strip=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=f"Um caractere. Para tabulação, escreva {TAB_WORD}.",
        error_messages={"required": "Informe o separador."},
    )
    encoding = forms.ChoiceField(label="Acentos", choices=list(ENCODINGS.items()))

    def clean_delimiter(self) -> str:
        try:
            return delimiter_of(self.cleaned_data["delimiter"])
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class PrepareForm(forms.Form):
    """The mapping, the text and how it goes out. A field `tag_0`, `tag_1` … for each column of the table."""

    name = forms.CharField(
        label="Nome do lote",
        max_length=100,
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={"required": "Informe um nome para o lote."},
    )
    has_header = forms.BooleanField(label="A primeira linha é o cabeçalho", required=False)
    mobile = forms.TypedChoiceField(
        label="Coluna do celular",
        coerce=int,
        error_messages={
            "required": "Escolha a coluna do celular.",
            "invalid_choice": "Escolha a coluna do celular.",
        },
    )
    type = forms.ModelChoiceField(
        label="Tipo de SMS",
        queryset=MessageType.objects.none(),
        empty_label=None,
        help_text="Diz a validade, o horário e as tentativas. Só tipos que respeitam quem pediu para não receber.",
        error_messages={"required": "Escolha o tipo.", "invalid_choice": "Escolha um tipo da lista."},
    )
    template = NoteField(
        label="Texto",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "data-counter": str(LONGEST_TEXT)}),
        error_messages={"required": "Informe o texto."},
    )
    until_day = DayField(
        label="Enviar até o dia", required=False, help_text="Vazio: sem limite. Depois disso, o que não saiu expira."
    )
    until_hour = ClockField(label="até a hora", required=False, help_text="Vazio: até o fim do dia.")
    skip_told = forms.BooleanField(label="Deixar fora quem já recebeu este tipo de SMS hoje", required=False)
    again = forms.BooleanField(
        label="Enviar este mesmo arquivo de novo",
        error_messages={"required": "Este arquivo já foi usado em outro lote. Marque que quer enviá-lo de novo."},
    )

    def __init__(self, data: Any = None, *, batch: Batch, sent_before: bool) -> None:
        super().__init__(data, initial=_initial(batch))
        self._names: Sequence[str] = batch.columns
        for place, name in enumerate(self._names):
            self.fields[f"tag_{place}"] = forms.CharField(
                label=f"Tag da coluna {name}", required=False, max_length=30, widget=forms.TextInput(attrs=PLAIN)
            )
        self.fields["mobile"].choices = [("", "Escolha"), *enumerate(self._names)]  # type: ignore[attr-defined]
        self.fields["type"].queryset = usable_types()  # type: ignore[attr-defined]
        if not sent_before:
            del self.fields["again"]

    @property
    def mapping(self) -> dict[str, int]:
        """The column of each tag, and of the mobile, as far as they are given."""
        given = self.cleaned_data
        mobile = given.get("mobile")
        tags = {
            given[f"tag_{place}"]: place
            for place in range(len(self._names))
            if given.get(f"tag_{place}") and place != mobile
        }
        return tags if mobile is None else tags | {MOBILE: mobile}

    @property
    def expires_at(self) -> datetime | None:
        """The last moment at which the batch's text is of use."""
        day, hour = self.cleaned_data.get("until_day"), self.cleaned_data.get("until_hour")
        if day is None:
            return None
        at = datetime.combine(day, hour) if hour else datetime.combine(day + timedelta(days=1), datetime.min.time())
        return timezone.make_aware(at)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._clean_tags(cleaned)
        if "template" in cleaned:
            try:
                check(cleaned["template"], tags_of(self.mapping), company_values())
            except TemplateRefused as refusal:
                self.add_error("template", str(refusal))
        if cleaned.get("until_hour") and not cleaned.get("until_day") and "until_day" not in self.errors:
            self.add_error("until_day", "Informe também o dia.")
        limit = self.expires_at
        if limit is not None and limit <= timezone.now():
            self.add_error("until_day", "Este limite já passou.")
        return cleaned

    def _clean_tags(self, cleaned: dict[str, Any]) -> None:
        seen: dict[str, int] = {}
        for place in range(len(self._names)):
            name = f"tag_{place}"
            tag = re.sub(r"[{}\s]", "", cleaned.get(name, "")).upper()
            cleaned[name] = tag
            if not tag or place == cleaned.get("mobile"):
                continue
            if not TAG.fullmatch(tag) or tag == MOBILE:
                self.add_error(name, f"Use letras sem acento, números e _, começando por letra, e não {MOBILE}.")
            elif tag in seen:
                self.add_error(name, f"A tag {tag} já é da coluna {self._names[seen[tag]]}.")
            seen[tag] = place


class ReturnForm(forms.Form):
    """Why a batch is not approved."""

    note = NoteField(
        label="Motivo",
        max_length=LONGEST_NOTE,
        error_messages={"required": "Diga o motivo: quem preparou o lote precisa saber o que corrigir."},
    )


def _initial(batch: Batch) -> dict[str, Any]:
    limit = timezone.localtime(batch.expires_at) if batch.expires_at else None
    by_place = {place: tag for tag, place in batch.mapping.items() if tag != MOBILE}
    return {
        "name": batch.name,
        "has_header": batch.has_header,
        "mobile": batch.mapping.get(MOBILE, ""),
        "type": batch.type_id,
        "template": batch.template or ("" if batch.type.template == "{TEXTO}" else batch.type.template),
        "until_day": limit.date() if limit else None,
        "until_hour": limit.time() if limit else None,
        "skip_told": batch.skip_told,
        **{f"tag_{place}": tag for place, tag in by_place.items()},
    }
