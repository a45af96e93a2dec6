"""*Auditoria*: the period, the person, the deed, and what it was done to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from recado.outbox.queries import day_start
from recado.people.models import AuditEntry, Deed
from recado.web.forms.fields import DayField, PeriodForm

# No index finds words inside of others: every entry of the period is looked at, of a million a year 60 ms a month.
_RECENT = timedelta(days=30)


class AuditForm(PeriodForm):
    """Sent by GET: names of users and deeds may stand in an address.

    Words and names without a first day are looked for in the last 30 days until `fim`; `narrowed_to` is then the first.
    """

    narrowed_to: date | None = None

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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_bound and not self.errors and not cleaned["inicio"] and (cleaned["pessoa"] or cleaned["sobre"]):
            self.narrowed_to = (cleaned["fim"] or timezone.localdate()) - _RECENT
        return cleaned

    def found(self) -> QuerySet[AuditEntry]:
        """The entries of a valid form, newest first."""
        asked, entries = self.cleaned_data, AuditEntry.objects.order_by("-at", "-pk")
        if first := asked["inicio"] or self.narrowed_to:
            entries = entries.filter(at__gte=day_start(first))
        if last := asked["fim"]:
            entries = entries.filter(at__lt=day_start(last + timedelta(days=1)))
        if who := asked["pessoa"]:
            entries = entries.filter(_by(who))
        if deed := asked["acao"]:
            entries = entries.filter(deed=deed)
        if subject := asked["sobre"]:
            entries = entries.filter(_about(subject))
        return entries


def _by(person: str) -> Q:
    """By whom: the user, or a person of that name; systems and terminals have names of their own."""
    named = User.objects.annotate(full=Concat("first_name", Value(" "), "last_name")).filter(full__icontains=person)
    return Q(who__istartswith=person) | Q(who__in=named.values("username"))


def _about(subject: str) -> Q:
    """What it was done to, or is named beside it: a number as a whole, other words wherever they stand."""
    if not (subject.isascii() and subject.isdigit()):
        return Q(subject__icontains=subject) | Q(detail__icontains=subject)
    # As `note_list` and others write numbers: after a blank; before a comma, a blank or the end.
    inside = Q(detail__contains=f" {subject},") | Q(detail__contains=f" {subject} ")
    return Q(subject=subject) | Q(subject__endswith=f" {subject}") | inside | Q(detail__endswith=f" {subject}")
