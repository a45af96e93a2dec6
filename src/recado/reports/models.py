"""The counts of ended days, and which of them a message has changed since."""

from __future__ import annotations

from django.db import models


class CountedDay(models.Model):
    """One ended local day, `starts` to `ends`, and its counts; null until they are made.

    `moved` counts the messages whose moment lies in the day, `made` those asked for in it, both as
    `counting.Counts.written` and in the way that `method` names. `turn` is a number that each counting takes: the last
    to begin is the one that is kept. At `checked_at` every event of the day had its message.
    """

    day = models.DateField("dia", primary_key=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField(unique=True)
    known_since = models.DateTimeField()
    turn = models.PositiveIntegerField(default=0)
    moved = models.JSONField(null=True)
    made = models.JSONField(null=True)
    method = models.CharField(max_length=64, null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "dia contado"
        verbose_name_plural = "dias contados"
        default_permissions = ()

    def __str__(self) -> str:
        return f"contagem de {self.day}"


class TouchedDay(models.Model):
    """A message of a known day changed: what was counted holds no more. Written by the database's triggers alone.

    A row a change, never one row that is changed: what is written by many at once must not wait for one another.
    """

    day = models.ForeignKey(CountedDay, models.DO_NOTHING, related_name="touches", db_constraint=False)

    class Meta:
        verbose_name = "dia alterado"
        verbose_name_plural = "dias alterados"
        default_permissions = ()

    def __str__(self) -> str:
        return f"alteração em {self.day_id}"
