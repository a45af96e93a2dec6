"""The parameters that somebody changed, and every change there was.

A parameter that stands at its default has no row in `Parameter`; its changes stay.
"""

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


class ParameterChange(models.Model):
    """One change of one parameter: from what to what, by whom, when."""

    name = models.CharField("nome", max_length=40)
    before = models.JSONField("de")
    after = models.JSONField("para")
    at = models.DateTimeField("quando")
    actor = models.CharField("por", max_length=150)

    class Meta:
        verbose_name = "mudança de parâmetro"
        verbose_name_plural = "mudanças de parâmetros"
        default_permissions = ()
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"mudança de {self.name}"
