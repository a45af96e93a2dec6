"""A system's limits, and its tokens. A token is shown once; what is kept of it is a digest that opens nothing.

The token is 256 random bits, so a plain SHA-256 suffices: there is nothing to guess, and each call checks one.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

USUAL_RATE = 6000
MOST_RATE = 60_000


class Client(models.Model):
    """One system: `networks` (addresses or CIDR, one a line) it may call from, empty for any; its calls a minute."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="client")
    networks = models.TextField("endereços de origem", blank=True)
    rate_per_minute = models.PositiveIntegerField(
        "chamadas por minuto",
        default=USUAL_RATE,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_RATE)],
    )
    created_at = models.DateTimeField("cadastrado em")
    created_by = models.CharField("cadastrado por", max_length=150)

    class Meta:
        verbose_name = "sistema integrado"
        verbose_name_plural = "sistemas integrados"
        default_permissions = ()

    def __str__(self) -> str:
        return f"sistema {self.pk}"

    @property
    def name(self) -> str:
        """What histories call it."""
        return self.user.get_username()


class Token(models.Model):
    """One key of a system. `hint` is its beginning, to tell it from others; `scopes` names them, blanks between."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField("nome", max_length=60)
    hint = models.CharField("começa com", max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.CharField("alcances", max_length=300)
    created_at = models.DateTimeField("criado em")
    created_by = models.CharField("criado por", max_length=150)
    expires_at = models.DateTimeField("vale até")
    revoked_at = models.DateTimeField("revogado em", null=True)
    revoked_by = models.CharField("revogado por", max_length=150, blank=True)
    last_used_at = models.DateTimeField("último uso", null=True)
    last_used_from = models.CharField("de", max_length=45, blank=True)

    class Meta:
        verbose_name = "token"
        verbose_name_plural = "tokens"
        default_permissions = ()
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"token {self.pk}"
