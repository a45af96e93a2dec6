"""Bills, what customers agreed to, what is to be told of them, and the steps that tell it.

Everything is of one of two kinds: of bills, or of collection documents, which have a validity where a bill has a due
date, and a number of their own. The kinds share tables and steps, and differ in parameters, texts, tags and columns.

    Setup      the parameters and texts of the messages, version by version; one of each kind is in force
    BillFile   a file of bills that was given, and how far it was read; BillFault, a row of it that is no bill
    Bill       one bill of one property in one month, or one collection document
    Consent    what a client agreed to: who said so, when, how; nothing is overwritten
    Notice     what is to be told of one bill by one channel: prepared or skipped, then what became of it
    Run        one of the three steps, asked for once and carried on by whoever is alive

A notice that was transmitted is never prepared again: one bill, one channel, one message, for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from recado.mail.models import Mail
from recado.outbox.models import MessageType


class Kind(models.TextChoices):
    """Of what customers are told."""

    BILL = "bill", "Conta"
    COLLECTION = "collection", "Cobrança"

    @property
    def slug(self) -> str:
        """The kind in addresses and commands."""
        return "conta" if self is Kind.BILL else "cobranca"

    @property
    def one(self) -> str:
        """What one of them is called (pt-BR)."""
        return str(self.label).lower()

    @property
    def many(self) -> str:
        """What several of them are called (pt-BR)."""
        return f"{self.one}s"

    @property
    def term(self) -> str:
        """What its last day is called (pt-BR)."""
        return "vencimento" if self is Kind.BILL else "fim da validade"


class Category(models.TextChoices):
    """*Categoria do imóvel*."""

    RESIDENTIAL = "R", "Residencial"
    COMMERCIAL = "C", "Comercial"
    INDUSTRIAL = "I", "Industrial"
    PUBLIC = "P", "Pública"


class Channel(models.TextChoices):
    """By which way a customer is told."""

    SMS = "sms", "SMS"
    EMAIL = "email", "E-mail"


class BillingType(models.Model):
    """The type of SMS that a kind goes out with; one row each, made by migrations."""

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BILL, unique=True)
    type = models.OneToOneField(MessageType, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.type)


class Setup(models.Model):
    """One version of *Parametrizar Mensagem de Faturamento* of a kind; `withdrawn_at` is null for the one in force.

    `categories` holds the letters of `Category`. `minimum` in reais.
    """

    kind = models.CharField("de quê", max_length=10, choices=Kind.choices, default=Kind.BILL)
    number = models.PositiveIntegerField("versão")
    minimum = models.DecimalField("valor mínimo", max_digits=11, decimal_places=2)
    categories = models.CharField("categorias do imóvel", max_length=4)
    days_before = models.PositiveSmallIntegerField("dias antes do vencimento", default=0)
    max_attempts = models.PositiveSmallIntegerField("número máximo de tentativas")
    sms_text = models.TextField("texto SMS", max_length=1000)
    email_text = models.TextField("texto e-mail", max_length=4000)
    at = models.DateTimeField("quando")
    actor = models.CharField("por", max_length=150)
    withdrawn_at = models.DateTimeField("retirada em", null=True)
    is_in_force = models.BooleanField(default=True)

    class Meta:
        verbose_name = "parâmetros de faturamento"
        verbose_name_plural = "parâmetros de faturamento"
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="one_number_a_version"),
            models.UniqueConstraint(fields=["kind"], condition=Q(is_in_force=True), name="one_setup_in_force"),
        ]

    def __str__(self) -> str:
        return f"versão {self.number}"


class FileState(models.TextChoices):
    """How far a file of bills is."""

    READING = "reading", "Lendo"
    DONE = "done", "Lido"
    REFUSED = "refused", "Recusado"


class BillFile(models.Model):
    """A file's `kind` is known by its columns. `fingerprint`: SHA-256 of the content.

    `position` (bytes) and `line` say how far it was read.
    """

    name = models.CharField("arquivo", max_length=200)
    kind = models.CharField("de quê", max_length=10, choices=Kind.choices, default=Kind.BILL)
    fingerprint = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField("bytes")
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.READING)
    fault = models.CharField("problema", max_length=400, blank=True)
    given_at = models.DateTimeField("quando")
    given_by = models.CharField("por", max_length=150)
    ended_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField("novas", default=0)
    changed = models.PositiveIntegerField("mudadas", default=0)
    same = models.PositiveIntegerField("iguais", default=0)
    invalid = models.PositiveIntegerField("com problema", default=0)

    class Meta:
        verbose_name = "arquivo de contas"
        verbose_name_plural = "arquivos de contas"
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"arquivo {self.pk}"


class BillFault(models.Model):
    """A row that is no bill: `content` is the beginning of what it holds."""

    file = models.ForeignKey(BillFile, on_delete=models.CASCADE, related_name="faults", db_index=False)
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    content = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["file_id", "line"]
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="one_fault_a_row")]

    def __str__(self) -> str:
        return f"linha {self.line}"


class Bill(models.Model):
    """`month` is its first day; `barcode` 44 digits, checked. `mobile` and `email` as they were given, or empty.

    Of a collection document `document` is its number (else empty), and `due_date` and `value` its validity and value.
    """

    kind = models.CharField("de quê", max_length=10, choices=Kind.choices, default=Kind.BILL)
    document = models.CharField("documento", max_length=12, blank=True)
    group = models.CharField("grupo de faturamento", max_length=10)
    month = models.DateField("referência")
    property_id = models.CharField("matrícula", max_length=12)
    client_id = models.CharField("cliente", max_length=12)
    name = models.CharField("nome", max_length=60)
    category = models.CharField("categoria", max_length=1, choices=Category.choices)
    value = models.DecimalField("valor", max_digits=11, decimal_places=2)
    due_date = models.DateField("vencimento")
    barcode = models.CharField("código de barras", max_length=44)
    mobile = models.CharField("celular", max_length=40, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True)
    origin = models.CharField("origem", max_length=120)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = "conta"
        verbose_name_plural = "contas"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["month", "property_id", "kind", "document"], name="one_bill_a_month")
        ]
        indexes = [models.Index(fields=["kind", "group", "month", "id"], name="bill_group")]

    def __str__(self) -> str:
        return f"conta {self.pk}"


class ConsentKind(models.TextChoices):
    """To what a client said yes or no. The phone's is of that mobile alone."""

    CLIENT_SMS = "sms", "SMS"
    CLIENT_EMAIL = "email", "E-mail"
    PHONE = "phone", "Celular"


class Consent(models.Model):
    """What holds from `since` until `ended_at`. `address`: the mobile (E.164) of a phone's consent, else empty.
    `heard`: a person wrote it down who had it from the client; else it came with a bill."""

    client_id = models.CharField("cliente", max_length=12)
    kind = models.CharField("a quê", max_length=8, choices=ConsentKind.choices)
    address = models.CharField("celular", max_length=16, blank=True)
    given = models.BooleanField("concorda")
    heard = models.BooleanField("dito no atendimento", default=False, db_default=False)
    since = models.DateTimeField("desde")
    how = models.CharField("como", max_length=200)
    actor = models.CharField("por", max_length=150)
    ended_at = models.DateTimeField("até", null=True)

    class Meta:
        verbose_name = "consentimento"
        verbose_name_plural = "consentimentos"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["client_id", "kind"], condition=Q(ended_at=None), name="one_word_in_force")
        ]

    def __str__(self) -> str:
        return f"consentimento {self.pk}"


class NoticeState(models.TextChoices):
    """Where a notice stands. From TRANSMITTED on only *Retorno* writes it."""

    PREPARED = "prepared", "Preparada"
    SKIPPED = "skipped", "Pulada"
    TAKEN = "taken", "Sendo transmitida"
    TRANSMITTED = "transmitted", "Transmitida"
    SENT = "sent", "Enviada"
    DELIVERED = "delivered", "Entregue"
    INVALID = "invalid", "Inválida"
    FAILED = "failed", "Com erro"
    EXPIRED = "expired", "Expirada"
    UNCONFIRMED = "unconfirmed", "Sem confirmação"
    CANCELLED = "cancelled", "Descartada"


REPLACEABLE = (NoticeState.PREPARED, NoticeState.SKIPPED)
OPEN = (NoticeState.TRANSMITTED, NoticeState.SENT, NoticeState.UNCONFIRMED, NoticeState.FAILED)
"""What *Retorno* asks again: a receipt may still come, and a person may send it again."""


class Skip(models.TextChoices):
    """Why a customer is not told."""

    BELOW = "below", "Abaixo do valor mínimo"
    CATEGORY = "category", "Categoria fora dos parâmetros"
    PAST_DUE = "past_due", "Vencimento ou validade já passou"
    NO_CONSENT = "no_consent", "Cliente não autorizou"
    NO_PHONE_CONSENT = "no_phone_consent", "Celular não autorizado"
    NO_MOBILE = "no_mobile", "Sem celular"
    BAD_MOBILE = "bad_mobile", "Celular inválido"
    NO_EMAIL = "no_email", "Sem e-mail"
    BAD_EMAIL = "bad_email", "E-mail inválido"
    OPTED_OUT = "opted_out", "Pediu para não receber"
    NO_SERVER = "no_server", "Envio de e-mail não configurado"
    TEXT = "text", "O texto não pode ser montado"
    CHANGED = "changed", "Mudou depois de preparada: prepare de novo"


class Run(models.Model):
    """One step on its way or over. `worker` carries it on while `lease_until` lasts; then another may.

    `group` empty and `month` null: all of them. `cursor` is the last row done; `done` of `total` are for people.
    """

    class Step(models.TextChoices):
        PREPARE = "prepare", "Preparar"
        TRANSMIT = "transmit", "Transmitir"
        RETURN = "return", "Retorno"

    class State(models.TextChoices):
        RUNNING = "running", "Em andamento"
        DONE = "done", "Concluída"
        FAILED = "failed", "Parou"

    step = models.CharField("etapa", max_length=8, choices=Step.choices)
    kind = models.CharField("de quê", max_length=10, choices=Kind.choices, default=Kind.BILL)
    group = models.CharField("grupo", max_length=10, blank=True)
    month = models.DateField("referência", null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    asked_at = models.DateTimeField("pedida em")
    asked_by = models.CharField("por", max_length=150)
    ended_at = models.DateTimeField("fim", null=True)
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    phase = models.CharField(max_length=12, blank=True)
    cursor = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    fault = models.CharField("problema", max_length=400, blank=True)
    batch = models.BigIntegerField("lote", null=True)

    class Meta:
        verbose_name = "etapa do faturamento"
        verbose_name_plural = "etapas do faturamento"
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_step_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.pk}"

    def unattended(self, now: datetime) -> str:
        """What to look at (pt-BR) when no process has had it in hand for longer than one takes to; else empty."""
        if (self.lease_until or self.asked_at + timedelta(minutes=1)) > now:
            return ""
        return "Nenhum processo a faz agora: verifique se o recado jobs está em execução."

    @property
    def title(self) -> str:
        """The step in words (pt-BR); of bills nothing is said."""
        label = Run.Step(self.step).label
        return str(label) if self.kind == Kind.BILL else f"{label} (cobrança)"


class Notice(models.Model):
    """`to` is a mobile (E.164) or an address; `text` as it goes out. From `planned_for` until the end of `limit`."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    setup = models.ForeignKey(Setup, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.BILL)
    group = models.CharField(max_length=10)
    month = models.DateField()
    state = models.CharField(max_length=12, choices=NoticeState.choices)
    skip = models.CharField("motivo", max_length=16, choices=Skip.choices, blank=True)
    reason = models.CharField("explicação", max_length=300, blank=True)
    to = models.CharField("para", max_length=254, blank=True)
    text = models.TextField("texto", blank=True)
    planned_for = models.DateField("data prevista")
    limit = models.DateField("data limite")
    prepared_at = models.DateTimeField("preparada em")
    transmitted_at = models.DateTimeField("transmitida em", null=True)
    moment = models.DateTimeField("último momento")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="notices")
    message = models.BigIntegerField("mensagem", null=True)
    mail = models.ForeignKey(Mail, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "aviso de conta"
        verbose_name_plural = "avisos de conta"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["bill", "channel"], name="one_notice_a_channel")]
        indexes = [
            models.Index(fields=["kind", "group", "month", "channel", "state"], name="notice_counts"),
            models.Index(
                fields=["state", "channel", "planned_for"], name="notice_due_to_go", condition=Q(state="prepared")
            ),
        ]

    def __str__(self) -> str:
        return f"aviso {self.pk}"
