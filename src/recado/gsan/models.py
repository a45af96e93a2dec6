"""How far the reader is: all that it must know to go on after a stop, in the same database as the messages.

Position      one row: up to which requester everything is settled, where the walks over open RAs stand
SeenRequester the requesters after that which were dealt with: rows of a slow transaction appear between them
OpenRequest   an RA that was open when it was last seen, and whose closing is to be told
WrittenBack   a message whose fate is told to GSAN's own table of SMS, under which of its keys
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.outbox.models import Message


class Position(models.Model):
    """Row 1. `settled_to`: no requester up to this key is looked at again. Keys are GSAN's.

    `since`: requesters of RAs registered before are not told (local time, as GSAN writes it, without a zone).
    `checked_to`: the open RA that was last asked about; `swept_to`: the RA up to which GSAN was searched for open ones.
    """

    settled_to = models.BigIntegerField()
    since = models.DateTimeField(null=True)
    checked_to = models.BigIntegerField(default=0)
    swept_to = models.BigIntegerField(default=0)
    swept_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    trouble_since = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"até o solicitante {self.settled_to}"


class SeenRequester(models.Model):
    """A requester (`raso_id`) that was dealt with."""

    raso_id = models.BigIntegerField(primary_key=True)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.raso_id)


class OpenRequest(models.Model):
    """An RA (`rgat_id`) that is open in GSAN."""

    rgat_id = models.BigIntegerField(primary_key=True)
    found_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.rgat_id)


class Written(models.TextChoices):
    """What GSAN's row says."""

    NOTHING = "", "Nada"
    NOT_SENT = "no", "Não enviada"
    SENT = "yes", "Enviada"


class WrittenBack(models.Model):
    """One message about an RA of GSAN. `msms_id` is taken before the row is written, so that none is written twice."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="written_back")
    msms_id = models.BigIntegerField(null=True)
    written = models.CharField(max_length=3, choices=Written.choices, default=Written.NOTHING, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["message"], name="gsan_not_written", condition=~Q(written="yes"))]

    def __str__(self) -> str:
        return f"mensagem {self.message_id}"
