"""A message: one text for one mobile, born from one event."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.outbox.models.statuses import CAUSES, ENCODINGS, SHOWN_STATUSES, Priority, Status, shown_status
from recado.outbox.models.types import MessageType
from recado.phones.models import Phone


class Message(models.Model):
    """One text for one mobile (`number`, E.164).

    `moment` is the time the query screen asks for: of the send; of the last attempt while not sent; of the queueing
    before any attempt. `ready_at` is when the queue may next try it. `attempts` counts the tries of all parts.
    `expires_at`: not tried after that; a resend begins it anew, but never beyond `useful_until`, which whoever had it
    sent gave (None: no such limit).
    `handed_over`: sent only in so far as a phone that sends by itself took it, and has told no more.
    `batch` is the number of the batch that it stands in; one that replaces it takes that place (`decisions`).
    `only_phone` is set for a test of that phone: no other takes it, and neither its types nor its DDDs keep it away.
    """

    type = models.ForeignKey(MessageType, on_delete=models.PROTECT, related_name="messages", db_index=False)
    number = models.CharField("celular", max_length=16)
    text = models.TextField("texto")
    encoding = models.CharField(max_length=8, choices=ENCODINGS)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices)
    status = models.CharField("situação", max_length=12, choices=Status.choices)
    cause = models.CharField("motivo", max_length=20, choices=CAUSES, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveIntegerField("tentativas", default=0)

    protocol = models.CharField("protocolo", max_length=14, blank=True)
    ra_number = models.BigIntegerField("RA", null=True)
    batch = models.BigIntegerField("lote", null=True)
    created_by = models.CharField("criada por", max_length=150, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name="corrige"
    )

    created_at = models.DateTimeField("entrada na fila")
    moment = models.DateTimeField("data e hora do envio")
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField("prazo", null=True)
    useful_until = models.DateTimeField("serve até", null=True)
    sent_at = models.DateTimeField(null=True)
    handed_over = models.BooleanField("só entregue ao aparelho", default=False, db_default=False)
    phone = models.ForeignKey(
        Phone, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="aparelho", db_index=False
    )
    only_phone = models.ForeignKey(
        Phone, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="só por", db_index=False
    )

    class Meta:
        verbose_name = "mensagem"
        verbose_name_plural = "mensagens"
        indexes = [
            # Consultar: the whole count and any page from the index alone.
            models.Index(fields=["moment", "id", "status", "type", "handed_over"], name="message_consult"),
            models.Index(fields=["priority", "id", "ready_at"], name="message_queue", condition=Q(status="queued")),
            models.Index(fields=["phone"], name="message_in_flight", condition=Q(status="sending")),
            models.Index(
                fields=["status", "moment"],
                name="message_attention",
                condition=Q(status__in=["failed", "uncertain"]),
            ),
            models.Index(fields=["expires_at"], name="message_expiry", condition=Q(status="queued")),
            models.Index(fields=["ra_number"], name="message_ra", condition=Q(ra_number__isnull=False)),
            models.Index(fields=["protocol"], name="message_protocol", condition=~Q(protocol="")),
            models.Index(fields=["number"], name="message_number"),
            # How a batch stands, from the index alone.
            models.Index(
                fields=["batch", "status", "handed_over"], name="message_batch", condition=Q(batch__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"mensagem {self.pk}"

    @property
    def shown_status(self) -> str:
        """The status as screens tell it."""
        return shown_status(self.status, self.handed_over)

    @property
    def status_label(self) -> str:
        """`shown_status` in pt-BR."""
        return dict(SHOWN_STATUSES)[self.shown_status]
