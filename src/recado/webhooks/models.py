"""Where events go, what happened, and how each delivery stands.

An endpoint's secret is not kept: it is derived from the installation's own key and `salt`, and shown when it is made.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.clients.models import Client
from recado.outbox.models import Status


class Kind(models.TextChoices):
    """What may happen; the label (pt-BR) says it to people. The value is the event's `type`."""

    QUEUED = "message.queued", "mensagem de volta à fila"
    SENT = "message.sent", "mensagem enviada"
    DELIVERED = "message.delivered", "mensagem entregue"
    UNDELIVERED = "message.undelivered", "mensagem não entregue"
    FAILED = "message.failed", "mensagem com erro"
    UNCERTAIN = "message.uncertain", "mensagem talvez enviada"
    EXPIRED = "message.expired", "mensagem expirada"
    CANCELLED = "message.cancelled", "mensagem descartada"
    REPLY = "reply.received", "resposta de cliente"


KIND_OF = {Status(kind.value.partition(".")[2]): kind for kind in Kind if kind is not Kind.REPLY}


class Endpoint(models.Model):
    """An address that a client wants events at. `own_only`: of its messages only those that the client sent."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField("endereço", max_length=500)
    kinds = models.CharField("eventos", max_length=400)
    own_only = models.BooleanField("só do que o sistema enviou", default=False)
    salt = models.CharField(max_length=64)
    active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField("cadastrado em")
    created_by = models.CharField("cadastrado por", max_length=150)
    failing_since = models.DateTimeField("falha desde", null=True)
    disabled_at = models.DateTimeField("desligado em", null=True)
    disabled_reason = models.CharField("por quê", max_length=300, blank=True)

    class Meta:
        verbose_name = "endereço de avisos"
        verbose_name_plural = "endereços de avisos"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"endereço {self.pk}"

    @property
    def kind_set(self) -> frozenset[str]:
        """The kinds of events it wants."""
        return frozenset(self.kinds.split())


class Event(models.Model):
    """Something that happened to `subject` (`message:12`, `reply:3`); `payload` is made when it is fanned out."""

    uid = models.CharField(max_length=40, unique=True)
    kind = models.CharField("evento", max_length=24, choices=Kind.choices)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField("quando")
    payload = models.JSONField(null=True)
    fanned = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["id"], name="event_to_fan", condition=Q(fanned=False)),
            models.Index(fields=["at"], name="event_time"),
        ]

    def __str__(self) -> str:
        return f"evento {self.pk}"


class DeliveryStatus(models.TextChoices):
    """How a delivery stands."""

    PENDING = "pending", "A entregar"
    DELIVERED = "delivered", "Entregue"
    FAILED = "failed", "Desistiu"


class Delivery(models.Model):
    """One event for one endpoint. `last_error` (pt-BR) and `last_code` (HTTP) tell of the last try."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    subject = models.CharField(max_length=40)
    status = models.CharField("situação", max_length=12, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveIntegerField("tentativas", default=0)
    next_at = models.DateTimeField("próxima tentativa")
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField("última tentativa", null=True)
    last_code = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="one_delivery_an_endpoint")]
        indexes = [
            models.Index(fields=["endpoint", "next_at"], name="delivery_due", condition=Q(status="pending")),
            models.Index(fields=["endpoint", "subject", "id"], name="delivery_order", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"entrega {self.pk}"
