"""Bills, parameters and consents. People, numbers and companies are fictitious; the day is always the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from recado.batches.feeding import feed_some
from recado.billing import intake, runs
from recado.billing.barcode import make_barcode
from recado.billing.bills import BillRow
from recado.billing.models import BillFile, Category, Kind, Notice, Run, Setup
from recado.billing.setups import Wanted, save_setup
from recado.gsm.causes import Cause
from recado.outbox import transitions
from recado.outbox.models import Message, Status
from tests.mail.conftest import office

__all__ = ["office"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
MONTH = date(2026, 11, 1)
HEADING = (
    "grupo;referencia;matricula;cliente;nome;categoria;valor;vencimento;codigo_barras;celular;email;"
    "autoriza_sms;autoriza_email;celular_autorizado"
)
WANTED = Wanted(
    minimum=Decimal("10"),
    categories="RC",
    days_before=3,
    max_attempts=4,
    sms_text="{NOME}, sua conta {MATRICULA} de {VALOR} vence em {VENCTO}.",
    email_text="Olá, {NOME}!\nSua conta de {VALOR} vence em {VENCTO}.",
)


COLLECTION_HEADING = HEADING.replace("valor;vencimento", "documento;valor_documento;validade_documento")
COLLECTION = Wanted(
    minimum=Decimal("50"),
    categories="R",
    days_before=5,
    max_attempts=2,
    sms_text="{NOME}: documento da matrícula {MATRICULA}, {VALORDOC}, válido até {VALIDADEDOC}.",
    email_text="Olá, {NOME}!\nSeu documento de {VALORDOC} vale até {VALIDADEDOC}.",
    kind=Kind.COLLECTION,
)


def bill_row(number: int = 1, **changes: object) -> BillRow:
    """A bill that is told by both channels; `number` makes its property, client, mobile and address."""
    value = Decimal(str(changes.pop("value", "85.40")))
    given: dict[str, object] = {
        "group": "1",
        "month": MONTH,
        "property_id": f"{1000 + number}",
        "client_id": f"{500 + number}",
        "name": f"Cliente Fictício {number}",
        "category": Category.RESIDENTIAL,
        "value": value,
        "due_date": TODAY + timedelta(days=2),
        "barcode": make_barcode(value, "0001", f"{number:025d}").digits,
        "mobile": f"+55819{number:08d}",
        "email": f"cliente{number}@example.com",
        "sms_consent": True,
        "email_consent": True,
        "phone_consent": True,
    }
    return BillRow(**(given | changes))  # type: ignore[arg-type]


def collection_row(number: int = 1, **changes: object) -> BillRow:
    """A collection document of the property of that bill."""
    return bill_row(number, **({"kind": Kind.COLLECTION, "document": f"{7000 + number}"} | changes))


def line_of(row: BillRow) -> str:
    """The row as it stands in a file."""
    flags = ["" if flag is None else "sim" if flag else "não" for flag in
             (row.sms_consent, row.email_consent, row.phone_consent)]  # fmt: skip
    value = f"{row.value:.2f}".replace(".", ",")
    cells = [row.group, f"{row.month:%m/%Y}", row.property_id, row.client_id, row.name, row.category.label,
             *([row.document] if row.document else []), value, f"{row.due_date:%d/%m/%Y}", row.barcode, row.mobile,
             row.email, *flags]  # fmt: skip
    return ";".join(cells)


def take(*rows: BillRow) -> None:
    intake.take_in(rows, origin="teste", actor="ana", now=NOW)


def write(folder: Path, lines: Iterable[str], *, encoding: str = "utf-8", name: str = "contas.csv") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def give(path: Path, **more: object) -> BillFile:
    """Give the file and read all of it."""
    file = intake.give_file(path, path.name, actor="ana", now=NOW, **more)  # type: ignore[arg-type]
    return intake.read_file(file, NOW)


def do(step: Run.Step, now: datetime = NOW, **where: object) -> Run:
    """Do a whole step of group 1 and the month."""
    run = runs.ask(step, **({"group": "1", "month": MONTH} | where), actor="ana", now=now)  # type: ignore[arg-type]
    return runs.finish(run, lambda: now)


def states() -> dict[tuple[str, str], str]:
    """Where each notice stands, with the reason of the skipped, by property and channel."""
    return {
        (notice.bill.property_id, notice.channel): notice.skip or notice.state
        for notice in Notice.objects.select_related("bill")
    }


@pytest.fixture
def setup(db: None) -> Setup:
    return save_setup(WANTED, actor="ana", now=NOW)


@pytest.fixture
def collection(db: None) -> Setup:
    return save_setup(COLLECTION, actor="ana", now=NOW)


def feed() -> None:
    """Let the batch pass its rows to the outbox."""
    while feed_some(NOW):
        pass


def end(number: str, status: Status, cause: Cause | None = None) -> None:
    """Send the message to `number` and have it end so."""
    message = Message.objects.get(number=number)
    transitions.change(message.pk, Status.QUEUED, Status.SENDING, at=NOW)
    first = status if status in (Status.FAILED, Status.UNCERTAIN) else Status.SENT
    transitions.change(message.pk, Status.SENDING, first, at=NOW, cause=cause, note="x" if cause else "")
    if first != status:
        transitions.change(message.pk, first, status, at=NOW, cause=cause)
