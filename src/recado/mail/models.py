"""E-mails on their way out: what is to be said to whom, how often it was tried, and how it ended.

A row is written in the transaction of the event that it tells of, and sent later by a job. `SENDING` is committed just
before the end of the text goes over the line, and not earlier: a process that dies before it has sent nothing, one that
dies after it leaves an e-mail of which nobody knows whether the server took it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class MailStatus(models.TextChoices):
    """Where an e-mail stands. Only `WAITING` is ever sent."""

    WAITING = "waiting", "Na fila"
    SENDING = "sending", "Enviando"
    SENT = "sent", "Enviado"
    FAILED = "failed", "Com erro"
    UNCERTAIN = "uncertain", "Talvez enviado"
    EXPIRED = "expired", "Expirado"
    CANCELLED = "cancelled", "Descartado"


NEEDS_A_PERSON = (MailStatus.FAILED, MailStatus.EXPIRED, MailStatus.UNCERTAIN)
FINAL = (MailStatus.SENT, MailStatus.FAILED, MailStatus.UNCERTAIN, MailStatus.EXPIRED, MailStatus.CANCELLED)


class Fault(models.TextChoices):
    """What was behind a failure."""

    ADDRESS = "address", "Endereço recusado"
    REFUSED = "refused", "E-mail recusado"
    SERVER = "server", "Servidor de e-mail fora do ar"


class Mail(models.Model):
    """One e-mail. `next_try_at` is null once it is over; `tries` counts the server's answers, not its absences.

    `message_id` is made once, so that whoever gets a second copy can tell. `forgets`: the text is emptied once the
    server has it, for it holds a secret. Nobody tries after `expires_at`; a person may have it tried again until
    `useful_until`. `discarded_status` and `discarded_reason`: how it stood before a person discarded it; empty for any
    other, also for one that the customer's own wish stopped.
    """

    key = models.CharField(max_length=120, unique=True)
    message_id = models.CharField(max_length=120)
    to = models.CharField("para", max_length=254)
    subject = models.CharField("assunto", max_length=200)
    text = models.TextField("texto")
    html = models.TextField("HTML", blank=True)
    forgets = models.BooleanField(default=False)
    status = models.CharField("situação", max_length=12, choices=MailStatus.choices, default=MailStatus.WAITING)
    created_at = models.DateTimeField("entrada na fila")
    next_try_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField("prazo")
    useful_until = models.DateTimeField("serve até")
    moment = models.DateTimeField("último momento")
    tries = models.PositiveIntegerField("tentativas", default=0)
    fault = models.CharField("motivo", max_length=12, choices=Fault.choices, blank=True)
    reason = models.CharField("explicação", max_length=300, blank=True)
    discarded_status = models.CharField(max_length=12, choices=MailStatus.choices, blank=True)
    discarded_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "e-mail"
        verbose_name_plural = "e-mails"
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="mail_due", condition=Q(status="waiting")),
            models.Index(fields=["moment"], name="mail_in_flight", condition=Q(status="sending")),
            models.Index(fields=["moment", "status"], name="mail_moment"),
            models.Index(fields=["status", "moment", "id"], name="mail_standing"),
        ]

    def __str__(self) -> str:
        return f"e-mail {self.pk}"
