"""A message on the air: its parts, and every try of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.outbox.models.messages import Message
from recado.outbox.models.statuses import CAUSES, HANDED_OVER, HANDED_OVER_LABEL
from recado.phones.models import Phone


class SegmentStatus(models.TextChoices):
    """Where one part stands; a part that is sent is never sent again."""

    PENDING = "pending", "A enviar"
    SENDING = "sending", "Enviando"
    SENT = "sent", "Enviada"
    DELIVERED = "delivered", "Entregue"
    UNDELIVERED = "undelivered", "Não entregue"
    UNCERTAIN = "uncertain", "Talvez enviada"
    FAILED = "failed", "Com erro"


GONE = (SegmentStatus.SENT, SegmentStatus.DELIVERED, SegmentStatus.UNDELIVERED)
"""The network has it: such a part is never sent again."""


class Segment(models.Model):
    """Part `index` of `total` (1-based). `tries` counts the tries of this round; `reference` is the phone's TP-MR.

    `report_note` is what the last delivery report said, in pt-BR, unless it was that the customer's phone has it.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="segments", db_index=False)
    index = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    text = models.TextField()
    status = models.CharField(max_length=12, choices=SegmentStatus.choices, default=SegmentStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    reference = models.PositiveSmallIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    report_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["message_id", "index"]
        constraints = [models.UniqueConstraint(fields=["message", "index"], name="one_segment_an_index")]

    def __str__(self) -> str:
        return f"parte {self.index}/{self.total} da mensagem {self.message_id}"


class AttemptResult(models.TextChoices):
    """How a try ended; IN_FLIGHT until the answer, and for ever UNKNOWN when the process died before it.

    HANDED_OVER: a phone that sends by itself took the text; it stays so unless that phone tells what became of it.
    """

    IN_FLIGHT = "in_flight", "Enviando"
    ACCEPTED = "accepted", "Aceita pela operadora"
    HANDED_OVER = HANDED_OVER, HANDED_OVER_LABEL
    REJECTED = "rejected", "Recusada"
    AMBIGUOUS = "ambiguous", "Resposta ambígua"
    UNKNOWN = "unknown", "Sem resposta"
    PHONE_DOWN = "phone_down", "Não chegou a sair"


TAKEN = (AttemptResult.ACCEPTED, AttemptResult.HANDED_OVER)
"""The try is over and must not be made again: the text left our hands for certain."""


class Attempt(models.Model):
    """One try of one segment. `code` is the phone's own (`CMS 331`), for the fold-out of the detail page."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="attempts")
    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    phone_name = models.CharField("aparelho", max_length=40)
    number = models.CharField("celular", max_length=16)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=12, choices=AttemptResult.choices, default=AttemptResult.IN_FLIGHT)
    code = models.CharField(max_length=60, blank=True)
    cause = models.CharField(max_length=20, choices=CAUSES, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    reference = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            # A delivery report names the TP-MR; a doubtful try has none.
            models.Index(fields=["phone", "reference", "started_at"], name="attempt_reference"),
            models.Index(fields=["result"], name="attempt_doubtful", condition=Q(result__in=["unknown", "ambiguous"])),
        ]

    def __str__(self) -> str:
        return f"tentativa {self.pk}"
