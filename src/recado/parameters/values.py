"""The values in force: what was changed in the database, else what the environment says.

`get` asks the database each time: a handful of rows by their key cost less than an answer that another process has
made old. Whoever needs several values asks once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from recado import statements


@dataclass(frozen=True, slots=True)
class Parameters:
    """Every parameter. `pace` in seconds; `retention_days` 0 keeps everything; `success_reasons` are GSAN's numbers.

    `pace` and `attempts` are what a new phone and a new type begin with. `signature` ends every SMS; empty: none.
    `evaluation_days`: how long a link of an evaluation holds; `evaluation_notice`: what the SMS says of its e-mail.
    `billing_sms_limit`: how many characters the SMS of a bill may have at its longest.
    `batch_approval`: how many SMS a batch may have that one person sends alone.
    """

    company: str
    company_phone: str
    success_reasons: tuple[int, ...]
    pace: float
    retention_days: int = 0
    attempts: int = 5
    signature: str = ""
    evaluation_days: int = 15
    batch_approval: int = 500
    billing_sms_limit: int = 306
    evaluation_notice: str = "Enviamos ao seu e-mail um convite para avaliar o atendimento."


def defaults() -> Parameters:
    """What holds while nobody changed anything; asks nothing of the database."""
    return Parameters(
        company=settings.RECADO_COMPANY,
        company_phone=settings.RECADO_COMPANY_PHONE,
        success_reasons=tuple(settings.RECADO_SUCCESS_REASONS),
        pace=settings.RECADO_PACE,
    )


def get() -> Parameters:
    """What holds now."""
    known = {field.name for field in fields(Parameters)}
    changed = {name: _typed(value) for name, value in _changed().all() if name in known}
    return replace(defaults(), **changed)


@cache
def _changed() -> statements.Question:
    from recado.parameters.models import Parameter

    return statements.keep(Parameter.objects.values_list("name", "value"))


def held_for_change() -> Parameters:
    """What holds now; who else would save waits until the caller's transaction ends."""
    from recado.parameters.models import Parameter

    # A parameter at its default has no row to lock; SQLite lets one transaction write at a time in any case.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Parameter._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    return get()


def save(wanted: Parameters, *, actor: str, now: datetime) -> list[str]:
    """Make `wanted` hold from now on; give the names of what changed. What equals its default leaves the database."""
    from recado.parameters.models import Parameter, ParameterChange

    with transaction.atomic():
        before, usual = held_for_change(), defaults()
        names = [field.name for field in fields(Parameters)]
        changed = [name for name in names if getattr(before, name) != getattr(wanted, name)]
        for name in changed:
            old, new = getattr(before, name), getattr(wanted, name)
            ParameterChange.objects.create(name=name, before=old, after=new, at=now, actor=actor)
            if getattr(wanted, name) == getattr(usual, name):
                Parameter.objects.filter(pk=name).delete()
                continue
            row = {"value": getattr(wanted, name), "changed_at": now, "changed_by": actor}
            Parameter.objects.update_or_create(pk=name, defaults=row)
    return changed


def _typed(value: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(value) if isinstance(value, list) else value
