"""Who asks for messages besides people: the names under which histories keep other systems and the program itself."""

from __future__ import annotations

from django.conf import settings

from recado.clients.models import Client
from recado.collation import dictionary_key
from recado.gsan.passes import ACTOR as GSAN
from recado.people.actors import PROGRAM
from recado.playsms.models import Account


def origins() -> list[str]:
    """Every origin that is no person, in alphabetical order."""
    found = {PROGRAM, *(client.name for client in Client.objects.select_related("user"))}
    found.update(account.actor for account in Account.objects.all())
    if settings.RECADO_GSAN_DATABASE_URL:
        found.add(GSAN)
    return sorted(found, key=dictionary_key)
