"""The parameters that somebody changed; those that stand at their default have no row."""

from __future__ import annotations

from django.db import models


class Parameter(models.Model):
    """One changed parameter, by its name in `values.Parameters`."""

    name = models.CharField("nome", max_length=40, primary_key=True)
    value = models.JSONField("valor")
    changed_at = models.DateTimeField("quando")
    changed_by = models.CharField("por", max_length=150)

    class Meta:
        verbose_name = "parâmetro"
        verbose_name_plural = "parâmetros"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
