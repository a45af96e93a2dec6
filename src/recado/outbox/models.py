"""The durable queue: what has to be sent, in which parts, what was tried, and every change of status.

    MessageType   what kind of message: its text, its priority, how long and how often it is tried
    MessageTypeVersion  its texts, one after the other: who wrote them, when
    Message       one text for one mobile, born from one event (its idempotency key)
    Segment       one part of it, as it goes over the air (one SUBMIT)
    Attempt       one try of one segment on one phone; written before the first byte, completed by the answer
    StatusChange  one row a change of status: when, from what, to what, why, by whom
    DeliveryReport what a phone of a customer said back, as the network passed it on
    OptOut        a mobile that does not want messages of some types
    RemovedDay    how many messages of a day retention has removed, so that the sums still come out even

Only `transitions` writes a status.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.gsm import EncodingPolicy
from recado.gsm.causes import Cause
from recado.outbox.hours import EVERY_DAY, Hours
from recado.phones.models import Phone


class Status(models.TextChoices):
    """Where a message stands. `SENT_GROUP` is *Enviadas* on the query screen, the rest *Não Enviadas*."""

    QUEUED = "queued", "Na fila"
    SENDING = "sending", "Enviando"
    SENT = "sent", "Enviada"
    DELIVERED = "delivered", "Entregue"
    UNDELIVERED = "undelivered", "Não entregue"
    FAILED = "failed", "Com erro"
    UNCERTAIN = "uncertain", "Talvez enviada"
    EXPIRED = "expired", "Expirada"
    CANCELLED = "cancelled", "Descartada"


HANDED_OVER, HANDED_OVER_LABEL = "handed_over", "Entregue ao aparelho"
"""What is shown of a sent message of which a phone that sends by itself has not told more than that it has it."""
HANDED_OVER_NOTE = "O aparelho recebeu o texto e o envia sozinho."

SHOWN_STATUSES: tuple[tuple[str, str], ...] = tuple(
    shown
    for status, label in Status.choices
    for shown in ([(status, label), (HANDED_OVER, HANDED_OVER_LABEL)] if status == Status.SENT else [(status, label)])
)
"""What a screen calls a message, and its label in pt-BR: each status, and HANDED_OVER after SENT."""

SENT_GROUP = (Status.SENT, Status.DELIVERED, Status.UNDELIVERED)
NOT_SENT_GROUP = tuple(status for status in Status if status not in SENT_GROUP)
NEEDS_A_PERSON = (Status.FAILED, Status.UNCERTAIN)


class Priority(models.IntegerChoices):
    """Lower goes first."""

    URGENT = 1, "Urgente"
    NORMAL = 5, "Normal"
    BULK = 9, "Em lote"


class OnUncertain(models.TextChoices):
    """What to do with a message whose fate nothing tells: ask a person, or send again at the risk of doubling."""

    HOLD = "hold", "Esperar a decisão de uma pessoa"
    RESEND = "resend", "Enviar de novo"


ENCODINGS = [
    (EncodingPolicy.FOLD.value, "Sem acentos que o SMS não tem"),
    (EncodingPolicy.UCS2.value, "Com todos os caracteres (UCS-2)"),
    (EncodingPolicy.SHIFT.value, "Tabelas portuguesas"),
    (EncodingPolicy.AUTO.value, "Menos partes sem mudar caracteres"),
]

CAUSES = [
    (Cause.NUMBER_INVALID.value, "Número inexistente"),
    (Cause.UNREACHABLE.value, "Celular fora de alcance"),
    (Cause.NETWORK.value, "Rede ocupada"),
    (Cause.NO_CREDIT.value, "Chip sem saldo (provável)"),
    (Cause.BARRED.value, "Chip sem permissão de enviar"),
    (Cause.PHONE_DOWN.value, "Aparelho desconectado"),
    (Cause.PHONE_MEMORY.value, "Memória do aparelho"),
    (Cause.SIM.value, "Problema no chip"),
    (Cause.SMSC.value, "Central de SMS não responde"),
    (Cause.OURS.value, "Falha do Recado"),
    (Cause.UNCERTAIN.value, "Talvez enviada"),
    (Cause.EXPIRED.value, "Prazo acabou"),
    (Cause.OPTED_OUT.value, "Cliente pediu para não receber"),
    (Cause.UNKNOWN.value, "Motivo desconhecido"),
]


def shown_status(status: str, handed_over: bool) -> str:
    """A status as screens tell it: what a phone took to send by itself is no more than HANDED_OVER."""
    return HANDED_OVER if handed_over and status == Status.SENT else status


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


class Message(models.Model):
    """One text for one mobile (`number`, E.164).

    `moment` is the time the query screen asks for: of the send; of the last attempt while not sent; of the queueing
    before any attempt. `ready_at` is when the queue may next try it. `attempts` counts the tries of all parts.
    `handed_over`: sent only in so far as a phone that sends by itself took it, and has told no more.
    `batch` is the number of the batch that it stands in; one that replaces it takes that place (`decisions`).
    `only_phone` is set for a test of that phone: no other takes it, and neither its types nor its DDDs keep it away.
    """

    type = models.ForeignKey(MessageType, on_delete=models.PROTECT, related_name="messages", db_index=False)
    number = models.CharField("celular", max_length=16)
    text = models.TextField("texto")
    encoding = models.CharField(max_length=8, choices=ENCODINGS)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices)
    status = models.CharField("situação", max_length=12, choices=Status.choices)
    cause = models.CharField("motivo", max_length=20, choices=CAUSES, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveIntegerField("tentativas", default=0)

    protocol = models.CharField("protocolo", max_length=14, blank=True)
    ra_number = models.BigIntegerField("RA", null=True)
    batch = models.BigIntegerField("lote", null=True)
    created_by = models.CharField("criada por", max_length=150, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name="corrige"
    )

    created_at = models.DateTimeField("entrada na fila")
    moment = models.DateTimeField("data e hora do envio")
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField("prazo", null=True)
    sent_at = models.DateTimeField(null=True)
    handed_over = models.BooleanField("só entregue ao aparelho", default=False, db_default=False)
    phone = models.ForeignKey(
        Phone, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="aparelho", db_index=False
    )
    only_phone = models.ForeignKey(
        Phone, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="só por", db_index=False
    )

    class Meta:
        verbose_name = "mensagem"
        verbose_name_plural = "mensagens"
        indexes = [
            # Consultar: the whole count and any page from the index alone.
            models.Index(fields=["moment", "id", "status", "type", "handed_over"], name="message_consult"),
            models.Index(fields=["priority", "id", "ready_at"], name="message_queue", condition=Q(status="queued")),
            models.Index(fields=["phone"], name="message_in_flight", condition=Q(status="sending")),
            models.Index(
                fields=["status", "moment"],
                name="message_attention",
                condition=Q(status__in=["failed", "uncertain"]),
            ),
            models.Index(fields=["expires_at"], name="message_expiry", condition=Q(status="queued")),
            models.Index(fields=["ra_number"], name="message_ra", condition=Q(ra_number__isnull=False)),
            models.Index(fields=["protocol"], name="message_protocol", condition=~Q(protocol="")),
            models.Index(fields=["number"], name="message_number"),
            # How a batch stands, from the index alone.
            models.Index(fields=["batch", "status"], name="message_batch", condition=Q(batch__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"mensagem {self.pk}"

    @property
    def shown_status(self) -> str:
        """The status as screens tell it."""
        return shown_status(self.status, self.handed_over)

    @property
    def status_label(self) -> str:
        """`shown_status` in pt-BR."""
        return dict(SHOWN_STATUSES)[self.shown_status]


class SegmentStatus(models.TextChoices):
    """Where one part stands; a part that is sent is never sent again."""

    PENDING = "pending", "A enviar"
    SENDING = "sending", "Enviando"
    SENT = "sent", "Enviada"
    DELIVERED = "delivered", "Entregue"
    UNDELIVERED = "undelivered", "Não entregue"
    UNCERTAIN = "uncertain", "Talvez enviada"
    FAILED = "failed", "Com erro"


GONE = (SegmentStatus.SENT, SegmentStatus.DELIVERED, SegmentStatus.UNDELIVERED)
"""The network has it: such a part is never sent again."""


class Segment(models.Model):
    """Part `index` of `total` (1-based). `tries` counts the tries of this round; `reference` is the phone's TP-MR.

    `report_note` is what the last delivery report said, in pt-BR, unless it was that the customer's phone has it.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="segments", db_index=False)
    index = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    text = models.TextField()
    status = models.CharField(max_length=12, choices=SegmentStatus.choices, default=SegmentStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    reference = models.PositiveSmallIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    report_note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["message_id", "index"]
        constraints = [models.UniqueConstraint(fields=["message", "index"], name="one_segment_an_index")]

    def __str__(self) -> str:
        return f"parte {self.index}/{self.total} da mensagem {self.message_id}"


class AttemptResult(models.TextChoices):
    """How a try ended; IN_FLIGHT until the answer, and for ever UNKNOWN when the process died before it.

    HANDED_OVER: a phone that sends by itself took the text; it stays so unless that phone tells what became of it.
    """

    IN_FLIGHT = "in_flight", "Enviando"
    ACCEPTED = "accepted", "Aceita pela operadora"
    HANDED_OVER = HANDED_OVER, HANDED_OVER_LABEL
    REJECTED = "rejected", "Recusada"
    AMBIGUOUS = "ambiguous", "Resposta ambígua"
    UNKNOWN = "unknown", "Sem resposta"
    PHONE_DOWN = "phone_down", "Não chegou a sair"


TAKEN = (AttemptResult.ACCEPTED, AttemptResult.HANDED_OVER)
"""The try is over and must not be made again: the text left our hands for certain."""


class Attempt(models.Model):
    """One try of one segment. `code` is the phone's own (`CMS 331`), for the fold-out of the detail page."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="attempts")
    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    phone_name = models.CharField("aparelho", max_length=40)
    number = models.CharField("celular", max_length=16)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=12, choices=AttemptResult.choices, default=AttemptResult.IN_FLIGHT)
    code = models.CharField(max_length=60, blank=True)
    cause = models.CharField(max_length=20, choices=CAUSES, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    reference = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            # A delivery report names the TP-MR; a doubtful try has none.
            models.Index(fields=["phone", "reference", "started_at"], name="attempt_reference"),
            models.Index(fields=["result"], name="attempt_doubtful", condition=Q(result__in=["unknown", "ambiguous"])),
        ]

    def __str__(self) -> str:
        return f"tentativa {self.pk}"


class StatusChange(models.Model):
    """One change of a message's status. `actor` is a user's name, or `Recado` for the program itself."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=12, choices=Status.choices, blank=True)
    after = models.CharField(max_length=12, choices=Status.choices)
    cause = models.CharField(max_length=20, choices=CAUSES, blank=True)
    note = models.CharField(max_length=400, blank=True)
    actor = models.CharField(max_length=150)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # Every message that was asked for has one such row: what the panel's sums are held against.
            models.Index(fields=["at", "message"], name="change_creation", condition=Q(before="")),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    @property
    def after_label(self) -> str:
        """The status that it came to, in pt-BR; what a phone only took is not called sent."""
        taken = self.after == Status.SENT and self.note == HANDED_OVER_NOTE
        return HANDED_OVER_LABEL if taken else Status(self.after).label


class DeliveryReport(models.Model):
    """One SMS-STATUS-REPORT as the phone gave it; kept before the phone is told to forget it.

    `attempt` is the try it tells of, null when none fits or the PDU cannot be read (`fault` says so, for the log's
    reader). The same PDU twice is one row.
    """

    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    pdu = models.CharField(max_length=400)
    fingerprint = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, null=True, related_name="reports")
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"relatório {self.pk}"


class OptOut(models.Model):
    """A mobile (E.164) whose owner does not want the messages that heed the wish; `ended_at` when it was taken back."""

    number = models.CharField("celular", max_length=16, db_index=True)
    since = models.DateTimeField("desde")
    how = models.CharField("como", max_length=200)
    actor = models.CharField("por", max_length=150)
    ended_at = models.DateTimeField("até", null=True)
    ended_by = models.CharField("retirado por", max_length=150, blank=True)

    class Meta:
        verbose_name = "pedido de não receber"
        verbose_name_plural = "pedidos de não receber"
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(ended_at=None), name="one_wish_in_force_a_number")
        ]

    def __str__(self) -> str:
        return f"pedido {self.pk}"


class RemovedDay(models.Model):
    """What retention removed of the messages asked for on one local day: creation rows, and messages by themselves."""

    day = models.DateField("dia", primary_key=True)
    asked = models.PositiveIntegerField("pedidas", default=0)
    messages = models.PositiveIntegerField("removidas", default=0)

    class Meta:
        verbose_name = "dia removido"
        verbose_name_plural = "dias removidos"
        default_permissions = ()

    def __str__(self) -> str:
        return f"removidas de {self.day}"
