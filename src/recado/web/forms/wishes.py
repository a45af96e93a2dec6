"""*Pedidos de não receber*: which ones, and a new one that a customer made otherwise than by SMS."""

from __future__ import annotations

from django import forms

from recado.web.forms.fields import LineField, MobileField

ALL = "todos"


class WishesForm(forms.Form):
    """The filter. The mobile goes by POST and never stands in an address; see `views.kept_search`."""

    mobile = MobileField(label="Celular", required=False)
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[("", "Em vigor"), (ALL, "Todos")],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Escolha Em vigor ou Todos."},
    )


class WishForm(forms.Form):
    """A wish that an attendant writes down."""

    new_mobile = MobileField(
        label="Celular do cliente",
        error_messages={"required": "Informe o celular, com DDD."},
        help_text="Exemplo: (81) 91234-5678",
    )
    how = LineField("O texto", label="Como pediu", max_length=200, missing="Diga como o cliente pediu.")
