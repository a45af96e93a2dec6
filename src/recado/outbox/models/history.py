"""What became of messages: every change of status, and what retention removed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.outbox.models.messages import Message
from recado.outbox.models.statuses import CAUSES, HANDED_OVER_LABEL, HANDED_OVER_NOTE, Status


class StatusChange(models.Model):
    """One change of a message's status. `actor` is a user's name, or `Recado` for the program itself."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=12, choices=Status.choices, blank=True)
    after = models.CharField(max_length=12, choices=Status.choices)
    cause = models.CharField(max_length=20, choices=CAUSES, blank=True)
    note = models.CharField(max_length=400, blank=True)
    actor = models.CharField(max_length=150)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # Every message that was asked for has one such row: what the panel's sums are held against.
            models.Index(fields=["at", "message"], name="change_creation", condition=Q(before="")),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    @property
    def after_label(self) -> str:
        """The status that it came to, in pt-BR; what a phone only took is not called sent."""
        taken = self.after == Status.SENT and self.note == HANDED_OVER_NOTE
        return HANDED_OVER_LABEL if taken else Status(self.after).label


class RemovedDay(models.Model):
    """What retention removed of the messages asked for on one local day: creation rows, and messages by themselves."""

    day = models.DateField("dia", primary_key=True)
    asked = models.PositiveIntegerField("pedidas", default=0)
    messages = models.PositiveIntegerField("removidas", default=0)

    class Meta:
        verbose_name = "dia removido"
        verbose_name_plural = "dias removidos"
        default_permissions = ()

    def __str__(self) -> str:
        return f"removidas de {self.day}"
