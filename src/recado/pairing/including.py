"""Adding a paired phone: its link, and a name that is free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from recado import parameters
from recado.outbox import doorbell
from recado.pairing.finds import Find
from recado.phones.models import Phone, PhoneChange

LONGEST_NAME = 40


class NameTaken(Exception):
    """The name that the person chose belongs to another phone."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Pareado, mas não incluído: já existe o aparelho “{name}”. Escolha outro nome.")
        self.name = name


@dataclass(frozen=True, slots=True)
class Included:
    """`was_there`: a phone with that link existed already, and stayed as it was."""

    phone: Phone
    was_there: bool


def include(find: Find, wanted: str, *, actor: str, now: datetime) -> Included:
    """Add the phone with the best of its links, named `wanted` or else as it calls itself. Raises `NameTaken`."""
    with transaction.atomic():
        if phone := Phone.objects.filter(link__in=find.links).first():
            doorbell.ring()
            return Included(phone, was_there=True)
        phone = Phone.objects.create(
            name=_free_name(find, wanted), link=find.links[0], pace_seconds=parameters.get().pace
        )
        what = f"Incluiu o aparelho, pareado por Bluetooth ({find.address})."
        PhoneChange.objects.create(phone=phone, phone_name=phone.name, at=now, actor=actor, what=what)
        doorbell.ring()
        return Included(phone, was_there=False)


def _free_name(find: Find, wanted: str) -> str:
    name = "".join(letter for letter in wanted or find.name if letter.isprintable()).strip()[:LONGEST_NAME].strip()
    taken = bool(name) and Phone.objects.filter(name=name).exists()
    if wanted and taken:
        raise NameTaken(name)
    return f"Bluetooth {find.address}" if taken or not name else name
