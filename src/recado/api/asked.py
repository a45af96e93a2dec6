"""What a call asks, in its body or its address, checked before anything is done."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from recado.api.problems import Fault, Problem


def checked(form: BaseSerializer[Any]) -> dict[str, Any]:
    """The values of `form`. Raises ValidationError, which names each that is refused."""
    form.is_valid(raise_exception=True)
    values: dict[str, Any] = form.validated_data
    return values


def of_address(request: Request) -> dict[str, Any]:
    """The address' parameters; one that is given twice, but for `status`, is refused. Raises Problem."""
    asked: dict[str, Any] = {}
    for name, values in request.query_params.lists():
        if name == "status":
            asked[name] = values
        elif len(values) > 1:
            detail = f"O parâmetro {name[:40]} veio mais de uma vez."
            raise Problem(422, "validation_failed", detail, faults=[Fault(f"?{name[:40]}", "repeated", detail)])
        else:
            asked[name] = values[0]
    return asked
