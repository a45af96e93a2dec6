"""Which page of a list the address asks for."""

from __future__ import annotations

from django.http import HttpRequest

from recado.web.paging import Paging, asked_page, asked_size


def paging_for(request: HttpRequest, total: int, filters: dict[str, str]) -> Paging:
    """The page of a list of `total` rows that `pagina` and `por_pagina` ask for; only `filters` that hold go along."""
    page, size = request.GET.get("pagina", ""), request.GET.get("por_pagina", "")
    kept = {name: value for name, value in filters.items() if value}
    return Paging.of(total, asked_page(page), asked_size(size), kept)
