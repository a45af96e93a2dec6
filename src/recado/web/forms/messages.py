"""What *Consultar Mensagens Enviadas Via SMS* asks for: period, situation, type, and the further filters.

The address holds all of it but the mobile, which the session keeps (`views.kept_search`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.batches.finding import find_batches
from recado.collation import dictionary_key
from recado.outbox.models import HANDED_OVER, NOT_SENT_GROUP, SENT_GROUP, SHOWN_STATUSES, MessageType, Status
from recado.outbox.numbers import show_mobile
from recado.outbox.queries import Consultation, Order
from recado.phones.models import Phone
from recado.service_requests.finding import LONGEST_RA, PROTOCOL_DIGITS
from recado.web.forms.fields import PLAIN, DayField, DigitsField, MobileField, PeriodForm

ALL, NOT_SENT, SENT = "todas", "nao-enviadas", "enviadas"
GROUPS: dict[str, tuple[Status, ...]] = {ALL: (), NOT_SENT: NOT_SENT_GROUP, SENT: SENT_GROUP}
FURTHER = ("estado", "protocolo", "ra", "aparelho", "lote", "usuario")
FILTERS = ("inicio", "fim", "situacao", "tipo", *FURTHER)
ORDER = "ordem"
_SHOWN = dict(SHOWN_STATUSES)
# A name that fits more batches is no choice, and each costs the statement a parameter.
MOST_BATCHES = 100
# What is longer than any answer is cut before it is looked at, and so never written back into the page.
LONGEST = 150
_ORDERS = {f"{sign}{order}" for order in Order for sign in ("", "-")}


class ConsultationForm(PeriodForm):
    """Read from the address; `celular` from the session. `estado` is one shown status, asked for by other pages too."""

    inicio = DayField(label="Data inicial", error_messages={"required": "Informe a data inicial."})
    fim = DayField(label="Data final", error_messages={"required": "Informe a data final."})
    situacao = forms.ChoiceField(
        label="Situação da Mensagem",
        choices=[(ALL, "Todas"), (NOT_SENT, "Não Enviadas"), (SENT, "Enviadas")],
        widget=forms.RadioSelect,
        initial=ALL,
        required=False,
        error_messages={"invalid_choice": "Escolha uma situação: Todas, Não Enviadas ou Enviadas."},
    )
    tipo = forms.ChoiceField(
        label="Tipo de SMS",
        required=False,
        error_messages={"invalid_choice": "Escolha um tipo de SMS da lista."},
    )
    celular = MobileField(label="Celular", required=False)
    protocolo = DigitsField(
        label="Protocolo",
        least=PROTOCOL_DIGITS,
        most=PROTOCOL_DIGITS,
        refusal=f"O protocolo tem {PROTOCOL_DIGITS} números. Exemplo: 20261000000012.",
    )
    ra = DigitsField(
        label="Número do RA", least=1, most=LONGEST_RA, refusal="Informe só os números do RA. Exemplo: 8143712."
    )
    estado = forms.ChoiceField(
        label="Situação em detalhe", choices=[("", "Qualquer uma"), *SHOWN_STATUSES], required=False
    )
    aparelho = forms.ChoiceField(
        label="Aparelho", required=False, error_messages={"invalid_choice": "Escolha um aparelho da lista."}
    )
    lote = forms.CharField(
        label="Lote",
        required=False,
        max_length=LONGEST,
        help_text="Número ou parte do nome.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    usuario = forms.CharField(
        label="Usuário ou origem",
        required=False,
        max_length=LONGEST,
        help_text="Usuário, outro sistema, ou Recado: as que o próprio programa criou.",
        widget=forms.TextInput(attrs={**PLAIN, "list": "origens"}),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, order: str = "") -> None:
        super().__init__(data)
        types = MessageType.objects.filter(active=True).values_list("pk", "name")
        self.fields["tipo"].choices = [("", "Todos os tipos"), *((str(pk), name) for pk, name in types)]  # type: ignore[attr-defined]
        phones = sorted(Phone.objects.values_list("pk", "name"), key=lambda pair: dictionary_key(pair[1]))
        self.fields["aparelho"].choices = [("", "Todos"), *((str(pk), name) for pk, name in phones)]  # type: ignore[attr-defined]
        self.order = order if order in _ORDERS else ""
        self._batches: dict[int, str] = {}

    @classmethod
    def of(cls, query: Mapping[str, str], mobile: str = "") -> ConsultationForm:
        """The form for an address and the mobile kept for it: blank when they ask for nothing."""
        if not mobile and not any(name in query for name in FILTERS):
            return cls()
        data = {name: query.get(name, "")[:LONGEST] for name in FILTERS} | {"celular": mobile}
        data["situacao"] = data["situacao"] or ALL
        if data["estado"] not in _SHOWN:
            data["estado"] = ""
        return cls(data, order=query.get(ORDER, ""))

    def clean_lote(self) -> str:
        written: str = self.cleaned_data["lote"]
        self._batches = find_batches(written) if written else {}
        if written and not self._batches:
            raise ValidationError(
                "Nenhum lote tem este número ou nome. Veja os lotes em Enviar SMS em lote.", code="none"
            )
        if len(self._batches) > MOST_BATCHES:
            raise ValidationError("Muitos lotes têm este nome. Escreva mais do nome, ou o número do lote.", code="many")
        return written

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        group, status = GROUPS.get(cleaned.get("situacao", ""), ()), cleaned.get("estado")
        if group and status and _behind(status) not in group:
            other = "Enviadas" if _behind(status) in SENT_GROUP else "Não Enviadas"
            self.add_error("estado", f"“{_SHOWN[status]}” está entre as {other}: escolha {other} ou Todas.")
        return cleaned

    @property
    def consultation(self) -> Consultation:
        """What a valid form asks the outbox for."""
        asked = self.cleaned_data
        shown = asked["estado"]
        return Consultation(
            asked["inicio"],
            asked["fim"],
            statuses=(_behind(shown),) if shown else GROUPS[asked["situacao"]],
            # What was only handed over is told apart from what the network took, in the list as in the totals.
            handed_over=shown == HANDED_OVER if shown in (HANDED_OVER, Status.SENT) else None,
            type_id=_number(asked["tipo"]),
            number=asked["celular"],
            protocol=asked["protocolo"],
            ra_number=_number(asked["ra"]),
            phone_id=_number(asked["aparelho"]),
            batches=tuple(self._batches),
            created_by=asked["usuario"],
            order=Order(self.order.removeprefix("-") or Order.MOMENT),
            descending=self.order.startswith("-"),
        )

    @property
    def asks_further(self) -> bool:
        """Whether anything under *Mais filtros* is filled in, so that it must not be hidden."""
        return self.is_bound and any(self.data.get(name) for name in ("celular", *FURTHER))

    @property
    def status_only(self) -> str | None:
        """The one shown status that the address asks for, if any."""
        return self.data["estado"] or None if self.is_bound else None

    @property
    def filters(self) -> dict[str, str]:
        """The filters of a valid form, for the links to its other pages."""
        asked = self.cleaned_data
        written = {"inicio": written_date(asked["inicio"]), "fim": written_date(asked["fim"])}
        others = {name: asked[name] for name in ("situacao", "tipo", *FURTHER) if asked[name] not in ("", ALL)}
        return written | others | ({ORDER: self.order} if self.order else {})

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """Every filter of a valid form as label and what was asked, for a document that leaves the screen."""
        asked = self.cleaned_data
        period = f"{written_date(asked['inicio'])} a {written_date(asked['fim'])}"
        told = [("Período de envio", period)]
        for name in ("situacao", "tipo", "estado", "aparelho"):
            labels = dict(self.fields[name].choices)  # type: ignore[attr-defined]
            if asked[name] or name in ("situacao", "tipo"):
                told.append((str(self.fields[name].label), str(labels[asked[name]])))
        if asked["celular"]:
            told.append(("Celular", show_mobile(asked["celular"])))
        if asked["lote"]:
            told.append(("Lote", ", ".join(f"{number} – {name}" for number, name in self._batches.items())))
        return told + [
            (str(self.fields[name].label), asked[name]) for name in ("protocolo", "ra", "usuario") if asked[name]
        ]


def _behind(shown: str) -> Status:
    """The status behind a shown one: what was handed over is SENT."""
    return Status.SENT if shown == HANDED_OVER else Status(shown)


def _number(written: str) -> int | None:
    return int(written) if written else None


def written_date(day: date) -> str:
    """`22/11/2026`."""
    return f"{day:%d/%m/%Y}"
