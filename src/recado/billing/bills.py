"""A bill as it comes from outside: from a CSV file, or from whatever a company writes against `BillSource`.

    grupo;referencia;matricula;cliente;nome;categoria;valor;vencimento;codigo_barras;celular;email;
    autoriza_sms;autoriza_email;celular_autorizado

A collection document has `validade_documento` and `valor_documento` where a bill has `vencimento` and `valor`, and its
own number in `documento`; by these columns the file is known.

Columns stand in any order among others; the last five may be missing. A row is read on its own: one bad row in a
million is that row's trouble. A cell that begins as a formula (`=`, `+`, `@`) is text like any other, and no field of a
bill begins so, but for a mobile in its full form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from recado.billing.barcode import BarcodeRefused, read_barcode
from recado.billing.models import Category, Kind
from recado.billing.reais import MOST_VALUE, read_reais
from recado.collation import without_accents

_COMMON = ("GRUPO", "REFERENCIA", "MATRICULA", "CLIENTE", "NOME", "CATEGORIA")
REQUIRED = {
    Kind.BILL: (*_COMMON, "VALOR", "VENCIMENTO", "CODIGO_BARRAS"),
    Kind.COLLECTION: (*_COMMON, "DOCUMENTO", "VALOR_DOCUMENTO", "VALIDADE_DOCUMENTO", "CODIGO_BARRAS"),
}
OPTIONAL = ("CELULAR", "EMAIL", "AUTORIZA_SMS", "AUTORIZA_EMAIL", "CELULAR_AUTORIZADO")
_VALUE_AND_DAY = {Kind.BILL: ("VALOR", "VENCIMENTO"), Kind.COLLECTION: ("VALOR_DOCUMENTO", "VALIDADE_DOCUMENTO")}
_YES, _NO = {"1", "s", "sim", "true", "x"}, {"2", "0", "n", "nao", "não", "false"}
_MONTH = re.compile(r"(\d{1,2})/(\d{4})|(\d{4})-?(\d{2})", re.ASCII)
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
# As programs write it.
_WITH_POINT = re.compile(r"\d+\.\d{1,2}", re.ASCII)
_CATEGORIES = {"residencial": "R", "comercial": "C", "industrial": "I", "publica": "P", "publico": "P"}
_CATEGORIES |= {"1": "R", "2": "C", "3": "I", "4": "P", "r": "R", "c": "C", "i": "I", "p": "P"}


class BillRefused(ValueError):
    """The row is no bill; the text (pt-BR) says why and what to change."""


class ColumnsMissing(ValueError):
    """The file has no place for what a bill needs; the text (pt-BR) names the columns."""


@dataclass(frozen=True, slots=True)
class BillRow:
    """One bill. `month` is its first day; `value` in reais; `barcode` 44 digits. `mobile` and `email` as written.

    Of a collection document (`kind`) `document` is its number, and `due_date` its validity; a bill has no `document`.
    `consents` to SMS, to e-mail and of the mobile: None where the source says nothing of them.
    """

    group: str
    month: date
    property_id: str
    client_id: str
    name: str
    category: Category
    value: Decimal
    due_date: date
    barcode: str
    mobile: str = ""
    email: str = ""
    sms_consent: bool | None = None
    email_consent: bool | None = None
    phone_consent: bool | None = None
    kind: Kind = Kind.BILL
    document: str = ""


class BillSource(Protocol):
    """Where bills come from beside files: a company's own database, read by code of its own.

    `name` is kept as the origin of each bill and of each consent.
    """

    name: str

    def bills(self, group: str, month: date) -> Iterable[BillRow]:
        """The bills of one billing group and month (its first day), one after the other, all of them each time.

        A source that also has collection documents gives them among the bills, each with its kind.
        """
        ...


def columns_of(heading: Sequence[str]) -> dict[str, int]:
    """Where each column of a bill, or of a collection document, stands. Raises ColumnsMissing."""
    names = [_plain(cell) for cell in heading]
    kind = kind_of(names)
    missing = [column for column in REQUIRED[kind] if column not in names]
    if missing:
        which = ", ".join(f"“{column.lower()}”" for column in missing)
        found = ", ".join(cell.strip()[:30] for cell in heading if cell.strip())[:200] or "nada"
        lack = "Falta a coluna" if len(missing) == 1 else "Faltam as colunas"
        raise ColumnsMissing(f"{lack} {which} na primeira linha. O arquivo tem: {found}.")
    return {column: names.index(column) for column in (*REQUIRED[kind], *OPTIONAL) if column in names}


def kind_of(columns: Container[str]) -> Kind:
    """Of which kind a file with these columns is."""
    return Kind.COLLECTION if any(name in columns for name in _VALUE_AND_DAY[Kind.COLLECTION]) else Kind.BILL


def read_row(cells: Sequence[str], columns: Mapping[str, int]) -> BillRow:
    """Read the cells of one row. Raises BillRefused with the first fault."""
    return _read(
        kind_of(columns),
        {column: cells[place].strip().lstrip("'") if place < len(cells) else "" for column, place in columns.items()},
    )


def checked(row: BillRow) -> BillRow:
    """The row of a `BillSource`, held to what a row of a file is held to. Raises BillRefused with the first fault."""
    for_value, for_day = _VALUE_AND_DAY[row.kind]
    given = {
        "GRUPO": row.group,
        "REFERENCIA": f"{row.month:%m/%Y}",
        "MATRICULA": row.property_id,
        "CLIENTE": row.client_id,
        "NOME": row.name,
        "CATEGORIA": row.category,
        "DOCUMENTO": row.document,
        for_value: f"{row.value:f}",
        for_day: f"{row.due_date:%d/%m/%Y}",
        "CODIGO_BARRAS": row.barcode,
        "CELULAR": row.mobile or "",
        "EMAIL": row.email or "",
    }
    if row.kind is Kind.BILL and given.pop("DOCUMENTO"):
        raise BillRefused("Só cobrança tem “documento”.")
    read = _read(row.kind, {column: text.strip() for column, text in given.items()})
    flags = ("sms_consent", "email_consent", "phone_consent")
    return replace(read, **{name: getattr(row, name) for name in flags})


def _read(kind: Kind, given: Mapping[str, str]) -> BillRow:
    for column, text in given.items():
        _check_text(column, text)
    for_value, for_day = _VALUE_AND_DAY[kind]
    value = _value(for_value.lower(), given[for_value])
    return BillRow(
        group=_bounded("grupo", given["GRUPO"], 10),
        month=_month(given["REFERENCIA"]),
        property_id=_digits("matricula", given["MATRICULA"]),
        client_id=_digits("cliente", given["CLIENTE"]),
        name=_bounded("nome", given["NOME"], 60),
        category=_category(given["CATEGORIA"]),
        value=value,
        due_date=_day(for_day.lower(), given[for_day]),
        barcode=_barcode(kind, given["CODIGO_BARRAS"], value),
        mobile=_optional(given.get("CELULAR", ""), "celular", 40),
        email=_optional(given.get("EMAIL", ""), "email", 254),
        sms_consent=_flag("autoriza_sms", given.get("AUTORIZA_SMS", "")),
        email_consent=_flag("autoriza_email", given.get("AUTORIZA_EMAIL", "")),
        phone_consent=_flag("celular_autorizado", given.get("CELULAR_AUTORIZADO", "")),
        kind=kind,
        document=_digits("documento", given["DOCUMENTO"]) if kind is Kind.COLLECTION else "",
    )


def _check_text(column: str, text: str) -> None:
    name = column.lower()
    if column not in OPTIONAL and not text:
        raise BillRefused(f"Falta “{name}”.")
    if "\ufffd" in text:
        raise BillRefused(f"“{name}” tem um caractere ilegível. Salve o arquivo como “CSV UTF-8”.")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise BillRefused(f"“{name}” tem um caractere de controle ou uma quebra de linha.")


def _plain(name: str) -> str:
    bare = without_accents(name.strip().lower())
    return re.sub(r"[^a-z0-9]+", "_", bare.replace("-", "")).strip("_").upper()


def _bounded(column: str, text: str, most: int) -> str:
    if len(text) > most:
        raise BillRefused(f"“{column}” tem {len(text)} caracteres; o limite é {most}.")
    if text.startswith(("=", "+", "@")):
        raise BillRefused(f"“{column}” começa como uma fórmula. Grave o valor no lugar dela.")
    return text


def _optional(text: str, column: str, most: int) -> str:
    if len(text) > most:
        raise BillRefused(f"“{column}” tem {len(text)} caracteres; o limite é {most}.")
    return text


def _digits(column: str, text: str) -> str:
    if re.fullmatch(r"\d[,.]\d+E\+?\d+", text, re.ASCII | re.IGNORECASE):
        raise BillRefused(f"“{column}” está como {text}: formate a coluna como texto.")
    digits = re.sub(r"[\s.\-/]", "", text)
    if not re.fullmatch(r"\d{1,12}", digits, re.ASCII):
        raise BillRefused(f"“{column}” precisa de 1 a 12 dígitos.")
    return digits


def _month(text: str) -> date:
    match = _MONTH.fullmatch(text)
    if match:
        year, month = int(match[2] or match[3]), int(match[1] or match[4])
        if 1 <= month <= 12 and 2000 <= year < 2100:
            return date(year, month, 1)
    raise BillRefused("“referencia” precisa ser mês e ano, como 11/2026.")


def _day(column: str, text: str) -> date:
    match = _DAY.fullmatch(text)
    if match:
        year, month, day = (int(match[1 + place] or match[4 + 2 - place]) for place in (2, 1, 0))
        try:
            return datetime(year, month, day).date()  # noqa: DTZ001 - a day has no zone
        except ValueError:
            raise BillRefused(f"“{column}”: {text} não existe.") from None
    raise BillRefused(f"“{column}” precisa ser uma data, como 22/11/2026.")


def _value(column: str, text: str) -> Decimal:
    value = Decimal(text) if _WITH_POINT.fullmatch(text) else read_reais(text)
    if value is None:
        raise BillRefused(f"“{column}” precisa ser um valor em reais, como 1.204,50.")
    if not 0 < value <= MOST_VALUE:
        raise BillRefused(f"“{column}” precisa ser maior que zero.")
    return value


def _category(text: str) -> Category:
    code = _CATEGORIES.get(_plain(text).lower())
    if code is None:
        raise BillRefused("“categoria” precisa ser residencial, comercial, industrial ou pública.")
    return Category(code)


def _barcode(kind: Kind, text: str, value: Decimal) -> str:
    try:
        barcode = read_barcode(text)
    except BarcodeRefused as refusal:
        raise BillRefused(str(refusal)) from refusal
    if barcode.value is not None and barcode.value != value:
        raise BillRefused(f"O valor dentro do código de barras não é o da {kind.one}.")
    return barcode.digits


def _flag(column: str, text: str) -> bool | None:
    word = text.lower()
    if not word:
        return None
    if word not in _YES | _NO:
        raise BillRefused(f"“{column}” precisa ser sim ou não.")
    return word in _YES
