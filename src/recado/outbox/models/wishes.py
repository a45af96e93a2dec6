"""Who does not want messages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OptOut(models.Model):
    """A mobile (E.164) whose owner does not want the messages that heed the wish; `ended_at` when it was taken back."""

    number = models.CharField("celular", max_length=16, db_index=True)
    since = models.DateTimeField("desde")
    how = models.CharField("como", max_length=200)
    actor = models.CharField("por", max_length=150)
    ended_at = models.DateTimeField("até", null=True)
    ended_by = models.CharField("retirado por", max_length=150, blank=True)

    class Meta:
        verbose_name = "pedido de não receber"
        verbose_name_plural = "pedidos de não receber"
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(ended_at=None), name="one_wish_in_force_a_number")
        ]

    def __str__(self) -> str:
        return f"pedido {self.pk}"
