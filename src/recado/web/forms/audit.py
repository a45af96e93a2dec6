"""*Auditoria*: the period, the person, the deed."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.db.models import QuerySet

from recado.outbox.queries import day_start
from recado.people.models import AuditEntry, Deed
from recado.web.forms.fields import DayField, PeriodForm


class AuditForm(PeriodForm):
    """Sent by GET: names of users and deeds may stand in an address."""

    inicio = DayField(label="De", required=False)
    fim = DayField(label="Até", required=False)
    pessoa = forms.CharField(
        label="Pessoa",
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "usuário, como ana.lima"}),
        error_messages={"max_length": "Informe um usuário; o texto é longo demais."},
    )
    acao = forms.ChoiceField(
        label="Ação",
        required=False,
        choices=[("", "Todas"), *((deed.value, f"{deed.label[0].upper()}{deed.label[1:]}") for deed in Deed)],
        error_messages={"invalid_choice": "Escolha uma ação da lista."},
    )

    def found(self) -> QuerySet[AuditEntry]:
        """The entries of a valid form, newest first."""
        asked, entries = self.cleaned_data, AuditEntry.objects.order_by("-at", "-pk")
        if first := asked["inicio"]:
            entries = entries.filter(at__gte=day_start(first))
        if last := asked["fim"]:
            entries = entries.filter(at__lt=day_start(last + timedelta(days=1)))
        if who := asked["pessoa"]:
            entries = entries.filter(who=who)
        if deed := asked["acao"]:
            entries = entries.filter(deed=deed)
        return entries
