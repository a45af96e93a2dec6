"""Bills of the month, prepared and not sent: for the screens to show."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from recado.billing import intake, runs
from recado.billing.barcode import make_barcode
from recado.billing.bills import BillRow
from recado.billing.models import Category, Kind, Run
from recado.billing.setups import Wanted, save_setup
from recado.cli.demonstration.people import Person, make_people

BILLS, DOCUMENTS = 48, 12
_WANTED = Wanted(
    minimum=Decimal("20"),
    categories="RC",
    days_before=3,
    max_attempts=5,
    sms_text="Sua conta de água da matrícula {MATRICULA}, de {VALOR}, vence em {VENCTO}. Código de barras:",
    email_text="Olá, {NOME}!\n\nSua conta de água da matrícula {MATRICULA}, de {VALOR}, vence em {VENCTO}.",
)
_COLLECTION = Wanted(
    minimum=Decimal("50"),
    categories="RC",
    days_before=5,
    max_attempts=5,
    sms_text="{NOME}, o documento da matrícula {MATRICULA}, de {VALORDOC}, vale até {VALIDADEDOC}. Código de barras:",
    email_text="Olá, {NOME}!\n\nO documento da matrícula {MATRICULA}, de {VALORDOC}, vale até {VALIDADEDOC}.",
    kind=Kind.COLLECTION,
)


def add_bills(chance: random.Random, author: str, now: datetime) -> None:
    """Parameters of both kinds, `BILLS` bills and `DOCUMENTS` collection documents of group 1, and a notice of each."""
    for wanted in (_WANTED, _COLLECTION):
        save_setup(wanted, actor=author, now=now - timedelta(days=20))
    people = make_people(chance)[:BILLS]
    rows = [_bill(chance, place, person, now) for place, person in enumerate(people)]
    intake.take_in(rows, origin="contas-grupo-1.csv", actor=author, now=now)
    documents = [_document(row, place) for place, row in enumerate(rows[:DOCUMENTS])]
    intake.take_in(documents, origin="cobrancas-grupo-1.csv", actor=author, now=now)
    for kind in Kind:
        run = runs.ask(Run.Step.PREPARE, kind, group="1", month=rows[0].month, actor=author, now=now)
        runs.finish(run, lambda: now)


def _bill(chance: random.Random, place: int, person: Person, now: datetime) -> BillRow:
    today = timezone.localdate(now)
    value = Decimal(chance.randrange(1500, 24000)).scaleb(-2)
    return BillRow(
        group="1",
        month=today.replace(day=1),
        property_id=person.property_id,
        client_id=f"{90_000 + place}",
        name=person.name,
        category=Category.COMMERCIAL if chance.random() < 0.2 else Category.RESIDENTIAL,
        value=value,
        due_date=today + timedelta(days=1 + place % 9),
        barcode=make_barcode(value, "0099", f"{place:025d}").digits,
        mobile=person.mobile if place % 9 else "",
        email=person.email,
        sms_consent=bool(place % 5),
        email_consent=bool(person.email),
        phone_consent=bool(place % 9) or None,
    )


def _document(bill: BillRow, place: int) -> BillRow:
    """Two bills of the property that were not paid, in one document."""
    value = 2 * bill.value
    return replace(
        bill,
        kind=Kind.COLLECTION,
        document=f"{7_000_000 + place}",
        value=value,
        due_date=bill.due_date + timedelta(days=5),
        barcode=make_barcode(value, "0099", f"7{place:024d}").digits,
    )
