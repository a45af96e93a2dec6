"""One decision on many rows of a list: which are ticked, each decided on its own, and why some stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import ngettext

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


@dataclass(frozen=True, slots=True)
class Decided:
    """How many rows were decided, and how many stay as they are, by the class of their refusal."""

    done: int
    refused: Counter[type[Exception]]


def decide_each(
    request: HttpRequest, deed: Deed, keys: Iterable[int], decide: Callable[[int], object], refusal: type[Exception]
) -> Decided:
    """Decide each on its own, so that one that refuses (`refusal`) stops none; one that is gone counts as `refusal`."""
    done = 0
    refused: Counter[type[Exception]] = Counter()
    for key in keys:
        try:
            with transaction.atomic():
                decide(key)
                note(request, deed, key)
        except refusal as why:
            refused[type(why)] += 1
        except ObjectDoesNotExist:
            refused[refusal] += 1
        else:
            done += 1
    return Decided(done, refused)


def say_left_out(
    request: HttpRequest, refused: Mapping[type[Exception], int], words: Mapping[type[Exception], tuple[str, str]]
) -> None:
    """Say how many stay as they are, each reason apart: `words` (pt-BR) of one and of many, in their order."""
    for why, (one, many) in words.items():
        if count := refused.get(why, 0):
            messages.warning(request, ngettext(one, many, count) % count)
