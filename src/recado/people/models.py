"""What Recado keeps of a user beside Django's own row."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from recado.people import roles


class Account(models.Model):
    """A user's account. `must_change_password`: the password is one that somebody else chose and knows.

    The duties of `roles` are this model's permissions, since a permission has to belong to some model.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account")
    must_change_password = models.BooleanField("troca a senha ao entrar", default=False)

    class Meta:
        verbose_name = "conta"
        verbose_name_plural = "contas"
        default_permissions = ()
        permissions = roles.PERMISSIONS

    def __str__(self) -> str:
        return f"conta {self.pk}"
