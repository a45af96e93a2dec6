"""An evaluation: asked for once, answered once or never. The link's token is kept as its hash alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.mail.models import Mail

LEAST, MOST = 1, 5
LONGEST_COMMENT = 400


class Evaluation(models.Model):
    """What was asked of one e-mail address about one RA; `key` names RA and address, so that they are asked once.

    `protocol` is empty where another system gave none. `grade` (1 to 5) and `answered_at` are null until answered.
    `forgotten`: older than the company keeps; nothing of the customer is left but the grade.
    """

    key = models.CharField(max_length=120, unique=True)
    ra_number = models.BigIntegerField("RA", db_index=True)
    protocol = models.CharField("protocolo", max_length=14)
    token_hash = models.CharField(max_length=64, unique=True)
    mail = models.OneToOneField(Mail, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("pedida em", db_index=True)
    expires_at = models.DateTimeField("vale até")
    answered_at = models.DateTimeField("respondida em", null=True, db_index=True)
    grade = models.PositiveSmallIntegerField("nota", null=True)
    comment = models.CharField("comentário", max_length=LONGEST_COMMENT, blank=True)
    forgotten = models.BooleanField(default=False)

    class Meta:
        verbose_name = "avaliação"
        verbose_name_plural = "avaliações"
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["created_at"], name="evaluation_to_forget", condition=Q(forgotten=False))]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade=None, answered_at=None) | Q(grade__range=(LEAST, MOST), answered_at__isnull=False),
                name="answered_with_a_grade",
            )
        ]

    def __str__(self) -> str:
        return f"avaliação {self.pk}"
