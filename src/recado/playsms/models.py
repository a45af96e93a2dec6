"""Who may call by the playSMS door, what each call became, and what keeps a repeated call from sending twice.

    Account      a system's user name, its password as a hash, and what its calls become
    Submission   one message that an account asked for, under playSMS's names: `smslog_id` is the message's number
    RecentCall   the last call of an account with one number and text; a repetition within the window finds it
    WrongCalls   how often a caller gave a wrong password or token lately

A token is kept only when it is one that the system had before; Recado's own is derived (`accounts.token_of`).
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from recado.outbox.models import Message, MessageType
from recado.phones.models import Phone

LONGEST_WINDOW = 24 * 60 * 60


class NinthDigit(models.TextChoices):
    """What becomes of a call to an old mobile of 10 digits."""

    REFUSE = "refuse", "Recusar"
    COMPLETE = "complete", "Acrescentar o 9 e assinalar a mensagem"


class Account(models.Model):
    """One calling system. `networks`: addresses or CIDR it may call from, empty for any (see `conf.networks`).

    `phones`: those that alone carry the messages of `type`, whoever asked for them; none: any phone whose rules let it.
    `window_seconds`: how long the same text to the same number is a repetition; 0: never.
    """

    name = models.CharField("usuário", max_length=60, unique=True)
    password = models.CharField(max_length=128)
    token_digest = models.CharField(max_length=64, blank=True, db_index=True)
    token_round = models.PositiveIntegerField(default=1)
    networks = models.TextField("endereços de origem", blank=True)
    type = models.ForeignKey(
        MessageType, on_delete=models.PROTECT, related_name="playsms_accounts", verbose_name="tipo de SMS"
    )
    phones = models.ManyToManyField(Phone, blank=True, related_name="+", verbose_name="aparelhos")
    ninth_digit = models.CharField("celular de 10 dígitos", max_length=8, choices=NinthDigit.choices)
    window_seconds = models.PositiveIntegerField(
        "janela de repetição em segundos", default=600, validators=[MaxValueValidator(LONGEST_WINDOW)]
    )
    reads_replies = models.BooleanField("lê as respostas de quem recebeu seus SMS", default=False)
    active = models.BooleanField("ativa", default=True)
    created_at = models.DateTimeField("cadastrada em")
    created_by = models.CharField("cadastrada por", max_length=150)

    last_used_at = models.DateTimeField("último uso", null=True)
    last_used_from = models.CharField("de", max_length=45, blank=True)
    refused = models.PositiveIntegerField("chamadas recusadas", default=0)
    last_refused_at = models.DateTimeField("última recusa", null=True)
    last_refusal = models.CharField("motivo", max_length=300, blank=True)

    class Meta:
        verbose_name = "conta playSMS"
        verbose_name_plural = "contas playSMS"
        default_permissions = ()
        ordering = ["-active", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """What histories call it."""
        return f"playSMS {self.name}"


class Submission(models.Model):
    """One message asked for. `queue_code`: 32 hexadecimal digits, as playSMS gives them; `sender`: what `from` said."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="submission")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    queue_code = models.CharField(max_length=32, unique=True)
    sender = models.CharField(max_length=20, blank=True)

    class Meta:
        default_permissions = ()
        # The newest of an account, which is what `ds` lists.
        indexes = [models.Index(fields=["account", "message"], name="playsms_of_account")]

    def __str__(self) -> str:
        return f"pedido {self.pk}"


class RecentCall(models.Model):
    """The last call of `account` whose number and text have this digest: when, and as which submission."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    queue_code = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="one_recent_call_a_text")]

    def __str__(self) -> str:
        return f"chamada {self.pk}"


class WrongCalls(models.Model):
    """Wrong passwords and tokens of one caller (`caller`: a digest of account and address) since `since`."""

    caller = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.count} recusas"
