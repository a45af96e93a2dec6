"""Alarms, and who has been told of them.

An alarm is raised once and in force until `ended_at`; the database allows one in force for a kind and subject, so two
gateways raise it once between them. A notice is one alarm's beginning or end on one channel: it is sent once, tried
again until it is, and outlives the process.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    """What is wrong."""

    PHONE_DOWN = "phone_down", "Aparelho parado"
    OLDEST_URGENT = "oldest_urgent", "Mensagem urgente esperando"
    ERRORS = "errors", "Muitas mensagens com erro"
    GATEWAY_DOWN = "gateway_down", "Serviço de envio parado"
    GSAN_UNREAD = "gsan_unread", "GSAN sem leitura"


class Alarm(models.Model):
    """One trouble from its beginning to its end. `subject`: the phone's name, or empty; `sentence` in pt-BR.

    `since` is when the trouble began, `began_at` when it had lasted long enough to be told.
    """

    kind = models.CharField("tipo", max_length=16, choices=Kind.choices)
    subject = models.CharField("assunto", max_length=40, blank=True)
    sentence = models.CharField("o que houve", max_length=500)
    advice = models.CharField("o que fazer", max_length=600, blank=True)
    since = models.DateTimeField("desde")
    began_at = models.DateTimeField("alarme em")
    ended_at = models.DateTimeField("fim", null=True)

    class Meta:
        verbose_name = "alarme"
        verbose_name_plural = "alarmes"
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(ended_at=None), name="one_alarm_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class Channel(models.TextChoices):
    """By which way people are told."""

    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class Occasion(models.TextChoices):
    """What people are told of."""

    BEGIN = "begin", "Começou"
    END = "end", "Terminou"


class Notice(models.Model):
    """One telling. `next_try_at` is null once it is sent, or given up; `fault` says why the last try failed (pt-BR).

    `told_to`: the addresses, or the webhook's host, that the last try went to.
    """

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    occasion = models.CharField(max_length=8, choices=Occasion.choices)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    told_to = models.CharField("a quem", max_length=400, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["alarm", "channel", "occasion"], name="told_once"),
        ]
        indexes = [models.Index(fields=["next_try_at"], name="notice_due", condition=Q(next_try_at__isnull=False))]

    def __str__(self) -> str:
        return f"aviso {self.pk}"
