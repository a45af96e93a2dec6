"""A task: look around, pair with one phone, or forget it. The screen writes wish and answer, the gateway the rest.

The screens never touch Bluetooth. One task is under way at a time in the whole house, and the database sees to it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.phones.models import Phone


class Work(models.TextChoices):
    """What the person wants."""

    SCAN = "scan", "procurar aparelhos"
    PAIR = "pair", "parear"
    UNPAIR = "unpair", "desfazer o pareamento"


class Step(models.TextChoices):
    """How far the task is. In `COMPARE` and `PIN` the person is asked; in `SHOW` they type on the phone."""

    ASKED = "asked", "esperando o serviço de envio"
    WORKING = "working", "em andamento"
    COMPARE = "compare", "esperando a comparação do número"
    PIN = "pin", "esperando o PIN"
    SHOW = "show", "esperando a digitação no aparelho"
    DONE = "done", "concluído"
    FAILED = "failed", "não concluído"


def step_choices() -> list[tuple[str, str]]:
    """The steps and their labels. The migration names this function, so that other words ask for none."""
    return Step.choices


QUESTIONS = (Step.COMPARE, Step.PIN)


class PairingTask(models.Model):
    """`host`: the machine whose Bluetooth is meant, empty for any. `found` is a list of `finds.Find.as_json()`.

    `answer` holds a PIN for the moments between the person and the phone; it is emptied when read and at the end.
    """

    work = models.CharField(max_length=8, choices=Work.choices)
    address = models.CharField("endereço", max_length=17, blank=True)
    name = models.CharField("nome no Recado", max_length=40, blank=True)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    host = models.CharField("computador", max_length=120, blank=True)

    step = models.CharField(max_length=8, choices=step_choices, default=Step.ASKED)
    number = models.CharField(max_length=16, blank=True)
    answered = models.BooleanField(default=False)
    agreed = models.BooleanField(default=False)
    answer = models.CharField(max_length=16, blank=True)

    under_way = models.BooleanField(default=True)
    deadline = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    advice = models.CharField(max_length=500, blank=True)
    found = models.JSONField(default=list)
    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "pareamento"
        verbose_name_plural = "pareamentos"
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["under_way"], condition=Q(under_way=True), name="one_pairing_at_a_time")
        ]

    def __str__(self) -> str:
        return f"pareamento {self.pk}"

    @property
    def asks(self) -> bool:
        """Whether a person's answer is waited for."""
        return self.step in QUESTIONS and not self.answered
