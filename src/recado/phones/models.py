"""A phone (or modem) that sends: its line, its pace, what it last said of itself, and which process holds it.

The gateway writes condition and readings; people write name, link, pace and pause. A phone is held by one process at
a time, by a lease (`leases`), so that two gateways never talk to one SIM. What its rules mean is in `rules`.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Condition(models.TextChoices):
    """What keeps the phone from sending, or that nothing does; the radio's own words are `modem.PhoneCondition`."""

    UNKNOWN = "unknown", "Sem notícias"
    CONNECTING = "initialising", "Conectando"
    READY = "ready", "Pronto"
    NO_SIGNAL = "no_signal", "Sem sinal"
    NOT_REGISTERED = "not_registered", "Sem rede"
    REGISTRATION_DENIED = "registration_denied", "Recusado pela rede"
    SIM_MISSING = "sim_missing", "Sem chip"
    SIM_PIN = "sim_pin", "Chip pede PIN"
    SIM_PUK = "sim_puk", "Chip bloqueado"
    SIM_FAILURE = "sim_failure", "Chip com falha"
    LINE_REFUSED = "line_refused", "Recusado pela operadora"
    NO_SMSC = "no_smsc", "Sem central de SMS"
    RADIO_OFF = "radio_off", "Rádio desligado"
    SILENT = "silent", "Não responde"
    DISCONNECTED = "disconnected", "Desconectado"
    NO_SMS = "no_sms", "Não envia SMS"


def _default_pace() -> float:
    return settings.RECADO_PACE


class Phone(models.Model):
    """One phone on one link with one SIM. `pace_seconds`: least time between the starts of two sends on its SIM."""

    name = models.CharField("nome", max_length=40, unique=True)
    link = models.CharField("ligação", max_length=200, unique=True)
    pace_seconds = models.FloatField("ritmo em segundos", default=_default_pace, validators=[MinValueValidator(0.0)])
    enabled = models.BooleanField("em uso", default=True)
    paused = models.BooleanField("pausado", default=False)
    created_at = models.DateTimeField("incluído em", auto_now_add=True)

    condition = models.CharField(max_length=24, choices=Condition.choices, default=Condition.UNKNOWN)
    condition_since = models.DateTimeField(null=True)
    reason = models.CharField("motivo", max_length=300, blank=True)
    advice = models.CharField("o que fazer", max_length=500, blank=True)
    last_seen_at = models.DateTimeField("última resposta", null=True)
    last_send_started_at = models.DateTimeField("começo do último envio", null=True)
    last_sent_at = models.DateTimeField("último envio aceito", null=True)
    consecutive_failures = models.PositiveIntegerField("falhas seguidas", default=0)
    # What last went wrong, with the phone or with a try: it stays when all is well again.
    last_error = models.CharField("último erro", max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True)

    manufacturer = models.CharField(max_length=60, blank=True)
    model = models.CharField("modelo", max_length=60, blank=True)
    imei = models.CharField("IMEI", max_length=20, blank=True)
    iccid = models.CharField("chip", max_length=24, blank=True)
    operator = models.CharField("operadora", max_length=40, blank=True)
    smsc = models.CharField("central de SMS", max_length=24, blank=True)
    signal_percent = models.PositiveSmallIntegerField("sinal", null=True)
    battery_percent = models.PositiveSmallIntegerField("bateria", null=True)

    quota_hour = models.PositiveIntegerField("cota por hora", null=True, blank=True)
    quota_day = models.PositiveIntegerField("cota por dia", null=True, blank=True)
    quota_month = models.PositiveIntegerField("cota por mês", null=True, blank=True)
    hours_from = models.TimeField("envia a partir das", null=True, blank=True)
    hours_until = models.TimeField("envia até as", null=True, blank=True)
    type_ids = models.JSONField("tipos de SMS", default=list, blank=True)
    ddds = models.JSONField("DDDs preferidos", default=list, blank=True)
    urgent_share = models.PositiveSmallIntegerField(
        "parte do ritmo só para urgentes (%)", default=0, validators=[MaxValueValidator(90)]
    )
    takes_over = models.BooleanField("assume a fila de outro aparelho", default=True)
    rules_version = models.PositiveIntegerField(default=0)

    # What went out in the local hour and day of the last SMS, and in that day's month.
    used_hour_at = models.DateTimeField(null=True)
    used_day_on = models.DateField(null=True)
    used_in_hour = models.PositiveIntegerField(default=0)
    used_in_day = models.PositiveIntegerField(default=0)
    used_in_month = models.PositiveIntegerField(default=0)

    notice = models.CharField("aviso", max_length=300, blank=True)
    store_first = models.BooleanField("envia pela memória do aparelho", default=False)
    smsc_wanted = models.CharField("central de SMS a gravar em chip que não tem", max_length=16, blank=True)
    pin_tried = models.CharField(max_length=64, blank=True)
    balance_code = models.CharField("código de consulta de saldo", max_length=20, blank=True)
    balance = models.CharField("saldo", max_length=200, blank=True)
    balance_at = models.DateTimeField("saldo consultado em", null=True)

    check_asked_at = models.DateTimeField("teste pedido em", null=True)
    check_asked_by = models.CharField("teste pedido por", max_length=150, blank=True)
    check_answered_at = models.DateTimeField("teste respondido em", null=True)
    check_well = models.BooleanField(default=False)
    check_answer = models.CharField("resposta do teste", max_length=600, blank=True)
    # The queue's row of its last test SMS. No foreign key: the queue is a room above this one.
    test_message_id = models.BigIntegerField("mensagem do último teste", null=True)

    holder = models.CharField(max_length=120, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "aparelho"
        verbose_name_plural = "aparelhos"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def takes_whole_texts(self) -> bool:
        """True for a phone that sends by itself (Bluetooth MAP): it is given texts, not parts."""
        return self.link.startswith("map:")


class PhoneChange(models.Model):
    """What people did to a phone: when, who, and in words (pt-BR)."""

    phone = models.ForeignKey(Phone, on_delete=models.SET_NULL, null=True, related_name="changes")
    phone_name = models.CharField("aparelho", max_length=40)
    at = models.DateTimeField("quando")
    actor = models.CharField("quem", max_length=150)
    what = models.CharField("o quê", max_length=400)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.phone_name}: {self.what}"
