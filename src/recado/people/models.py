"""What Recado keeps of users beside Django's own row, and of what they did."""

from __future__ import annotations

from typing import Any

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


class Deed(models.TextChoices):
    """What was done; the label (pt-BR) stands between who did it and the number or name of what it was done to."""

    LOGGED_IN = "login", "entrou"
    LOGGED_OUT = "logout", "saiu"
    LOGIN_REFUSED = "refused", "teve a entrada recusada"
    DUTY_MISSING = "duty_missing", "não pôde abrir"
    PASSWORD_CHANGED = "password", "trocou a própria senha"
    REQUEST_OPENED = "ra_opened", "inseriu o RA"
    REQUEST_REITERATED = "ra_reiterated", "reiterou o RA"
    REQUEST_CLOSED = "ra_closed", "encerrou o RA"
    REQUEST_VIEWED = "ra_viewed", "viu o RA"
    REQUESTER_CORRECTED = "ra_mobile", "corrigiu um celular do RA"
    MESSAGE_VIEWED = "msg_viewed", "viu a mensagem"
    MESSAGE_RESENT = "msg_resent", "reenviou a mensagem"
    MESSAGE_CORRECTED = "msg_corrected", "corrigiu o número da mensagem"
    MESSAGE_DISCARDED = "msg_discarded", "descartou a mensagem"
    MESSAGE_CONFIRMED = "msg_confirmed", "confirmou o envio da mensagem"
    MESSAGE_UNDONE = "msg_undone", "desfez o descarte da mensagem"
    STORY_VIEWED = "story_viewed", "viu a história de um cliente"
    LIST_VIEWED = "list_viewed", "viu a lista"
    NUMBER_SEARCHED = "searched", "pesquisou por um número"
    MAIL_VIEWED = "mail_viewed", "viu o e-mail"
    MAIL_RESENT = "mail_resent", "reenviou o e-mail"
    MAIL_CORRECTED = "mail_corrected", "corrigiu o endereço do e-mail"
    MAIL_CONFIRMED = "mail_confirmed", "confirmou o envio do e-mail"
    MAIL_DISCARDED = "mail_discarded", "descartou o e-mail"
    MAIL_UNDONE = "mail_undone", "desfez o descarte do e-mail"
    REPLY_READ = "reply_read", "marcou como lida a resposta"
    WISH_NOTED = "wish_noted", "registrou um pedido de não receber"
    WISH_ENDED = "wish_ended", "retirou o pedido de não receber"
    EXPORTED = "exported", "exportou"
    BATCH_MADE = "batch_made", "preparou o lote"
    BATCH_VIEWED = "batch_viewed", "viu linhas do lote"
    BATCH_ASKED = "batch_asked", "pediu aprovação do lote"
    BATCH_STARTED = "batch_started", "pôs em envio o lote"
    BATCH_APPROVED = "batch_approved", "aprovou o lote"
    BATCH_RETURNED = "batch_returned", "devolveu o lote"
    BATCH_PAUSED = "batch_paused", "pausou o lote"
    BATCH_RESUMED = "batch_resumed", "retomou o lote"
    BATCH_CANCELLED = "batch_cancelled", "cancelou o lote"
    BILLING_CHANGED = "bill_changed", "mudou a mensagem de faturamento"
    BILLS_GIVEN = "bills_given", "enviou o arquivo de contas"
    BILLING_RUN = "bill_run", "pediu a etapa do faturamento"
    CONSENT_VIEWED = "consent_viewed", "viu os consentimentos do cliente"
    CONSENT_CHANGED = "consent", "mudou o consentimento do cliente"
    PHONE_PAUSED = "phone_paused", "pausou o aparelho"
    PHONE_RESUMED = "phone_resumed", "retomou o aparelho"
    PHONE_CHECKED = "phone_checked", "testou a conexão do aparelho"
    PHONE_TESTED = "phone_tested", "enviou um SMS de teste pelo aparelho"
    PHONE_CHANGED = "phone_changed", "mudou o aparelho"
    PHONES_SCANNED = "phones_scanned", "procurou aparelhos por Bluetooth"
    PAIRING_ASKED = "pair_asked", "pediu o pareamento com"
    PAIRING_ANSWERED = "pair_answered", "respondeu ao pareamento com"
    PAIRING_FAILED = "pair_failed", "não concluiu o pareamento com"
    PHONE_PAIRED = "phone_paired", "pareou o aparelho"
    PHONE_UNPAIRED = "phone_unpaired", "desfez o pareamento com"
    TYPE_CHANGED = "type_changed", "mudou o tipo de SMS"
    TYPE_DELETED = "type_deleted", "excluiu o tipo de SMS"
    TEST_SENT = "test_sent", "enviou um SMS de teste do tipo"
    CLIENT_ADDED = "client_added", "cadastrou o sistema integrado"
    CLIENT_CHANGED = "client_changed", "mudou o sistema integrado"
    TOKEN_MADE = "token_made", "criou um token do sistema"
    TOKEN_REVOKED = "token_revoked", "revogou um token do sistema"
    PARAMETER_CHANGED = "parameter", "mudou o parâmetro"
    USER_ADDED = "user_added", "cadastrou o usuário"
    USER_CHANGED = "user_changed", "mudou o usuário"
    PASSWORD_RESET = "user_reset", "criou nova senha para o usuário"


class AuditIsKept(TypeError):
    """Somebody tried to change or delete what was recorded; nothing in Recado may."""


def deed_choices() -> list[tuple[str, str]]:
    """The deeds and their labels. The migration names this function, so that a new deed asks for none."""
    return Deed.choices


class AuditEntries(models.QuerySet["AuditEntry"]):
    """Rows that are only added and read."""

    def update(self, **kwargs: Any) -> int:
        raise AuditIsKept("audit entries are not changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AuditIsKept("audit entries are not deleted")


class AuditEntry(models.Model):
    """One deed: when, by whom (user name), from which address, to what. `subject` and `detail` name rows by their ids
    and numbers, never a customer's name, mobile or text.

    The database refuses UPDATE and DELETE by triggers of its own (`guard`).
    """

    at = models.DateTimeField("quando")
    who = models.CharField("quem", max_length=150)
    address = models.CharField("de onde", max_length=45, blank=True)
    deed = models.CharField("o quê", max_length=16, choices=deed_choices)
    subject = models.CharField("a quê", max_length=150, blank=True)
    detail = models.CharField("detalhe", max_length=300, blank=True)

    objects = AuditEntries.as_manager()

    class Meta:
        verbose_name = "registro de auditoria"
        verbose_name_plural = "registros de auditoria"
        default_permissions = ()
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_time"),
            models.Index(fields=["who", "-at"], name="audit_person"),
        ]

    def __str__(self) -> str:
        return f"registro {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AuditIsKept("audit entries are not changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AuditIsKept("audit entries are not deleted")
