"""What kind of message: its text, its priority, how long and how often it is tried, and what of it changed."""

from __future__ import annotations

from django.db import models

from recado.gsm import EncodingPolicy
from recado.outbox.hours import EVERY_DAY, Hours
from recado.outbox.models.statuses import ENCODINGS, Priority


class OnUncertain(models.TextChoices):
    """What to do with a message whose fate nothing tells: ask a person, or send again at the risk of doubling."""

    HOLD = "hold", "Esperar a decisão de uma pessoa"
    RESEND = "resend", "Enviar de novo"


class MessageType(models.Model):
    """A *Tipo de SMS*. `template` holds tags such as {PROTOCOLO}; `fields` says which tags its event can fill."""

    name = models.CharField("nome", max_length=60, unique=True)
    template = models.TextField("texto", max_length=1000)
    fields = models.CharField("tags aceitas", max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField("prioridade", choices=Priority.choices, default=Priority.NORMAL)
    encoding = models.CharField("codificação", max_length=8, choices=ENCODINGS, default=EncodingPolicy.FOLD.value)
    validity_minutes = models.PositiveIntegerField("validade em minutos", null=True, blank=True)
    max_attempts = models.PositiveSmallIntegerField("tentativas", default=5)
    on_uncertain = models.CharField("na dúvida", max_length=8, choices=OnUncertain.choices, default=OnUncertain.HOLD)
    status_report = models.BooleanField("pede confirmação de entrega", default=True)
    reject_duplicates = models.BooleanField("pede recusa de repetidas", default=False)
    heeds_opt_out = models.BooleanField("respeita quem pediu para não receber", default=False)
    hours_from = models.TimeField("sai a partir das", null=True, blank=True)
    hours_until = models.TimeField("sai até as", null=True, blank=True)
    days = models.CharField("dias em que sai", max_length=7, default=EVERY_DAY)
    active = models.BooleanField("ativo", default=True)
    updated_at = models.DateTimeField("última mudança", auto_now=True)

    class Meta:
        verbose_name = "tipo de SMS"
        verbose_name_plural = "tipos de SMS"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> Hours:
        """When messages of this type may leave."""
        return Hours(self.hours_from, self.hours_until, self.days)


class MessageTypeVersion(models.Model):
    """The text of a type as it was saved: who, when. The newest is the one in force."""

    type = models.ForeignKey(MessageType, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("versão")
    at = models.DateTimeField("quando")
    actor = models.CharField("por", max_length=150)
    template = models.TextField("texto", max_length=1000)

    class Meta:
        verbose_name = "versão de tipo de SMS"
        verbose_name_plural = "versões de tipos de SMS"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["type", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"versão {self.number}"


class MessageTypeChange(models.Model):
    """A change of how a type is sent, its text apart: who, when, and what from what to what in words (pt-BR)."""

    type = models.ForeignKey(MessageType, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField("quando")
    actor = models.CharField("por", max_length=150)
    words = models.TextField("o quê")

    class Meta:
        verbose_name = "mudança de tipo de SMS"
        verbose_name_plural = "mudanças de tipos de SMS"
        default_permissions = ()
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"mudança {self.pk}"
