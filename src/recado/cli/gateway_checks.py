"""What `recado doctor` says of the gateway: that it lives, or what waits for it."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from recado.cli.base import counted
from recado.cli.findings import Finding, failure, good, warning
from recado.outbox.models import Message, Status
from recado.phones.fleet import is_held
from recado.phones.heartbeat import silent_since
from recado.phones.leases import is_gone
from recado.phones.models import Phone

_WHAT = "Serviço de envio"


def check_gateway(now: datetime) -> list[Finding]:
    """One finding; none without phones, or while the database is not ready: both are told elsewhere."""
    try:
        phones = list(Phone.objects.filter(enabled=True))
        waiting = Message.objects.filter(status=Status.QUEUED).count()
    except DatabaseError:
        return []
    if not phones:
        return []
    if any(is_held(phone, now) and not is_gone(phone.holder) for phone in phones):
        return [good(_WHAT, "no ar.")]
    since = silent_since(phones, now) or now
    found = f"parado desde {timezone.localtime(since):%d/%m/%Y %H:%M}"
    advice = "Inicie: systemctl start recado-gateway (ou recado run). Por que parou: journalctl -u recado-gateway"
    if not waiting:
        return [warning(_WHAT, f"{found}; nada na fila.", advice)]
    wait = counted(waiting, "mensagem espera", "mensagens esperam")
    return [failure(_WHAT, f"{found}; {wait} na fila.", advice)]
