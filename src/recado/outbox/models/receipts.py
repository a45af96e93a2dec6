"""What the network said of a part after it was sent."""

from __future__ import annotations

from django.db import models

from recado.outbox.models.parts import Attempt
from recado.phones.models import Phone


class DeliveryReport(models.Model):
    """One SMS-STATUS-REPORT as the phone gave it; kept before the phone is told to forget it.

    `attempt` is the try it tells of, null when none fits or the PDU cannot be read (`fault` says so, for the log's
    reader). The same PDU twice is one row.
    """

    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    pdu = models.CharField(max_length=400)
    fingerprint = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, null=True, related_name="reports")
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"relatório {self.pk}"
