"""The reader that docs/operacao.md shows is one that works."""

from __future__ import annotations

import re
from collections import namedtuple
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recado.billing import intake
from recado.billing.bills import BillSource
from recado.billing.models import Bill, Consent
from tests.billing.conftest import MONTH, NOW, bill_row

DOCUMENT = Path(__file__).parents[2] / "docs/operacao.md"


class Database:
    """What psycopg would give for the example's question: connection and cursor in one."""

    def __init__(self, rows: list[tuple[object, ...]]) -> None:
        self.rows = rows
        self.asked: tuple[str, tuple[object, ...]] = ("", ())

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def cursor(self, name: str) -> Database:
        return self

    def execute(self, question: str, values: tuple[object, ...]) -> None:
        self.asked = (question, values)

    def __iter__(self) -> Any:
        columns = re.search(r"SELECT(.*?)FROM", self.asked[0], re.DOTALL)[1].replace(",", " ")
        return map(namedtuple("Row", columns)._make, self.rows)


@pytest.mark.django_db
def test_the_reader_of_the_manual_brings_bills_and_consents(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = (
        block for block in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL) if "Leitor" in block
    )
    names: dict[str, Any] = {}
    exec(compile(code, "operacao.md", "exec"), names)
    source: BillSource = names["Leitor"]()
    due = date(2026, 11, 30)
    kept = Database(
        [
            (
                1001,
                501,
                "Cliente Fictício 1",
                "R",
                Decimal("85.40"),
                due,
                bill_row(1).barcode,
                "81900000001",
                None,
                True,
                None,
            ),
            (1002, 502, "Cliente Fictício 2", "C", Decimal("85.40"), due, "82" + "0" * 42, None, None, None, None),
        ]
    )
    monkeypatch.setenv("BANCO_DA_COMPANHIA", "dbname=companhia")
    monkeypatch.setattr(psycopg, "connect", lambda address, row_factory: kept)
    taken = intake.take_in(source.bills("1", MONTH), origin=source.name, actor="ana", now=NOW)
    assert (taken.new, taken.refused) == (1, 1)
    assert kept.asked[1] == ("1", MONTH)
    assert (Bill.objects.get().property_id, Bill.objects.get().due_date) == ("1001", due)
    assert set(Consent.objects.values_list("kind", "given")) == {("sms", True), ("phone", True)}
