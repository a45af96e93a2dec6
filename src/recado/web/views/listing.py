"""Which page of a list the address asks for, and what stands on it."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from recado.web.paging import Paging, asked_page, asked_size

M = TypeVar("M", bound=Model)
UNSURE_AT_MOST = 10


def paging_for(request: HttpRequest, total: int, filters: dict[str, str]) -> Paging:
    """The page of a list of `total` rows that `pagina` and `por_pagina` ask for; only `filters` that hold go along."""
    page, size = request.GET.get("pagina", ""), request.GET.get("por_pagina", "")
    kept = {name: value for name, value in filters.items() if value}
    return Paging.of(total, asked_page(page), asked_size(size), kept)


def failed_and_unsure(
    paging: Paging, failed: QuerySet[M], unsure: QuerySet[M], *, is_everything: bool, only_unsure: bool
) -> tuple[QuerySet[M], QuerySet[M]]:
    """What stands on a page of what waits for a person: rows that failed, and rows that may have gone out.

    Asked for alone, the latter fill the pages; else some of them lead the list of everything, and do not follow its
    pages.
    """
    here = slice(paging.offset, paging.offset + paging.size)
    if only_unsure:
        return failed.none(), unsure[here]
    return failed[here], unsure[:UNSURE_AT_MOST] if is_everything and paging.number == 1 else unsure.none()
