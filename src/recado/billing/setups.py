"""*Parametrizar Mensagem de Faturamento*: saving makes a version and dates the one before; nothing is overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from recado import parameters
from recado.billing.models import Bill, BillingType, Category, Kind, Setup
from recado.billing.tags import text_faults, worst_case
from recado.gsm import EncodeError, EncodingPolicy
from recado.numerals import counted
from recado.outbox.models import MessageType

MOST_DAYS = 60
MOST_ATTEMPTS = 20
UNENCODABLE = "O texto é longo demais para um SMS ou tem um caractere que nenhum celular mostra."


class SetupRefused(ValueError):
    """The parameters cannot be saved so; the text (pt-BR) says why, `field` which one."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NoSetup(Exception):
    """Nobody has said yet what is to be told of bills."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version to be: `categories` are letters of `Category`, `minimum` is in reais."""

    minimum: Decimal
    categories: str
    days_before: int
    max_attempts: int
    sms_text: str
    email_text: str
    kind: Kind = Kind.BILL


def message_type(kind: Kind) -> MessageType:
    """The type of SMS that this kind goes out with."""
    return BillingType.objects.select_related("type").get(kind=kind).type


def in_force(kind: Kind) -> Setup:
    """The version in force. Raises NoSetup."""
    setup = Setup.objects.filter(kind=kind, is_in_force=True).first()
    if setup is None:
        what = "" if kind is Kind.BILL else f", em {kind.label}"
        raise NoSetup(f"Salve antes os parâmetros em Parametrizar Mensagem de Faturamento{what}.")
    return setup


def held_for_change(kind: Kind) -> Setup | None:
    """The version in force, if any; who else would save one waits until the caller's transaction ends."""
    MessageType.objects.select_for_update().get(pk=message_type(kind).pk)
    return Setup.objects.filter(kind=kind, is_in_force=True).first()


def billing_month(kind: Kind) -> date:
    """The first day of the month of the newest bills; this month while there are none."""
    newest: date | None = Bill.objects.filter(kind=kind).aggregate(newest=Max("month"))["newest"]
    return newest or timezone.localdate().replace(day=1)


def check_setup(wanted: Wanted) -> None:
    """Raise SetupRefused, naming the field, for what cannot hold."""
    if wanted.minimum <= 0:
        raise SetupRefused("minimum", "Informe um valor maior que zero.")
    if not wanted.categories or set(wanted.categories) - set(Category.values):
        raise SetupRefused("categories", "Escolha ao menos uma categoria.")
    if not 0 <= wanted.days_before <= MOST_DAYS:
        raise SetupRefused("days_before", f"Informe de 0 a {MOST_DAYS} dias.")
    if not 1 <= wanted.max_attempts <= MOST_ATTEMPTS:
        raise SetupRefused("max_attempts", f"Informe de 1 a {MOST_ATTEMPTS} tentativas.")
    for field, faults in (
        ("sms_text", sms_faults(wanted.sms_text, wanted.kind)),
        ("email_text", text_faults(wanted.email_text, wanted.kind)),
    ):
        if faults:
            raise SetupRefused(field, faults[0])


def sms_faults(text: str, kind: Kind) -> list[str]:
    """Everything that is wrong with an SMS' text (pt-BR): its tags, and when they are right, its length."""
    return text_faults(text, kind) or [fault for fault in (fault_of_length(text, kind),) if fault]


def fault_of_length(sms_text: str, kind: Kind) -> str:
    """Why a checked text may grow too long (pt-BR); empty when it fits with every tag at its full size."""
    try:
        found = worst_case(sms_text, kind, EncodingPolicy(message_type(kind).encoding))
    except EncodeError:
        return UNENCODABLE
    over = found.characters - parameters.get().billing_sms_limit
    if over <= 0:
        return ""
    return f"Com as tags no tamanho máximo o SMS passa do limite em {counted(over, 'caractere', 'caracteres')}."


def save_setup(wanted: Wanted, *, actor: str, now: datetime) -> Setup:
    """Make `wanted` the version of its kind in force and withdraw the one before; what equals it is given as it stands.

    Raises SetupRefused.
    """
    check_setup(wanted)
    with transaction.atomic():
        ours = Setup.objects.filter(kind=wanted.kind)
        before = held_for_change(wanted.kind)
        sms = MessageType.objects.filter(pk=message_type(wanted.kind).pk)
        sms.update(max_attempts=wanted.max_attempts, heeds_opt_out=True)
        if before is not None and _as_wanted(before) == wanted:
            return before
        ours.filter(is_in_force=True).update(withdrawn_at=now, is_in_force=False)
        return Setup.objects.create(
            kind=wanted.kind,
            number=(ours.aggregate(last=Max("number"))["last"] or 0) + 1,
            minimum=wanted.minimum,
            categories=wanted.categories,
            days_before=wanted.days_before,
            max_attempts=wanted.max_attempts,
            sms_text=wanted.sms_text,
            email_text=wanted.email_text,
            at=now,
            actor=actor,
        )


def _as_wanted(setup: Setup) -> Wanted:
    return Wanted(
        setup.minimum,
        setup.categories,
        setup.days_before,
        setup.max_attempts,
        setup.sms_text,
        setup.email_text,
        Kind(setup.kind),
    )
