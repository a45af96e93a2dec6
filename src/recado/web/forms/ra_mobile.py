"""*Corrigir celular do solicitante*."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recado.service_requests.models import Requester
from recado.web.forms.fields import MobileField


class RaMobileForm(forms.Form):
    """The right mobile. `before` is the one the person saw: somebody else's correction meanwhile is not overwritten."""

    before = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    mobile = MobileField(
        label="Celular certo, com DDD",
        help_text="Exemplo: (81) 91234-5678. Confira com o cliente, número por número.",
        error_messages={"required": "Informe o celular certo, com DDD."},
    )
    tells = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, requester: Requester, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"before": requester.mobile, "tells": True})
        super().__init__(*args, **kwargs)
        self._requester = requester

    def clean_mobile(self) -> str:
        mobile: str = self.cleaned_data["mobile"]
        if mobile == self._requester.mobile:
            raise ValidationError("Este já é o celular no RA.", code="same")
        return mobile
