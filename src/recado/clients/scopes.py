"""What a token opens: the least that its system needs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import TextChoices


class Scope(TextChoices):
    """One door of the API; the label (pt-BR) says what it lets a system do."""

    REQUESTS_READ = "requests:read", "ler RA"
    REQUESTS_WRITE = "requests:write", "inserir, reiterar e encerrar RA"
    MESSAGES_READ = "messages:read", "ler mensagens e a situação de cada uma"
    MESSAGES_SEND = "messages:send", "enviar mensagens"
    MESSAGES_DECIDE = "messages:decide", "descartar e reenviar mensagens"
    BATCHES_READ = "batches:read", "ler lotes"
    BATCHES_WRITE = "batches:write", "enviar lotes, pausar e cancelar"
    PHONES_READ = "phones:read", "ver os aparelhos e a fila"


class ScopeRefused(ValueError):
    """No such scope; the text (pt-BR) names those there are."""


def parse_scopes(written: Iterable[str]) -> frozenset[Scope]:
    """The scopes of these names. Raises ScopeRefused."""
    try:
        found = frozenset(Scope(name) for name in written)
    except ValueError:
        raise ScopeRefused(f"Alcance desconhecido. Os que há: {', '.join(Scope.values)}.") from None
    if not found:
        raise ScopeRefused("Escolha ao menos um alcance.")
    return found
