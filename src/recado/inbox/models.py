"""Incoming SMS, as they came and as they read.

    IncomingPart   one SMS-DELIVER, its PDU untouched; kept before the phone is told to delete it
    Reply          one text of one sender, joined from its parts

The same PDU read twice (the process died between keeping and deleting) is one part: its fingerprint is unique. Two
texts that are equal to the letter, from one sender, stamped by the service centre with the same second, are one too.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.phones.models import Phone


class Reply(models.Model):
    """A text that came in. `number` is E.164 for a Brazilian mobile, else as the network wrote it (`28500`).

    `is_whole` is False while parts are missing, and stays so when they never came; the text then marks the gaps.
    """

    number = models.CharField("de", max_length=24, db_index=True)
    text = models.TextField("texto")
    sent_at = models.DateTimeField("enviada em", null=True)
    received_at = models.DateTimeField("recebida em", db_index=True)
    is_whole = models.BooleanField("completa", default=True)
    concat_reference = models.PositiveIntegerField(null=True)
    concat_total = models.PositiveSmallIntegerField(default=1)
    asks_to_stop = models.BooleanField("pede para não receber", default=False)
    read_at = models.DateTimeField("lida em", null=True)
    read_by = models.CharField("lida por", max_length=150, blank=True)

    class Meta:
        verbose_name = "resposta"
        verbose_name_plural = "respostas"
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["received_at"], name="reply_unread", condition=Q(read_at=None))]

    def __str__(self) -> str:
        return f"resposta {self.pk}"


class IncomingPart(models.Model):
    """One SMS-DELIVER as the phone gave it. `fault` says, in English for the log's reader, why it could not be read."""

    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="+")
    pdu = models.CharField(max_length=400)
    fingerprint = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, related_name="parts")
    index = models.PositiveSmallIntegerField(default=1)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["reply_id", "index"]

    def __str__(self) -> str:
        return f"parte {self.index} da resposta {self.reply_id}"
