"""The Registro de Atendimento (RA): who asked what, through which channel, and how it was closed.

A protocol belongs to a requester, not to the RA; a reiteration is a requester of its own with a protocol of its own.
Types, channels and closing reasons are each company's data, with GSAN's numbers.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RequestStatus(models.TextChoices):
    """GSAN's `rgat_cdsituacao`: 1 Pendente, 2 Encerrado."""

    PENDING = "pending", "Pendente"
    CLOSED = "closed", "Encerrado"


class RequestType(models.Model):
    """*Tipo de solicitação*."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Subtype(models.Model):
    """*Especificação* of a request type (GSAN: `step_id`)."""

    type = models.ForeignKey(RequestType, on_delete=models.PROTECT, related_name="subtypes")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["type__name", "name"]
        constraints = [models.UniqueConstraint(fields=["type", "name"], name="one_subtype_a_name")]

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """*Meio de solicitação* (GSAN: `meso_id`)."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ClosingReason(models.Model):
    """*Motivo de encerramento* (GSAN: `amen_id`); which of them mean success is a setting."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ServiceRequest(models.Model):
    """The RA; its number is the primary key. `form_token` makes a form sent twice one RA."""

    subtype = models.ForeignKey(Subtype, on_delete=models.PROTECT, related_name="+", verbose_name="especificação")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", verbose_name="meio")
    property_id = models.CharField("matrícula do imóvel", max_length=12, blank=True, db_index=True)
    description = models.CharField("observação", max_length=400, blank=True)
    status = models.CharField(max_length=8, choices=RequestStatus.choices, default=RequestStatus.PENDING)
    opened_at = models.DateTimeField("abertura", db_index=True)
    opened_by = models.CharField(max_length=150, blank=True)
    reiterations = models.PositiveIntegerField("reiterações", default=0)
    form_token = models.UUIDField(unique=True, null=True)
    closed_at = models.DateTimeField("encerramento", null=True, db_index=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closing_reason = models.ForeignKey(
        ClosingReason, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="motivo"
    )
    closing_note = models.CharField("parecer", max_length=400, blank=True)

    class Meta:
        verbose_name = "registro de atendimento"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="pending", closed_at__isnull=True) | Q(status="closed", closed_at__isnull=False),
                name="closed_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"RA {self.pk}"


class Requester(models.Model):
    """*Solicitante*: who asked, with a protocol of their own. `mobile` is E.164 or empty."""

    service_request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="requesters")
    name = models.CharField("nome", max_length=60, blank=True)
    mobile = models.CharField("celular", max_length=16, blank=True, db_index=True)
    email = models.EmailField("e-mail", max_length=254, blank=True)
    protocol = models.CharField("protocolo", max_length=14, unique=True)
    is_main = models.BooleanField("principal", default=False)
    created_at = models.DateTimeField(db_index=True)
    form_token = models.UUIDField(unique=True, null=True)

    class Meta:
        verbose_name = "solicitante"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.protocol


class ProtocolCounter(models.Model):
    """The last number given to a protocol: one row, raised inside the transaction that uses it."""

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)
