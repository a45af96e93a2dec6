"""*Auditoria*: the period, the person, the deed, and what it was done to."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from recado.outbox.queries import day_start
from recado.people.membership import called
from recado.people.models import AuditEntry, Deed
from recado.web.forms.fields import DayField, PeriodForm

# No index finds words inside of others, and each entry that is looked at costs up to a microsecond of a processor.
MOST_LOOKED_AT = 100_000


class AuditForm(PeriodForm):
    """Sent by GET: names of users and deeds may stand in an address.

    A person, a deed or words are looked for in the newest days of the period that hold `MOST_LOOKED_AT` entries
    together; `looked_from` is their first day when older ones of the period were left out. Set by `found`.
    """

    looked_from: date | None = None

    inicio = DayField(label="De", required=False)
    fim = DayField(label="Até", required=False)
    pessoa = forms.CharField(
        label="Pessoa",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "ana.lima ou Ana Lima"}),
        error_messages={"max_length": "Informe um usuário; o texto é longo demais."},
    )
    acao = forms.ChoiceField(
        label="Ação",
        required=False,
        choices=[("", "Todas"), *((deed.value, f"{deed.label[0].upper()}{deed.label[1:]}") for deed in Deed)],
        error_messages={"invalid_choice": "Escolha uma ação da lista."},
    )
    sobre = forms.CharField(
        label="Sobre o quê",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Número do RA, do protocolo ou da mensagem; ou o nome de um usuário, tipo, aparelho, parâmetro…",
        error_messages={"max_length": "Informe um número ou nome; o texto é longo demais."},
    )

    def found(self) -> QuerySet[AuditEntry]:
        """The entries of a valid form, newest first."""
        asked, entries = self.cleaned_data, AuditEntry.objects.order_by("-at", "-pk")
        if first := asked["inicio"]:
            entries = entries.filter(at__gte=day_start(first))
        if last := asked["fim"]:
            entries = entries.filter(at__lt=day_start(last + timedelta(days=1)))
        if any(asked[name] for name in ("pessoa", "acao", "sobre")) and (newest := _newest_days(entries)):
            self.looked_from = newest
            entries = entries.filter(at__gte=day_start(newest))
        if who := asked["pessoa"]:
            entries = entries.filter(_by(who))
        if deed := asked["acao"]:
            entries = entries.filter(deed=deed)
        if subject := asked["sobre"]:
            entries = entries.filter(_about(subject))
        return entries


def _newest_days(entries: QuerySet[AuditEntry]) -> date | None:
    """The first of the newest whole days that hold `MOST_LOOKED_AT` of `entries`, newest first, together: at least one
    day, which may hold more. None when all of them do."""
    moments = entries.values_list("at", flat=True)
    left_out = next(iter(moments[MOST_LOOKED_AT : MOST_LOOKED_AT + 1]), None)
    if left_out is None:
        return None
    day = timezone.localdate(left_out)
    return day if timezone.localdate(moments[0]) == day else day + timedelta(days=1)


def _by(person: str) -> Q:
    """By whom: the user, or a person of that name; systems and terminals have names of their own."""
    return Q(who__istartswith=person) | Q(who__in=called(person).values("username"))


def _about(subject: str) -> Q:
    """What it was done to, or is named beside it: a number as a whole, other words wherever they stand."""
    if not (subject.isascii() and subject.isdigit()):
        return Q(subject__icontains=subject) | Q(detail__icontains=subject)
    # As `note_list` and others write numbers: after a blank; before a comma, a blank or the end.
    inside = Q(detail__contains=f" {subject},") | Q(detail__contains=f" {subject} ")
    return Q(subject=subject) | Q(subject__endswith=f" {subject}") | inside | Q(detail__endswith=f" {subject}")
