"""Watches the watchman: a gateway that is dead raises no alarm, so others look at its heartbeat.

`recado jobs` looks every few seconds, `recado doctor --alarm` whenever its timer calls it, and the gateway that is back
ends the alarm itself. All of them may look at once: the database lets one raise it, and one tell of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from recado.alarms import channels
from recado.alarms.models import Kind
from recado.alarms.telling import tell_due
from recado.alarms.troubles import gateway_down
from recado.alarms.watching import reconcile

EVERY_SECONDS = 15.0


def watch_gateway(now: datetime) -> bool:
    """Raise or end the alarm of a dead gateway, and send what is due of any alarm; False: nothing more is waiting."""
    present = gateway_down(now, patience())
    reconcile(present, channels.configured(), now, kinds=(Kind.GATEWAY_DOWN,))
    tell_due(now)
    return False


def patience() -> timedelta:
    """How long the gateway may be silent until it is told."""
    return timedelta(minutes=settings.RECADO_ALARM_GATEWAY_MINUTES)
