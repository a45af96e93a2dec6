"""One decision on many rows of a list: which are ticked, and each decided on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpRequest

from recado.people.models import Deed
from recado.web.audit import note

# One answer to the browser must not take minutes: the rest is offered again.
MOST_AT_ONCE = 500


def keys_among(written: Iterable[str]) -> set[int]:
    """The keys among what a browser sent; what is none is passed over."""
    return {int(raw) for raw in written if raw.isascii() and raw.isdigit() and len(raw) < 19}


def ticked(request: HttpRequest) -> set[int]:
    """The keys of the rows that were ticked (`ids`)."""
    return keys_among(request.POST.getlist("ids"))


def decide_each(
    request: HttpRequest, deed: Deed, keys: Iterable[int], decide: Callable[[int], object], refusal: type[Exception]
) -> int:
    """Decide each on its own, so that one that moved meanwhile (`refusal`) stops none; give how many were decided."""
    done = 0
    for key in keys:
        try:
            with transaction.atomic():
                decide(key)
                note(request, deed, key)
        except (refusal, ObjectDoesNotExist):
            # It stays as it is, and the caller tells it with the others that do.
            continue
        done += 1
    return done
