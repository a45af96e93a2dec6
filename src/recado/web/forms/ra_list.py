"""*Consultar RA*: one box for whatever the person has at hand, the situation, and the period of the opening.

What is typed in the box may be a mobile number, so it goes by POST and never stands in an address; see `views.ra_list`.
"""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from recado.outbox.queries import day_start
from recado.service_requests.finding import meaning_of
from recado.service_requests.models import RequestStatus, ServiceRequest
from recado.web.forms.fields import DayField, PeriodForm


class RaListForm(PeriodForm):
    """The filter. `term` comes from the session when the page is shown, from the person when the form is sent."""

    term = forms.CharField(
        label="Protocolo, RA, matrícula ou celular",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"max_length": "Informe um protocolo, RA, matrícula ou celular; o texto é longo demais."},
    )
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[("", "Todos"), ("pendentes", "Pendentes"), ("encerrados", "Encerrados")],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Escolha Todos, Pendentes ou Encerrados."},
    )
    inicio = DayField(label="De", required=False)
    fim = DayField(label="Até", required=False)

    def clean_term(self) -> str:
        term: str = self.cleaned_data["term"]
        if term and not any(character.isdigit() for character in term):
            raise ValidationError("Informe os números de um protocolo, RA, matrícula ou celular.", code="term")
        return term

    def has_filter(self) -> bool:
        """Tell whether a valid form asks for anything but everything."""
        return any(self.cleaned_data.values())

    def filtered(self) -> QuerySet[ServiceRequest]:
        """The RAs of a valid form, newest first."""
        found = ServiceRequest.objects.order_by("-pk")
        status = {"pendentes": RequestStatus.PENDING, "encerrados": RequestStatus.CLOSED}.get(
            self.cleaned_data["situacao"]
        )
        if status:
            found = found.filter(status=status)
        if first := self.cleaned_data["inicio"]:
            found = found.filter(opened_at__gte=day_start(first))
        if last := self.cleaned_data["fim"]:
            found = found.filter(opened_at__lt=day_start(last + timedelta(days=1)))
        if term := self.cleaned_data["term"]:
            found = found.filter(pk__in=ServiceRequest.objects.filter(meaning_of(term)).values("pk"))
        return found
