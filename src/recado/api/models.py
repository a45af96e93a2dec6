"""What was answered to a call that had a key of its own, so that the call may be repeated."""

from __future__ import annotations

from django.db import models

from recado.clients.models import Client

LONGEST_KEY = 80


class Answer(models.Model):
    """The answer under a client's Idempotency-Key; written in the transaction of what it tells of.

    `fingerprint` is of method, path and body: the key of another call is refused.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=LONGEST_KEY)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    location = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return f"resposta {self.pk}"
