"""A batch, its rows, what was wrong with the others, and every change of its state.

    Batch        one text for many mobiles: where they come from, how far the work on it is, what it counted
    BatchRow     one SMS to be: its mobile and whole text; from here it passes to the outbox, in the order of the lines
    BatchFault   a line that gives no row, with the reason
    BatchChange  one row a change of state: when, from what, to what, by whom

    drawn up → reading → read → (waiting for approval →) running → done
    running ⇄ paused; reading, read and waiting also go back; any state before done → cancelled

Rows are the batch's own queue: all of them are on the disk before anything goes out, and the outbox gets only as many
as the phones can send in the next minutes (`feeding`). So a million rows stand in no phone's way, and to pause or to
cancel touches few messages. `Batch.fed_line` says up to which line the rows have passed on: it moves in the same
transaction as the messages are made, so that no row passes twice and none is forgotten.

Only `states` writes a state.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from recado.outbox.models import MessageType


class State(models.TextChoices):
    """Where a batch stands."""

    DRAFT = "draft", "Em preparo"
    READING = "reading", "Lendo"
    READ = "read", "Conferido"
    WAITING = "waiting", "Aguarda aprovação"
    RUNNING = "running", "Em envio"
    PAUSED = "paused", "Pausado"
    DONE = "done", "Concluído"
    CANCELLED = "cancelled", "Cancelado"


BEFORE_SENDING = (State.DRAFT, State.READING, State.READ, State.WAITING)
UNDER_WAY = (State.RUNNING, State.PAUSED)


class Source(models.TextChoices):
    """Where the rows come from."""

    FILE = "file", "Arquivo"
    REQUESTS = "requests", "RAs"
    PROGRAM = "program", "Recado"


class RowState(models.TextChoices):
    """What becomes of a row beside the outbox; a READY one up to `fed_line` is a message there."""

    READY = "ready", "Pronta"
    OPTED_OUT = "opted_out", "Pediu para não receber"
    TOLD = "told", "Já avisado hoje"
    EXPIRED = "expired", "Prazo acabou"


class FaultKind(models.TextChoices):
    """Why a line gives no row."""

    INVALID = "invalid", "Com problema"
    REPEATED = "repeated", "Repetida"


class Batch(models.Model):
    """`key` names what the batch was made for: the same key twice is one batch.

    `columns` are the file's column names, `mapping` the column (0-based) of each field and of `CELULAR`.
    `query` says which RAs were chosen (`requests.Choice`).
    `position` and `line` say how far the file was read (bytes; record, 1-based). `expires_at`: the text is of no use
    later. The counts of rows are those of the reading; what became of the messages is counted in the outbox.
    """

    name = models.CharField("nome", max_length=100)
    key = models.CharField(max_length=120, unique=True)
    type = models.ForeignKey(MessageType, on_delete=models.PROTECT, related_name="+", verbose_name="tipo")
    template = models.TextField("texto", max_length=1000, blank=True)
    source = models.CharField("origem", max_length=10, choices=Source.choices)
    state = models.CharField("situação", max_length=10, choices=State.choices, default=State.DRAFT)
    state_since = models.DateTimeField()
    author = models.CharField("por", max_length=150)
    created_at = models.DateTimeField("criado em")
    approved_by = models.CharField("aprovado por", max_length=150, blank=True)
    started_at = models.DateTimeField("começo do envio", null=True)
    finished_at = models.DateTimeField("fim", null=True)
    expires_at = models.DateTimeField("enviar até", null=True)
    skip_told = models.BooleanField("deixa fora quem já recebeu este tipo hoje", default=False)
    one_per_number = models.BooleanField("um SMS por celular", default=True)
    fault = models.CharField("problema", max_length=400, blank=True)

    file_name = models.CharField("arquivo", max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    encoding = models.CharField(max_length=10, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    has_header = models.BooleanField("a primeira linha é cabeçalho", default=True)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    query = models.JSONField(default=dict)
    size = models.BigIntegerField("bytes", default=0)
    position = models.BigIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)

    rows_read = models.PositiveIntegerField("linhas", default=0)
    ready = models.PositiveIntegerField("prontas", default=0)
    invalid = models.PositiveIntegerField("com problema", default=0)
    repeated = models.PositiveIntegerField("repetidas", default=0)
    opted_out = models.PositiveIntegerField("pediram para não receber", default=0)
    told = models.PositiveIntegerField("já avisados hoje", default=0)
    expired = models.PositiveIntegerField("com prazo acabado", default=0)
    parts = models.PositiveBigIntegerField("partes", default=0)
    fed = models.PositiveIntegerField("na fila ou além", default=0)
    fed_line = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "lote"
        verbose_name_plural = "lotes"
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="batch_state")]

    def __str__(self) -> str:
        return f"lote {self.pk}"


class BatchRow(models.Model):
    """`number` in E.164, `text` as it goes out. `reference` is the name the maker gave the row, to find it again.

    `copy` is 0 where a mobile may stand once in the batch, else the line. `protocol` and `ra_number` are those of the
    RA that the row comes from, and go on to its message.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField()
    number = models.CharField(max_length=16)
    copy = models.PositiveIntegerField(default=0)
    text = models.TextField()
    parts = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.READY)
    reference = models.CharField(max_length=60, blank=True)
    protocol = models.CharField(max_length=14, blank=True, default="", db_default="")
    ra_number = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["batch_id", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="one_row_a_line"),
            models.UniqueConstraint(fields=["batch", "number", "copy"], name="one_row_a_mobile"),
        ]
        indexes = [
            models.Index(fields=["batch", "line"], name="row_left_out", condition=~Q(state="ready")),
            models.Index(fields=["batch", "reference"], name="row_reference", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"linha {self.line} do lote {self.batch_id}"


class BatchFault(models.Model):
    """`content`: the beginning of what the line holds, as a person wrote it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="faults", db_index=False)
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=FaultKind.choices)
    reason = models.CharField(max_length=200)
    content = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["batch_id", "line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="one_fault_a_line")]

    def __str__(self) -> str:
        return f"linha {self.line} do lote {self.batch_id}"


class BatchChange(models.Model):
    """One change of a batch's state. `actor` is a user's name, or `Recado`."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=10, choices=State.choices, blank=True)
    after = models.CharField(max_length=10, choices=State.choices)
    note = models.CharField(max_length=400, blank=True)
    actor = models.CharField(max_length=150)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
