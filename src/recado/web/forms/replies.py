"""*Respostas*: read or not, the period, and the sender.

The sender may be a mobile number, so it goes by POST and never stands in an address; see `views.kept_search`.
"""

from __future__ import annotations

from django import forms

from recado.inbox.queries import ReplyFilter
from recado.web.forms.fields import DayField, PeriodForm

ALL = "todas"


class RepliesForm(PeriodForm):
    """The filter. `sender` comes from the session when the page is shown, from the person when the form is sent."""

    sender = forms.CharField(
        label="Celular ou remetente",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"max_length": "Informe um celular ou um remetente; o texto é longo demais."},
    )
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[("", "Não lidas"), (ALL, "Todas")],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Escolha Não lidas ou Todas."},
    )
    inicio = DayField(label="De", required=False)
    fim = DayField(label="Até", required=False)

    def asked(self) -> ReplyFilter:
        """The filter of a valid form."""
        given = self.cleaned_data
        return ReplyFilter(
            unread_only=given["situacao"] != ALL, start=given["inicio"], end=given["fim"], sender=given["sender"]
        )
